import { setImmediate as turn } from 'node:timers/promises';
import type { Database, Statement } from 'better-sqlite3';
import type { Records } from '../records.ts';
import type { WriterThread } from './calls.ts';
import { limited } from './limited.ts';

/** Records to keep, and ids to forget where the value is null. */
export type RecordBatch = readonly (readonly [id: string, value: string | null])[];

interface Row {
  readonly id: string;
  readonly value: string;
}

/** What is kept or forgotten during one flush shares the next. */
export class SqliteRecords<Value> implements Records<Value> {
  readonly #kind: string;
  readonly #writer: WriterThread;
  readonly #slice: number;
  readonly #page: Statement<[string, string, string, number], Row>;
  readonly #one: Statement<[string, string], Row>;
  #waiting = new Map<string, string | null>();
  #next: Promise<void> | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(kind: string, writer: WriterThread, db: Database, slice: number) {
    this.#kind = kind;
    this.#writer = writer;
    this.#slice = slice;
    this.#page = db.prepare(
      `SELECT id, value FROM record WHERE kind = ? AND id > ? AND id >= ? ORDER BY id ${limited()}`,
    );
    this.#one = db.prepare('SELECT id, value FROM record WHERE kind = ? AND id = ?');
  }

  keep(id: string, value: Value): Promise<void> {
    return this.#put(id, JSON.stringify(value));
  }

  forget(id: string): Promise<void> {
    return this.#put(id, null);
  }

  read(id: string): Promise<Value | undefined> {
    const row = this.#one.get(this.#kind, id);
    return Promise.resolve(row && (JSON.parse(row.value) as Value));
  }

  all(): AsyncIterable<readonly Value[]> {
    return this.startingWith('');
  }

  async *startingWith(prefix: string): AsyncIterable<readonly Value[]> {
    let rows: Row[];
    let after = '';
    do {
      rows = this.#page.all(this.#kind, after, prefix, this.#slice);
      const there = rows.filter(({ id }) => id.startsWith(prefix));
      yield there.map(({ value }) => JSON.parse(value) as Value);
      if (there.length < rows.length) return;
      after = rows.at(-1)?.id ?? after;
      await turn();
    } while (rows.length === this.#slice);
  }

  #put(id: string, value: string | null): Promise<void> {
    this.#waiting.set(id, value);
    this.#next ??= this.#flush(this.#flushing);
    return this.#next;
  }

  async #flush(before: Promise<void>): Promise<void> {
    await before.catch(() => undefined);
    const batch: RecordBatch = [...this.#waiting];
    this.#waiting = new Map();
    this.#next = undefined;
    this.#flushing = this.#writer.call('putRecords', [this.#kind, batch]);
    await this.#flushing;
  }
}

/** Writes batches, each whole. */
export class RecordWriter {
  readonly #write: (kind: string, batch: RecordBatch) => void;

  constructor(db: Database) {
    const keep = db.prepare<[string, string, string]>(
      'INSERT INTO record VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    );
    const forget = db.prepare<[string, string]>('DELETE FROM record WHERE kind = ? AND id = ?');
    this.#write = db.transaction((kind: string, batch: RecordBatch) => {
      for (const [id, value] of batch) {
        if (value === null) forget.run(kind, id);
        else keep.run(kind, id, value);
      }
    });
  }

  put(kind: string, batch: RecordBatch): void {
    this.#write(kind, batch);
  }
}
