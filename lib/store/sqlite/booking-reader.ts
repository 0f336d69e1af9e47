import type { Database } from 'better-sqlite3';
import type { Bookable, BookingRepository, BookingState } from '../../conference/repository.ts';
import { limited } from './limited.ts';
import { BOOKABLE } from './schema.ts';

interface SumRow {
  readonly place: number;
  readonly conferences: number;
  readonly participants: number;
}

interface StateRow {
  readonly rules: string;
  readonly era: number;
  readonly counted: number;
}

const prepare = (db: Database) => ({
  sums: db.prepare<[string, number, number], SumRow>(
    `SELECT place, conferences, participants FROM booking
     WHERE owner = ? AND place >= ? AND place < ? ORDER BY place`,
  ),
  state: db.prepare<[], StateRow>('SELECT rules, era, counted FROM booking_state'),
  bookable: db.prepare<[Record<'from' | 'before' | 'uri' | 'limit', number | string>], Bookable>(
    `SELECT uri, ${BOOKABLE} AS more FROM object
     WHERE ${BOOKABLE} >= $from AND ${BOOKABLE} < $before AND (${BOOKABLE} > $from OR uri > $uri)
     ORDER BY ${BOOKABLE}, uri ${limited('$limit')}`,
  ),
});

/** Reads what is booked, of a day or so at a time. */
export class BookingReader {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  sums(owner: string, from: number, until: number): number[] {
    const rows = this.#sql.sums.all(owner, from, until);
    return rows.flatMap(({ place, conferences, participants }) => [place, conferences, participants]);
  }

  state(): BookingState | undefined {
    const row = this.#sql.state.get();
    return row && { rules: row.rules, era: row.era, isCounted: row.counted !== 0 };
  }

  bookable({ before, after, limit }: Parameters<BookingRepository['bookable']>[0]): Bookable[] {
    return this.#sql.bookable.all({ from: after?.more ?? 0, uri: after?.uri ?? '', before, limit });
  }
}
