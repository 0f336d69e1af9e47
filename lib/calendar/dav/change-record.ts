import { randomBytes } from 'node:crypto';
import type { XconUri, XconUserId } from '../../model/identifiers.ts';
import type { Records } from './stored-event.ts';

/** What changed last about a conference as calendars show it. */
export interface NotedChange {
  readonly number: number;
  readonly uri: XconUri;
  /** Whose calendar alone it concerns. */
  readonly user?: XconUserId;
  /** Under which names it is in calendars no more. */
  readonly departed?: readonly string[];
}

/** Changes as they are kept while the server is down. */
export interface KeptChanges {
  readonly epoch: string;
  /** The position of the change log up to which they are complete. */
  readonly position: number;
  readonly newest: number;
  readonly forgotten: number;
  readonly changes: readonly NotedChange[];
}

const CURRENT = 'current';

/**
 * The changes of calendars in their order, of each conference the last: what sync-collection (RFC 6578) answers from. It
 * outlives an orderly restart; after any other clients are told to compare everything once.
 */
export class ChangeRecord {
  readonly #most: number;
  #epoch = randomBytes(6).toString('hex');
  #newest = 0;
  /** Tokens of before do not say any more what changed. */
  #forgotten = 0;
  /** In order; what changed again later stands there too and is passed over. */
  #order: { readonly key: string; readonly number: number }[] = [];
  readonly #last = new Map<string, NotedChange>();

  /** @param most changes that are remembered */
  constructor(most: number) {
    this.#most = most;
  }

  /** The sync-token of now (RFC 6578 §3.8). */
  get token(): string {
    return this.tokenAt(this.#newest);
  }

  tokenAt(number: number): string {
    return `urn:plenary:sync:${this.#epoch}:${number}`;
  }

  note(uri: XconUri, { user, departed = [] }: { user?: XconUserId; departed?: readonly string[] } = {}): void {
    const key = user === undefined ? uri : `${uri} ${user}`;
    const before = this.#last.get(key)?.departed ?? [];
    const all = [...new Set([...before, ...departed])];
    const number = ++this.#newest;
    this.#last.set(key, { number, uri, ...(user && { user }), ...(all.length > 0 && { departed: all }) });
    this.#order.push({ key, number });
    if (this.#order.length > 2 * this.#most) this.#compact();
  }

  /** What changed after a token, the oldest first; undefined where that is not known any more. */
  since(token: string): NotedChange[] | undefined {
    const [, epoch, digits] = /^urn:plenary:sync:([0-9a-f]+):(\d{1,15})$/.exec(token) ?? [];
    const number = Number(digits);
    if (epoch !== this.#epoch || number < this.#forgotten || number > this.#newest) return undefined;
    const [order, last] = [this.#order, this.#last];
    const changed: NotedChange[] = [];
    for (let at = order.length - 1; at >= 0; at -= 1) {
      const one = order[at];
      if (one === undefined || one.number <= number) break;
      const change = last.get(one.key);
      if (change?.number === one.number) changed.push(change);
    }
    return changed.reverse();
  }

  async restore(records: Records<KeptChanges>, position: number): Promise<void> {
    const kept = await records.read(CURRENT);
    // What happens from now on is not in it.
    if (kept !== undefined) await records.forget(CURRENT);
    if (kept?.position !== position) return;
    this.#epoch = kept.epoch;
    this.#newest = kept.newest;
    this.#forgotten = kept.forgotten;
    for (const change of kept.changes) {
      const key = change.user === undefined ? change.uri : `${change.uri} ${change.user}`;
      this.#last.set(key, change);
      this.#order.push({ key, number: change.number });
    }
  }

  async keep(records: Records<KeptChanges>, position: number): Promise<void> {
    this.#compact();
    const changes = this.#order.flatMap(({ key }) => this.#last.get(key) ?? []);
    const [epoch, newest, forgotten] = [this.#epoch, this.#newest, this.#forgotten];
    await records.keep(CURRENT, { epoch, position, newest, forgotten, changes });
  }

  #compact(): void {
    const live = this.#order.filter(({ key, number }) => this.#last.get(key)?.number === number);
    const over = live.splice(0, Math.max(0, live.length - this.#most));
    for (const { key, number } of over) {
      this.#last.delete(key);
      this.#forgotten = number;
    }
    this.#order = live;
  }
}
