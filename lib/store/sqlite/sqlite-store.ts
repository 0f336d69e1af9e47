import { once } from 'node:events';
import { resolve } from 'node:path';
import Database from 'better-sqlite3';
import {
  VersionConflict,
  type Bookable,
  type BookingState,
  type ChangeSet,
  type Claim,
  type Claimed,
  type ConferenceRepository,
  type ListedObject,
  type LoggedChange,
  type PutOff,
} from '../../conference/repository.ts';
import { UserExists, type DirectoryRepository, type StoredUser } from '../../directory/repository.ts';
import type { ObjectKind } from '../../model/conference-object.ts';
import type { XconUri, XconUserId } from '../../model/identifiers.ts';
import { pack } from './batch.ts';
import { BookingReader } from './booking-reader.ts';
import { startThread, type WriterThread } from './calls.ts';
import { ConferenceReader } from './conference-reader.ts';
import type { DataDirectory } from './directory.ts';
import { LogReader } from './log-reader.ts';
import type { SqliteStoreLimits } from './store.ts';
import type { Records } from '../records.ts';
import { SqliteRecords } from './records.ts';
import { Snapshots } from './snapshots.ts';
import { UserReader } from './user-reader.ts';

/** Conferences and users in one SQLite database: a thread writes, the main thread reads what has been written. */
export class SqliteStore implements ConferenceRepository, DirectoryRepository {
  readonly #directory: DataDirectory;
  readonly #writer: WriterThread;
  readonly #limits: SqliteStoreLimits;
  readonly #db: Database.Database;
  readonly #snapshots: Snapshots;
  readonly #conferences: ConferenceReader;
  readonly #log: LogReader;
  readonly #bookings: BookingReader;
  readonly #users: UserReader;
  /** Another after each write that failed. */
  #turn = 0;
  /** Settles when no check reads any more. */
  #checked: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(directory: DataDirectory, writer: WriterThread, limits: SqliteStoreLimits) {
    this.#directory = directory;
    this.#writer = writer;
    this.#limits = limits;
    this.#db = new Database(directory.database, { readonly: true, fileMustExist: true });
    this.#db.pragma(`cache_size = ${-limits.cacheKilobytes}`);
    this.#snapshots = new Snapshots(directory.database);
    this.#conferences = new ConferenceReader(this.#db, this.#snapshots, limits.sliceRows);
    this.#bookings = new BookingReader(this.#db);
    this.#log = new LogReader(this.#db, limits.sliceRows);
    this.#users = new UserReader(this.#db);
  }

  load(uri: XconUri): ReturnType<ConferenceRepository['load']> {
    return this.#conferences.load(uri);
  }

  async write(sets: readonly ChangeSet[]): Promise<void> {
    const [batch, turn] = [pack(sets), this.#turn];
    let failed = true;
    try {
      const conflict = await this.#writer.call('write', [batch, turn], [batch.bytes.buffer]);
      if (conflict !== undefined) throw new VersionConflict(conflict);
      failed = false;
    } finally {
      if (failed) this.#turn = turn + 1;
    }
  }

  list(query: Parameters<ConferenceRepository['list']>[0]): Promise<ListedObject[]> {
    return this.#conferences.list(query);
  }

  count(kind: ObjectKind): Promise<number> {
    return settled(() => this.#conferences.count(kind));
  }

  claim(claim: Claim): Promise<Claimed> {
    return this.#writer.call('claim', [claim]);
  }

  putOff(steps: PutOff): Promise<void> {
    return this.#writer.call('putOff', [steps]);
  }

  dependants(uri: XconUri, limit: number): Promise<XconUri[]> {
    return settled(() => this.#conferences.dependants(uri, limit));
  }

  bookings(owner: string, from: number, until: number): Promise<number[]> {
    return settled(() => this.#bookings.sums(owner, from, until));
  }

  bookingState(): Promise<BookingState | undefined> {
    return settled(() => this.#bookings.state());
  }

  countBookingsAnew(state: BookingState): Promise<void> {
    return this.#writer.call('countBookingsAnew', [state]);
  }

  bookingsCounted(): Promise<void> {
    return this.#writer.call('bookingsCounted', []);
  }

  bookable(query: Parameters<ConferenceRepository['bookable']>[0]): Promise<Bookable[]> {
    return settled(() => this.#bookings.bookable(query));
  }

  async trimBookings(before: number): Promise<void> {
    let after: string | undefined = '';
    while (after !== undefined) after = await this.#writer.call('trimBookings', [before, after]);
  }

  changes(query: Parameters<ConferenceRepository['changes']>[0]): Promise<LoggedChange[]> {
    return this.#log.changes(query);
  }

  newestPosition(): Promise<number> {
    return settled(() => this.#log.newest());
  }

  position(follower: string): Promise<number> {
    return settled(() => this.#log.position(follower));
  }

  setPosition(follower: string, position: number): Promise<void> {
    return this.#writer.call('setPosition', [follower, position]);
  }

  async trimLog(before: number): Promise<void> {
    let more = true;
    while (more) more = await this.#writer.call('trim', [before]);
  }

  async addUser(user: StoredUser): Promise<void> {
    const taken = await this.#writer.call('addUser', [user]);
    if (taken !== undefined) throw new UserExists(taken);
  }

  async replaceUser(user: StoredUser): Promise<void> {
    const taken = await this.#writer.call('replaceUser', [user]);
    if (taken !== undefined) throw new UserExists(taken);
  }

  removeUser(userId: XconUserId): Promise<boolean> {
    return this.#writer.call('removeUser', [userId]);
  }

  userById(userId: XconUserId): Promise<StoredUser | undefined> {
    return settled(() => this.#users.byId(userId));
  }

  userByLogin(login: string, domain: string): Promise<StoredUser | undefined> {
    return settled(() => this.#users.byLogin(login, domain));
  }

  userByAddress(address: string): Promise<StoredUser | undefined> {
    return settled(() => this.#users.byAddress(address));
  }

  users(query: Parameters<DirectoryRepository['users']>[0]): Promise<StoredUser[]> {
    return settled(() => this.#users.list(query));
  }

  /** Records of one kind; ask once for each kind. */
  records<Value>(kind: string): Records<Value> {
    return new SqliteRecords<Value>(kind, this.#writer, this.#db, this.#limits.sliceRows);
  }

  /**
   * Copies the store as it is when the copy ends into a new file (mode 0600), while it goes on working; put as
   * `plenary.db` into a data directory, the copy is a store. Rejects when the file is there already.
   */
  backup(file: string): Promise<void> {
    return this.#writer.call('backup', [resolve(file)]);
  }

  /** Reads the whole store beside everything else: what is wrong with it, in words; empty when it is good. */
  check(): Promise<string[]> {
    const checked = this.#check();
    this.#checked = Promise.allSettled([this.#checked, checked]);
    return checked;
  }

  async #check(): Promise<string[]> {
    const checker = startThread('check', { file: this.#directory.database, limit: this.#limits.checkFindings });
    const [findings] = (await once(checker, 'message')) as [string[]];
    return findings;
  }

  /** Ends after what was asked before; the directory is free then. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  /** The writer goes last: the last connection moves the write-ahead log into the database. */
  async #close(): Promise<void> {
    await Promise.all([this.#snapshots.close(), this.#checked]);
    this.#db.close();
    await this.#writer.close();
    this.#directory.release();
  }
}

/** A read that fails rejects, as every other call does. */
const settled = <Result>(read: () => Result): Promise<Result> => new Promise((done) => done(read()));
