import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import type { BookingRepository, BookingState } from '../../conference/repository.ts';
import type { XconUri } from '../../model/identifiers.ts';
import { BOOKABLE } from './schema.ts';

interface SumRow {
  readonly bucket: number;
  readonly conferences: number;
  readonly participants: number;
}

interface StateRow {
  readonly rules: string;
  readonly era: number;
  readonly counted: number;
}

/** Sums that are read without a turn of the event loop, for they are small. */
const SLICE = 5_000;

/** Reads what is booked on the main thread. */
export class BookingReader {
  readonly #sums: ReturnType<typeof prepareSums>;
  readonly #state: ReturnType<typeof prepareState>;
  readonly #bookable: ReturnType<typeof prepareBookable>;

  constructor(db: Database) {
    this.#sums = prepareSums(db);
    this.#state = prepareState(db);
    this.#bookable = prepareBookable(db);
  }

  async sums(owner: string): Promise<number[]> {
    const sums: number[] = [];
    let rows: SumRow[];
    let after = -Infinity;
    do {
      if (after > -Infinity) await turn();
      rows = this.#sums.all(owner, after, SLICE);
      for (const { bucket, conferences, participants } of rows) sums.push(bucket, conferences, participants);
      after = rows.at(-1)?.bucket ?? after;
    } while (rows.length === SLICE);
    return sums;
  }

  state(): BookingState | undefined {
    const row = this.#state.get();
    return row && { rules: row.rules, era: row.era, isCounted: row.counted !== 0 };
  }

  bookable({ before, after, limit }: Parameters<BookingRepository['bookable']>[0]): XconUri[] {
    return this.#bookable.all(before, after, limit);
  }
}

const prepareSums = (db: Database) =>
  db.prepare<[string, number, number], SumRow>(
    'SELECT bucket, conferences, participants FROM booking WHERE owner = ? AND bucket > ? ORDER BY bucket LIMIT ?',
  );

const prepareState = (db: Database) => db.prepare<[], StateRow>('SELECT rules, era, counted FROM booking_state');

const prepareBookable = (db: Database) =>
  db
    .prepare<[number, string, number], XconUri>(
      `SELECT uri FROM object WHERE ${BOOKABLE} < ? AND uri > ? ORDER BY uri LIMIT ?`,
    )
    .pluck();
