import type { Database } from 'better-sqlite3';
import type { Booking, BookingState } from '../../conference/repository.ts';
import { limited } from './limited.ts';

/** Owners whose sums one step of a trim looks at. */
const OWNERS = 100;

const prepare = (db: Database) => ({
  add: db.prepare<[string, number, number, number]>(
    `INSERT INTO booking VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
     SET conferences = conferences + excluded.conferences, participants = participants + excluded.participants`,
  ),
  owners: db
    .prepare<[string, number], string>(`SELECT DISTINCT owner FROM booking WHERE owner > ? ${limited()}`)
    .pluck(),
  forget: db.prepare<[string, number]>(
    'DELETE FROM booking WHERE owner = ? AND (place >= 0 AND place < ? OR conferences = 0 AND participants = 0)',
  ),
  forgetAll: db.prepare<[]>('DELETE FROM booking'),
  forgetState: db.prepare<[]>('DELETE FROM booking_state'),
  keepState: db.prepare<[string, number, number]>('INSERT INTO booking_state VALUES (?, ?, ?)'),
  counted: db.prepare<[]>('UPDATE booking_state SET counted = 1'),
});

/** Writes sums of what is booked. */
export class BookingWriter {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #trim: (before: number, after: string) => string | undefined;
  readonly #begin: (state: BookingState) => void;

  constructor(db: Database) {
    const sql = prepare(db);
    this.#sql = sql;
    this.#trim = db.transaction((before: number, after: string) => this.#trimSome(before, after));
    this.#begin = db.transaction(({ rules, era, isCounted }: BookingState) => {
      sql.forgetAll.run();
      sql.forgetState.run();
      sql.keepState.run(rules, era, Number(isCounted));
    });
  }

  take({ owner, steps }: Booking): void {
    for (const name of ['', owner]) {
      for (let at = 0; at < steps.length; at += 3) {
        const [place = 0, conferences = 0, participants = 0] = steps.slice(at, at + 3);
        this.#sql.add.run(name, place, conferences, participants);
      }
    }
  }

  countAnew(state: BookingState): void {
    this.#begin(state);
  }

  counted(): void {
    this.#sql.counted.run();
  }

  /** One step, of the owners after one; gives the one to go on after. */
  trim(before: number, after: string): string | undefined {
    return this.#trim(before, after);
  }

  #trimSome(before: number, after: string): string | undefined {
    const owners = this.#sql.owners.all(after, OWNERS);
    for (const owner of after === '' ? ['', ...owners] : owners) this.#sql.forget.run(owner, before);
    return owners.length === OWNERS ? owners.at(-1) : undefined;
  }
}
