import type { Database } from 'better-sqlite3';

/** What one step of a trim looks at and removes at most, so that writes wait only milliseconds for it. */
const OBJECTS = 1_000;
const ENTRIES = 1_000;

export interface TrimStep {
  /** Milliseconds since 1970. */
  readonly before: number;
  readonly keep: number;
  /** The last object that is done with, `''` at first. */
  readonly after: string;
}

const prepare = (db: Database) => ({
  follow: db.prepare<[string, number]>(
    'INSERT INTO follower VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position',
  ),
  lengths: db.prepare<[string, number], { uri: string; entries: number }>(
    'SELECT uri, count(*) AS entries FROM log WHERE uri > ? GROUP BY uri ORDER BY uri LIMIT ?',
  ),
  // From the front only, so that a clock set back leaves no hole in an object's log.
  forget: db.prepare<[{ uri: string; before: number; keep: number; most: number }]>(
    `DELETE FROM log WHERE position IN (
       SELECT position FROM log
       WHERE uri = :uri AND position <= (
         SELECT position FROM log WHERE uri = :uri ORDER BY position DESC LIMIT 1 OFFSET :keep
       ) AND position < coalesce((
         SELECT position FROM log WHERE uri = :uri AND at >= :before ORDER BY position LIMIT 1
       ), ${Number.MAX_SAFE_INTEGER})
       ORDER BY position LIMIT :most)`,
  ),
});

/** Writes what surrounds the change log: where its followers are, and how far back it goes. */
export class LogWriter {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #trim: (step: TrimStep) => string | undefined;

  constructor(db: Database) {
    this.#sql = prepare(db);
    const trim = db.transaction((step: TrimStep) => this.#forget(step));
    this.#trim = (step) => trim.immediate(step);
  }

  setPosition(follower: string, position: number): void {
    this.#sql.follow.run(follower, position);
  }

  /** One step of a trim; gives back where the next one goes on, undefined after the last. */
  trim(step: TrimStep): string | undefined {
    return this.#trim(step);
  }

  #forget({ before, keep, after }: TrimStep): string | undefined {
    const objects = this.#sql.lengths.all(after, OBJECTS);
    let done = after;
    let most = ENTRIES;
    for (const { uri, entries } of objects) {
      if (entries > keep) most -= this.#sql.forget.run({ uri, before, keep, most }).changes;
      if (most === 0) return done;
      done = uri;
    }
    return objects.length < OBJECTS ? undefined : done;
  }
}
