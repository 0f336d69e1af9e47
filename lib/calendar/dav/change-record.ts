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

/** Tokens of one life of the server, and the last number of it that was kept. */
interface Life {
  readonly epoch: string;
  readonly newest: number;
}

/** What is known of all numbers, beside the changes. */
export interface KeptLives {
  /** The last one goes on where it ended in order. */
  readonly lives: readonly Life[];
  readonly forgotten: number;
  /** Whether everything was kept. */
  readonly ended: boolean;
}

/** The lives under `lives`, each change under `change KEY`. */
export type KeptChanges = Records<KeptLives | NotedChange>;

const LIVES = 'lives';
const CHANGE = 'change ';
/** Lives of which tokens are understood. */
const MOST_LIVES = 50;

/**
 * The changes of calendars in their order, of each conference the last: what sync-collection (RFC 6578) answers from. Of a
 * life that ended without keeping all, tokens count up to what was kept; who follows the change log notes the rest again.
 */
export class ChangeRecord {
  readonly #most: number;
  #epoch = newEpoch();
  #lives: readonly Life[] = [];
  #newest = 0;
  /** Tokens of before do not say any more what changed. */
  #forgotten = 0;
  /** In order; what changed again later stands there too and is passed over. */
  #order: { readonly key: string; readonly number: number }[] = [];
  readonly #last = new Map<string, NotedChange>();
  /** What is not kept yet. */
  #fresh = new Set<string>();
  #kept = -1;

  /** @param most changes that are remembered */
  constructor(most: number) {
    this.#most = most;
  }

  /** The sync-token of now (RFC 6578 §3.8). */
  get token(): string {
    return this.tokenAt(this.#newest);
  }

  /** Names this life of the server in tokens. */
  get epoch(): string {
    return this.#epoch;
  }

  tokenAt(number: number): string {
    return `urn:plenary:sync:${this.#epoch}:${number}`;
  }

  note(uri: XconUri, { user, departed = [] }: { user?: XconUserId; departed?: readonly string[] } = {}): void {
    const key = keyOf(uri, user);
    const before = this.#last.get(key)?.departed ?? [];
    const all = [...new Set([...before, ...departed])];
    const number = ++this.#newest;
    this.#take(key, { number, uri, ...(user && { user }), ...(all.length > 0 && { departed: all }) });
    this.#fresh.add(key);
    if (this.#order.length > 2 * this.#most) this.#compact();
  }

  /** A user's client stored an event in a life that ended before that was kept: it is told again. */
  recall(uri: XconUri, user: XconUserId, epoch: string): void {
    const life = this.#lives.find((one) => one.epoch === epoch);
    if (life === undefined || life.newest < this.#forgotten) return;
    if ((this.#last.get(keyOf(uri, user))?.number ?? 0) <= life.newest) this.note(uri, { user });
  }

  /** Nothing is known any more of what went before. */
  forget(): void {
    this.#forgotten = ++this.#newest;
  }

  /** What changed after a token, the oldest first; undefined where that is not known any more. */
  since(token: string): NotedChange[] | undefined {
    const [, epoch = '', digits] = /^urn:plenary:sync:([0-9a-f]+):(\d{1,15})$/.exec(token) ?? [];
    const number = this.#numberIn(epoch, Number(digits));
    if (number === undefined || number < this.#forgotten) return undefined;
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

  #numberIn(epoch: string, number: number): number | undefined {
    if (epoch === this.#epoch) return number <= this.#newest ? number : undefined;
    const life = this.#lives.find((one) => one.epoch === epoch);
    return life && Math.min(number, life.newest);
  }

  /** Takes up what was kept; false where nothing was. */
  async restore(records: KeptChanges): Promise<boolean> {
    const kept = (await records.read(LIVES)) as KeptLives | undefined;
    const current = kept?.lives.at(-1);
    if (kept === undefined || current === undefined) return false;
    this.#newest = current.newest;
    this.#forgotten = kept.forgotten;
    for await (const slice of records.startingWith(CHANGE))
      for (const change of slice as readonly NotedChange[]) this.#take(keyOf(change.uri, change.user), change);
    this.#order.sort((a, b) => a.number - b.number);
    if (kept.ended) this.#epoch = current.epoch;
    const before = kept.ended ? kept.lives.slice(0, -1) : kept.lives;
    this.#lives = before.filter(({ newest }) => newest >= kept.forgotten).slice(-MOST_LIVES);
    return true;
  }

  /** Resolves when everything that was noted is kept. */
  async keep(records: KeptChanges, ended = false): Promise<void> {
    if (this.#kept === this.#newest && !ended) return;
    const [fresh, newest] = [this.#fresh, this.#newest];
    this.#fresh = new Set();
    const lives = [...this.#lives, { epoch: this.#epoch, newest }];
    try {
      // What is asked in one turn becomes durable together.
      await Promise.all([
        ...Array.from(fresh, (key) => {
          const change = this.#last.get(key);
          return change === undefined ? records.forget(CHANGE + key) : records.keep(CHANGE + key, change);
        }),
        records.keep(LIVES, { lives, forgotten: this.#forgotten, ended }),
      ]);
      this.#kept = newest;
    } catch (error) {
      for (const key of fresh) this.#fresh.add(key);
      throw error;
    }
  }

  #take(key: string, change: NotedChange): void {
    this.#last.set(key, change);
    this.#order.push({ key, number: change.number });
  }

  #compact(): void {
    const live = this.#order.filter(({ key, number }) => this.#last.get(key)?.number === number);
    const over = live.splice(0, Math.max(0, live.length - this.#most));
    for (const { key, number } of over) {
      this.#last.delete(key);
      this.#fresh.add(key);
      this.#forgotten = Math.max(this.#forgotten, number);
    }
    this.#order = live;
  }
}

const newEpoch = (): string => randomBytes(6).toString('hex');

const keyOf = (uri: XconUri, user: XconUserId | undefined): string => (user === undefined ? uri : `${uri} ${user}`);
