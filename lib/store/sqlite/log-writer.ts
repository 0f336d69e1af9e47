import type { Database } from 'better-sqlite3';
import { LOG_SPACING } from '../layout.ts';
import type { ChangeEntry } from './batch.ts';
import { limited } from './limited.ts';

/** What one step of a trim takes at most, so that writes wait only milliseconds for it. */
const ENTRIES = 500;
const BYTES = 4_000_000;

/** Objects that wait for each other with being made shorter in the log, at most. */
const TOGETHER = 64;

interface FrontRow {
  readonly position: number;
  readonly at: number;
  readonly size: number;
}

const prepare = (db: Database) => ({
  append: db.prepare<[string, number, number, string, number, string, string, Buffer]>(
    'INSERT INTO log (uri, expected, version, by, at, header, parts, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  ),
  // One bound, so that what a late follower holds back is not walked through each time.
  shorten: db.prepare<[{ uri: string; keep: number; most: number }]>(
    `DELETE FROM log WHERE position IN (
       SELECT position FROM log
       WHERE uri = :uri AND position <= min(
         (SELECT position FROM log WHERE uri = :uri ORDER BY position DESC LIMIT 1 OFFSET :keep + 0),
         (SELECT coalesce(min(position), ${Number.MAX_SAFE_INTEGER}) FROM follower)
       ) ORDER BY position ${limited(':most')})`,
  ),
  front: db.prepare<[number], FrontRow>(
    `SELECT position, at, octet_length(parts) + octet_length(bytes) AS size FROM log
     WHERE position <= (SELECT coalesce(min(position), ${Number.MAX_SAFE_INTEGER}) FROM follower)
     ORDER BY position ${limited()}`,
  ),
  forget: db.prepare<[number]>('DELETE FROM log WHERE position <= ?'),
  follow: db.prepare<[string, number]>(
    'INSERT INTO follower VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position',
  ),
});

/** Writes the change log: what happened, how far back it goes, where its followers are. */
export class LogWriter {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #keep: number;
  readonly #spacing: number;
  /** Objects with too many entries, perhaps, in the order in which that was seen. */
  readonly #long = new Set<string>();

  constructor(db: Database, keep: number) {
    this.#sql = prepare(db);
    this.#keep = keep;
    this.#spacing = Math.max(1, Math.min(LOG_SPACING, Math.floor(keep / 8)));
  }

  append({ uri, expected, version, by, at, parts }: ChangeEntry, header: string, bytes: Buffer): void {
    this.#sql.append.run(uri, expected, version, by, at, header, JSON.stringify(parts), bytes);
    if (this.#spacing < 2) this.#shorten(uri);
    else if (version % Math.floor(this.#spacing / 2) === 0) this.#lengthened(uri);
  }

  /**
   * Objects that change at the same pace have their oldest entries on the same pages, which go as a whole where all are
   * made shorter at once: when the first of them asks again. Of very many each is made shorter by itself.
   */
  #lengthened(uri: string): void {
    if (this.#long.has(uri)) {
      for (const long of this.#long) this.#shorten(long);
      this.#long.clear();
      return;
    }
    this.#long.add(uri);
    const [first] = this.#long;
    if (first === undefined || this.#long.size <= TOGETHER) return;
    this.#long.delete(first);
    this.#shorten(first);
  }

  /** More goes than comes, so that what a late follower held back goes too. */
  #shorten(uri: string): void {
    this.#sql.shorten.run({ uri, keep: this.#keep, most: 4 * this.#spacing });
  }

  setPosition(follower: string, position: number): void {
    this.#sql.follow.run(follower, position);
  }

  /**
   * One step of forgetting what is older than `before`; tells whether there may be more. From the front only, so that a
   * clock set back leaves no hole in an object's log.
   */
  trim(before: number): boolean {
    const front = this.#sql.front.all(ENTRIES);
    let last: number | undefined;
    let size = 0;
    for (const entry of front) {
      if (entry.at >= before) break;
      last = entry.position;
      size += entry.size;
      if (size > BYTES) break;
    }
    if (last !== undefined) this.#sql.forget.run(last);
    return size > BYTES || (front.length === ENTRIES && last === front.at(-1)?.position);
  }
}
