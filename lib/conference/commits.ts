import { LRUCache } from 'lru-cache';
import { type ConferenceObject, emptyObject, ObjectEdit, objectWith } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { Part } from '../model/part.ts';
import type { Change, ChangeListener } from './changes.ts';
import { type Edited, objectChange } from './object-change.ts';
import type { Booking, ChangeSet, ConferenceRepository, ObjectChange } from './repository.ts';

export interface CommitLimits {
  /** Sets that one flush writes, at most. */
  readonly batch: number;
  /** Sets that are enough for a flush before the turn of the event loop ends, and while another is on its way. */
  readonly enough: number;
  /** Flushes on their way at once, at most. */
  readonly flushes: number;
  /** Objects and users of objects kept in memory, at most, beside those with pending changes. */
  readonly cached: number;
}

export const commitDefaults: CommitLimits = { batch: 512, enough: 20, flushes: 2, cached: 500_000 };

interface Queued {
  readonly set: ChangeSet;
  readonly changes: readonly Change[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

interface Pending {
  readonly newest: ConferenceObject | undefined;
  readonly changes: number;
  /** Resolves when the newest value is durable, rejects when it is given up. */
  readonly durable: Promise<void>;
}

/**
 * The newest value of each object, durable or pending, and the one queue through which changes become durable. A change
 * builds on the pending value without waiting; a flush writes all that is pending, in order; promises resolve and
 * listeners hear after it. When a flush fails, every change behind it fails too and memory returns to what is durable.
 */
export class Commits {
  readonly #repository: ConferenceRepository;
  readonly #limits: CommitLimits;
  readonly #clock: () => number;
  readonly #cache: LRUCache<XconUri, ConferenceObject>;
  readonly #loading = new Map<XconUri, Promise<ConferenceObject | undefined>>();
  /** Objects with changes that are not durable yet; undefined as value where the newest change is a deletion. */
  readonly #pending = new Map<XconUri, Pending>();
  readonly #listeners: ChangeListener[] = [];
  readonly #givenUp = new WeakSet<ConferenceObject>();
  #queue: Queued[] = [];
  /** What is on its way to the store, which takes one after the other. */
  readonly #flushes = new Set<readonly Queued[]>();
  #endOfTurn: NodeJS.Immediate | undefined;
  #drained: (() => void)[] = [];

  constructor(repository: ConferenceRepository, clock: () => number, limits: CommitLimits = commitDefaults) {
    this.#repository = repository;
    this.#clock = clock;
    this.#limits = limits;
    this.#cache = new LRUCache({ maxSize: limits.cached, sizeCalculation: (object) => sizeOf(object, limits) });
  }

  /** Called after a change is durable, in order for each object. */
  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** The newest value, pending changes included; undefined when there is no such object. */
  async newest(uri: XconUri): Promise<ConferenceObject | undefined> {
    const known = this.atHand(uri);
    if (known !== undefined || this.#pending.has(uri)) return known;
    let loading = this.#loading.get(uri);
    if (loading === undefined) {
      loading = this.#load(uri).finally(() => this.#loading.delete(uri));
      this.#loading.set(uri, loading);
    }
    const loaded = await loading;
    return this.atHand(uri) ?? loaded;
  }

  /** The newest value where it is in memory; undefined where it has to be read, or was deleted. */
  atHand(uri: XconUri): ConferenceObject | undefined {
    const pending = this.#pending.get(uri);
    return pending === undefined ? this.#cache.get(uri) : pending.newest;
  }

  /** How many objects, and users of them, are kept in memory. */
  get remembered(): number {
    return this.#cache.calculatedSize;
  }

  /** Whether `object` is still the newest value, so that a change may be built on it. */
  isNewest(object: ConferenceObject): boolean {
    return this.atHand(object.uri) === object;
  }

  /** Whether an object of this URI is at hand, so that another of the same may not be made. */
  isKnown(uri: XconUri): boolean {
    return this.atHand(uri) !== undefined;
  }

  /** Waits until what somebody is about to be told is durable; false when it was given up. */
  async becomesDurable(object: ConferenceObject): Promise<boolean> {
    const pending = this.#pending.get(object.uri);
    if (pending !== undefined && this.#cache.get(object.uri) !== object) await pending.durable.catch(() => undefined);
    return !this.#givenUp.has(object);
  }

  /** The newest value, once it is durable. */
  async durable(uri: XconUri): Promise<ConferenceObject | undefined> {
    for (;;) {
      const object = await this.newest(uri);
      if (object === undefined || (await this.becomesDurable(object))) return object;
    }
  }

  /** Makes the edits the newest values at once and resolves when they are durable, all or none, and what they book. */
  commit(edits: readonly Edited[], by: string, bookings?: ReadonlyMap<XconUri, Booking>): Promise<void> {
    const set: ObjectChange[] = [];
    const changes: Change[] = [];
    for (const edit of edits) {
      const uri = (edit.after ?? edit.before)?.uri;
      if (uri === undefined) throw new Error('an edit has an object before or after');
      const booking = bookings?.get(uri);
      set.push(objectChange(uri, edit, by, this.#clock(), booking));
      changes.push({ uri, by, ...edit });
    }
    const durable = new Promise<void>((done, failed) => {
      this.#queue.push({ set, changes, done, failed });
    });
    for (const { uri, after } of changes) {
      this.#pending.set(uri, { newest: after, changes: (this.#pending.get(uri)?.changes ?? 0) + 1, durable });
    }
    this.#begin();
    return durable;
  }

  /** Resolves when nothing is pending. */
  async drain(): Promise<void> {
    if (this.#isBusy) await new Promise<void>((drained) => this.#drained.push(drained));
  }

  get #isBusy(): boolean {
    return this.#queue.length > 0 || this.#flushes.size > 0;
  }

  /** What the same turn of the event loop brings shares a flush, unless there is enough for one already. */
  #begin(): void {
    if (this.#queue.length >= this.#limits.enough && this.#flushes.size < this.#limits.flushes) void this.#flush();
    else if (this.#flushes.size === 0) this.#endOfTurn ??= setImmediate(() => this.#endTurn());
  }

  #endTurn(): void {
    this.#endOfTurn = undefined;
    if (this.#queue.length > 0 && this.#flushes.size === 0) void this.#flush();
  }

  async #flush(): Promise<void> {
    const batch = this.#queue.splice(0, this.#limits.batch);
    this.#flushes.add(batch);
    const failure = await this.#repository.write(batch.map((queued) => queued.set)).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (failure === undefined) {
      this.#flushes.delete(batch);
      for (const queued of batch) this.#settle(queued);
    } else if (this.#flushes.has(batch)) {
      // What is on its way behind it the store refuses too, and what waits may build on it.
      this.#giveUp([...[...this.#flushes].flat(), ...this.#queue.splice(0)], failure.error);
    }
    if (this.#queue.length > 0 && (this.#flushes.size === 0 || this.#queue.length >= this.#limits.enough))
      void this.#flush();
    if (!this.#isBusy) for (const drained of this.#drained.splice(0)) drained();
  }

  #settle(queued: Queued): void {
    for (const change of queued.changes) {
      const pending = this.#pending.get(change.uri);
      if (pending === undefined) continue;
      if (pending.changes > 1) {
        this.#pending.set(change.uri, { ...pending, changes: pending.changes - 1 });
        continue;
      }
      this.#pending.delete(change.uri);
      if (pending.newest === undefined) this.#cache.delete(change.uri);
      else this.#cache.set(change.uri, pending.newest);
    }
    queued.done();
    for (const change of queued.changes) for (const listener of this.#listeners) tell(listener, change);
  }

  #giveUp(lost: readonly Queued[], error: unknown): void {
    this.#flushes.clear();
    for (const queued of lost) {
      for (const change of queued.changes) {
        this.#pending.delete(change.uri);
        this.#cache.delete(change.uri);
        if (change.after !== undefined) this.#givenUp.add(change.after);
      }
    }
    for (const queued of lost) queued.failed(error);
  }

  async #load(uri: XconUri): Promise<ConferenceObject | undefined> {
    const stored = await this.#repository.load(uri);
    if (stored === undefined) return undefined;
    const edit = new ObjectEdit(emptyObject(uri, stored.object.header));
    for await (const slice of stored.parts) {
      for (const part of slice) {
        if (part.kind === 'section') edit.setSection(part.key, Part.ofBytes(part.bytes));
        else if (part.kind === 'sidebar') edit.setSidebar(part.key as XconUri, Part.ofBytes(part.bytes));
        else if (part.facts !== undefined) {
          edit.setUser(part.key as XconUserId, { part: Part.ofBytes(part.bytes), facts: part.facts });
        }
      }
    }
    const object = objectWith(edit.now, { version: stored.object.version });
    this.#cache.set(uri, object);
    return object;
  }
}

/** However small the cache, the object that is worked on fits. */
const sizeOf = ({ users }: ConferenceObject, { cached }: CommitLimits): number => Math.min(1 + users.size, cached);

/** A listener that fails misses a wake-up, no more: it follows the change log. */
function tell(listener: ChangeListener, change: Change): void {
  try {
    listener(change);
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}
