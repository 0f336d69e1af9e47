import type { Clock, Timer } from '../clock.ts';
import { newEntityTag } from '../token.ts';
import { grantExpires } from './expiry.ts';
import type { PublishedPackage } from './compositor.ts';
import type { Refusal } from './package.ts';

/** Event state as one publisher gave it (RFC 3903 §4.1). */
export interface Publication {
  readonly entityTag: string;
  /** With its parameters. */
  readonly contentType: string;
  readonly body: Buffer;
}

/** A PUBLISH, of Table 1 in RFC 3903 §4.1. */
export interface Publish {
  readonly ifMatch: string | undefined;
  /** Seconds asked for. */
  readonly expires: number | undefined;
  /** Absent: refresh or remove. */
  readonly state: Omit<Publication, 'entityTag'> | undefined;
}

export interface Published {
  readonly entityTag: string;
  /** Seconds granted; 0: removed. */
  readonly expires: number;
}

export interface PublicationLimits {
  /** Of one resource at once; one more gets 503. */
  readonly perResource: number;
  /** Of all resources at once. */
  readonly all: number;
  /** Bytes of one body; more gets 413. */
  readonly body: number;
}

export const publicationDefaults: PublicationLimits = { perResource: 32, all: 100_000, body: 65_536 };

interface Kept extends Publication {
  readonly expiry: Timer;
}

/** The publications of one event package: soft state that its publishers refresh (RFC 3903 §6, steps 3 to 6). */
export class Publications {
  readonly #clock: Clock;
  readonly #pack: Pick<PublishedPackage, 'expires' | 'mediaTypes'>;
  readonly #limits: PublicationLimits;
  readonly #changed: (resource: string) => void;
  /** By resource and entity-tag, in the order of their first publication. */
  readonly #kept = new Map<string, Map<string, Kept>>();
  #size = 0;

  /** `changed` is told after the publications of a resource have become others; a refresh changes nothing. */
  constructor(
    clock: Clock,
    pack: Pick<PublishedPackage, 'expires' | 'mediaTypes'>,
    changed: (resource: string) => void,
    limits: Partial<PublicationLimits> = {},
  ) {
    this.#clock = clock;
    this.#pack = pack;
    this.#changed = changed;
    this.#limits = { ...publicationDefaults, ...limits };
  }

  get size(): number {
    return this.#size;
  }

  of(resource: string): readonly Publication[] {
    return [...(this.#kept.get(resource)?.values() ?? [])];
  }

  /** All or nothing, and at once: one after the other in the order of the calls. */
  publish(resource: string, { ifMatch, expires: asked, state }: Publish): Published | Refusal {
    const before = ifMatch === undefined ? undefined : this.#kept.get(resource)?.get(ifMatch);
    if (ifMatch !== undefined && before === undefined) return { status: 412 };
    const expires = grantExpires(asked, this.#pack.expires);
    if (typeof expires !== 'number') return expires;
    if (state !== undefined && !this.#pack.mediaTypes.includes(typeOf(state)))
      return { status: 415, fields: [['Accept', this.#pack.mediaTypes.join(', ')]] };
    const kept = state ?? before;
    if (kept === undefined) return { status: 400, reason: 'Neither state nor SIP-If-Match' };
    if (kept.body.length > this.#limits.body) return { status: 413 };
    if (before === undefined && expires > 0 && this.#isFull(resource)) return { status: 503 };
    if (before !== undefined) this.#forget(resource, before);
    const entityTag = newEntityTag();
    if (expires > 0) this.#keep(resource, { entityTag, contentType: kept.contentType, body: kept.body }, expires);
    if (state !== undefined || expires === 0) this.#changed(resource);
    return { entityTag, expires };
  }

  #isFull(resource: string): boolean {
    const ofResource = this.#kept.get(resource)?.size ?? 0;
    return this.#size >= this.#limits.all || ofResource >= this.#limits.perResource;
  }

  #keep(resource: string, publication: Publication, expires: number): void {
    const expiry = this.#clock.after(expires * 1_000, () => {
      this.#forget(resource, kept);
      this.#changed(resource);
    });
    const kept = { ...publication, expiry };
    const all = this.#kept.get(resource) ?? new Map<string, Kept>();
    this.#kept.set(resource, all.set(publication.entityTag, kept));
    this.#size += 1;
  }

  #forget(resource: string, { entityTag, expiry }: Kept): void {
    const all = this.#kept.get(resource);
    expiry.cancel();
    all?.delete(entityTag);
    if (all?.size === 0) this.#kept.delete(resource);
    this.#size -= 1;
  }
}

const typeOf = ({ contentType }: Pick<Publication, 'contentType'>): string =>
  (contentType.split(';')[0] ?? '').trim().toLowerCase();
