import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import type { ConferenceRepository, LoggedChange } from '../../conference/repository.ts';
import type { ObjectHeader } from '../../model/conference-object.ts';
import { unpack, type PartEntry } from './batch.ts';
import { limited } from './limited.ts';

interface LogRow extends Omit<LoggedChange, 'header' | 'parts'> {
  readonly header: string;
  readonly parts: string;
  readonly bytes: Buffer;
}

type Query = Parameters<ConferenceRepository['changes']>[0];

const COLUMNS = 'position, uri, expected, version, by, at, header, parts, bytes';

const prepare = (db: Database) => ({
  all: db.prepare<[number, number], LogRow>(
    `SELECT ${COLUMNS} FROM log WHERE position > ? ORDER BY position ${limited()}`,
  ),
  ofObject: db.prepare<[string, number, number, number], LogRow>(
    `SELECT ${COLUMNS} FROM log WHERE uri = ? AND position > ? AND version >= ? ORDER BY position ${limited()}`,
  ),
  newest: db.prepare<[], { seq: number }>(`SELECT seq FROM sqlite_sequence WHERE name = 'log'`),
  position: db.prepare<[string], { position: number }>('SELECT position FROM follower WHERE name = ?'),
});

/** Reads the change log on the main thread, at most a slice of entries without a turn of the event loop. */
export class LogReader {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #slice: number;

  constructor(db: Database, slice: number) {
    this.#sql = prepare(db);
    this.#slice = slice;
  }

  async changes(query: Query): Promise<LoggedChange[]> {
    const changes: LoggedChange[] = [];
    let { after } = query;
    while (changes.length < query.limit) {
      const limit = Math.min(this.#slice, query.limit - changes.length);
      const rows = this.#read({ ...query, after, limit });
      changes.push(...rows.map(change));
      if (rows.length < limit) break;
      after = rows.at(-1)?.position ?? after;
      await turn();
    }
    return changes;
  }

  newest(): number {
    return this.#sql.newest.get()?.seq ?? 0;
  }

  position(follower: string): number {
    return this.#sql.position.get(follower)?.position ?? 0;
  }

  #read({ after, limit, uri, from = 0 }: Query): LogRow[] {
    return uri === undefined ? this.#sql.all.all(after, limit) : this.#sql.ofObject.all(uri, after, from, limit);
  }
}

const change = ({ header, parts, bytes, ...row }: LogRow): LoggedChange =>
  unpack({ ...row, header: JSON.parse(header) as ObjectHeader }, JSON.parse(parts) as PartEntry[], bytes);
