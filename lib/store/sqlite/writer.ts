import { unlinkSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { BookingState, Claim, Claimed, PutOff } from '../../conference/repository.ts';
import type { StoredUser } from '../../directory/repository.ts';
import type { XconUri, XconUserId } from '../../model/identifiers.ts';
import type { Batch } from './batch.ts';
import { BookingWriter } from './booking-writer.ts';
import { createPrivate } from './directory.ts';
import { LogWriter } from './log-writer.ts';
import { ObjectWriter } from './object-writer.ts';
import { RecordWriter, type RecordBatch } from './records.ts';
import { TimerWriter } from './timer-writer.ts';
import { UserWriter } from './user-writer.ts';

export interface WriterOptions {
  readonly file: string;
  readonly checkpointPages: number;
  readonly maximumPages: number;
  readonly cacheKilobytes: number;
  readonly logVersions: number;
}

/** Everything that changes the database; lives in the writing thread, one call after the other. */
export class Writer {
  readonly #db: Database.Database;
  readonly #objects: ObjectWriter;
  readonly #users: UserWriter;
  readonly #records: RecordWriter;
  readonly #log: LogWriter;
  readonly #bookings: BookingWriter;
  readonly #timers: TimerWriter;
  readonly #backups = new Set<Promise<unknown>>();
  #failedTurn: number | undefined;

  constructor({ file, checkpointPages, maximumPages, cacheKilobytes, logVersions }: WriterOptions) {
    this.#db = new Database(file, { fileMustExist: true });
    this.#db.pragma('synchronous = FULL');
    this.#db.pragma('foreign_keys = ON');
    this.#db.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    this.#db.pragma(`max_page_count = ${maximumPages}`);
    this.#db.pragma(`cache_size = ${-cacheKilobytes}`);
    this.#log = new LogWriter(this.#db, logVersions);
    this.#bookings = new BookingWriter(this.#db);
    this.#timers = new TimerWriter(this.#db);
    this.#objects = new ObjectWriter(this.#db, this.#log, this.#bookings, this.#timers);
    this.#users = new UserWriter(this.#db);
    this.#records = new RecordWriter(this.#db);
  }

  /** Writes of the turn in which one failed are refused after it, for they may build on what was not written. */
  write(batch: Batch, turn: number): XconUri | undefined {
    if (turn === this.#failedTurn) throw new Error('a write before it failed');
    let failed = true;
    try {
      const conflict = this.#objects.write(batch);
      failed = conflict !== undefined;
      return conflict;
    } finally {
      if (failed) this.#failedTurn = turn;
    }
  }

  claim(claim: Claim): Claimed {
    return this.#timers.claim(claim);
  }

  putOff(steps: PutOff): void {
    this.#timers.putOff(steps);
  }

  addUser(user: StoredUser): string | undefined {
    return this.#users.add(user);
  }

  replaceUser(user: StoredUser): string | undefined {
    return this.#users.replace(user);
  }

  removeUser(userId: XconUserId): boolean {
    return this.#users.remove(userId);
  }

  putRecords(kind: string, batch: RecordBatch): void {
    this.#records.put(kind, batch);
  }

  countBookingsAnew(state: BookingState): void {
    this.#bookings.countAnew(state);
  }

  bookingsCounted(): void {
    this.#bookings.counted();
  }

  trimBookings(before: number, after: string): string | undefined {
    return this.#bookings.trim(before, after);
  }

  setPosition(follower: string, position: number): void {
    this.#log.setPosition(follower, position);
  }

  trim(before: number): boolean {
    return this.#log.trim(before);
  }

  /** Copies page by page between other calls; what they change meanwhile goes into the copy too. */
  async backup(file: string): Promise<void> {
    if (!createPrivate(file)) throw new Error(`${file} exists already; a backup overwrites nothing`);
    const copied = this.#db.backup(file);
    this.#backups.add(copied);
    try {
      await copied;
    } catch (error) {
      unlinkSync(file);
      throw error;
    } finally {
      this.#backups.delete(copied);
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#backups);
    this.#db.close();
  }
}
