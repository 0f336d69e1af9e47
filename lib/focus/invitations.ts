import { askedTargets, type AskedTarget, whenAsked } from '../conference/asked-targets.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { Clock, Timer } from '../sip/clock.ts';
import type { Records } from './dial-outs.ts';

/** Whom of its list a conference has asked in the occurrence that goes on. Plain data, as it is stored. */
export interface Asked {
  readonly conference: XconUri;
  /** The occurrence by its id; empty where the conference has no times. */
  readonly occurrence: string;
  readonly names: readonly string[];
}

export interface InvitationsParts {
  readonly endpoints: {
    object(uri: XconUri): Promise<ConferenceObject | undefined>;
    callTargets(uri: XconUri, names: readonly string[]): Promise<void>;
  };
  /** Asks somebody to call the conference (RFC 4579 §5.6). */
  readonly refer: (object: ConferenceObject, name: string) => Promise<void>;
  readonly asked: Records<Asked>;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly report: (error: unknown) => void;
}

/**
 * Asks those whom the allowed-users-list names for dial-out or refer, in each occurrence once: when it is time, or at once
 * when they come on the list later (RFC 6501 §4.6.3).
 */
export class Invitations {
  readonly #parts: InvitationsParts;
  readonly #asked = new Map<XconUri, Asked>();
  readonly #timers = new Map<XconUri, Timer>();
  readonly #looking = new Map<XconUri, Promise<void>>();
  #isOpen = false;

  constructor(parts: InvitationsParts) {
    this.#parts = parts;
  }

  async open(): Promise<void> {
    this.#isOpen = true;
    for await (const slice of this.#parts.asked.all()) for (const one of slice) this.#asked.set(one.conference, one);
    for (const uri of [...this.#asked.keys()]) this.look(uri);
  }

  close(): void {
    this.#isOpen = false;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  /** Whether people of a conference have been asked. */
  knows(uri: XconUri): boolean {
    return this.#asked.has(uri);
  }

  /** A conference may have changed, or its time may have come. */
  look(uri: XconUri): void {
    if (!this.#isOpen) return;
    const before = this.#looking.get(uri) ?? Promise.resolve();
    const looked = before.then(() => this.#look(uri)).catch(this.#parts.report);
    this.#looking.set(uri, looked);
    void looked.finally(() => {
      if (this.#looking.get(uri) === looked) this.#looking.delete(uri);
    });
  }

  async #look(uri: XconUri): Promise<void> {
    if (!this.#isOpen) return;
    this.#timers.get(uri)?.cancel();
    this.#timers.delete(uri);
    const object = await this.#parts.endpoints.object(uri);
    const when = object && whenAsked(object);
    if (object === undefined || when === undefined) await this.#forget(uri);
    else if (askedTargets(object).length > 0) await this.#ask(object, when);
  }

  async #ask(object: ConferenceObject, when: number): Promise<void> {
    const { uri, header } = object;
    const occurrence = header.occurrence?.id ?? '';
    const known = this.#asked.get(uri);
    const names = known?.occurrence === occurrence ? known.names : [];
    const wait = when - this.#parts.date();
    if (wait > 0) {
      // So that a restart finds who is still to be asked.
      if (known?.occurrence !== occurrence) await this.#keep({ conference: uri, occurrence, names });
      this.#timers.set(
        uri,
        this.#parts.clock.after(Math.min(wait, LONGEST), () => this.look(uri)),
      );
      return;
    }
    const fresh = askedTargets(object).filter(({ name }) => !names.includes(name));
    if (fresh.length === 0) return;
    await this.#call(object, fresh);
    await this.#keep({ conference: uri, occurrence, names: [...names, ...fresh.map(({ name }) => name)] });
  }

  async #call(object: ConferenceObject, targets: readonly AskedTarget[]): Promise<void> {
    const called = targets.filter(({ method }) => method === 'dial-out').map(({ name }) => name);
    if (called.length > 0) await this.#parts.endpoints.callTargets(object.uri, called);
    for (const { name, method } of targets)
      if (method === 'refer') await this.#parts.refer(object, name).catch(this.#parts.report);
  }

  async #keep(asked: Asked): Promise<void> {
    this.#asked.set(asked.conference, asked);
    await this.#parts.asked.keep(asked.conference, asked);
  }

  async #forget(uri: XconUri): Promise<void> {
    if (this.#asked.delete(uri)) await this.#parts.asked.forget(uri);
  }
}

/** A timer waits no longer than this, in milliseconds; then it is looked again. */
const LONGEST = 3_600_000;
