import type { ConferenceRepository, LoggedChange, ObjectChange } from '../conference/repository.ts';
import type { XconUri } from '../model/identifiers.ts';

/** The change log of a store in memory, with its followers. */
export class MemoryLog {
  readonly #keep: number;
  /** In the order of positions, which have no gaps: the first entry is the one after `#trimmed`. */
  readonly #entries: (LoggedChange | undefined)[] = [];
  #trimmed = 0;
  /** Where the entries of each object are. */
  readonly #positions = new Map<XconUri, number[]>();
  readonly #followers = new Map<string, number>();

  constructor(keep: number) {
    this.#keep = keep;
  }

  append(change: ObjectChange): void {
    const position = this.#trimmed + this.#entries.length + 1;
    this.#entries.push({ ...change, position });
    const own = this.#positions.get(change.uri) ?? [];
    this.#positions.set(change.uri, own);
    own.push(position);
    const dealt = this.#dealt();
    while (own.length > this.#keep && (own[0] ?? Infinity) <= dealt) this.#forgetFirst(change.uri, own);
  }

  changes({ after, limit, uri, from = 0 }: Parameters<ConferenceRepository['changes']>[0]): LoggedChange[] {
    const changes: LoggedChange[] = [];
    for (let at = Math.max(0, after - this.#trimmed); at < this.#entries.length && changes.length < limit; at += 1) {
      const entry = this.#entries[at];
      if (entry !== undefined && (uri === undefined || (entry.uri === uri && entry.version >= from)))
        changes.push(entry);
    }
    return changes;
  }

  get newest(): number {
    return this.#trimmed + this.#entries.length;
  }

  position(follower: string): number {
    return this.#followers.get(follower) ?? 0;
  }

  setPosition(follower: string, position: number): void {
    this.#followers.set(follower, position);
  }

  /** From the front only, so that a clock set back leaves no hole. */
  trim(before: number): void {
    const dealt = this.#dealt();
    const stay = this.#entries.findIndex((entry) => entry && (entry.at >= before || entry.position > dealt));
    const gone = this.#entries.slice(0, stay === -1 ? undefined : stay);
    for (const entry of gone) if (entry) this.#forgetFirst(entry.uri, this.#positions.get(entry.uri) ?? []);
    this.#entries.splice(0, gone.length);
    this.#trimmed += gone.length;
  }

  #forgetFirst(uri: XconUri, own: number[]): void {
    const position = own.shift();
    if (position !== undefined) this.#entries[position - this.#trimmed - 1] = undefined;
    if (own.length === 0) this.#positions.delete(uri);
  }

  /** What every follower has dealt with. */
  #dealt(): number {
    return Math.min(...this.#followers.values());
  }
}
