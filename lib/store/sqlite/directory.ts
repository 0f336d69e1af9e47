import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';

/** The data directory is held by another process, or by another store of this one. */
export class DirectoryInUse extends Error {
  readonly directory: string;

  constructor(directory: string) {
    super(`the data directory ${directory} is in use by another process`);
    this.name = 'DirectoryInUse';
    this.directory = directory;
  }
}

/**
 * A data directory, held until `release` or the end of the process, however it ends: the lock is the operating
 * system's, on a second database that nobody else ever opens. (A lock on the store itself would keep the writing
 * thread out.)
 */
export class DataDirectory {
  readonly database: string;
  readonly #lock: Database.Database;

  /** @throws {DirectoryInUse} */
  constructor(path: string) {
    const directory = resolve(path);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.database = join(directory, 'plenary.db');
    const lock = join(directory, 'plenary.lock');
    createPrivate(lock);
    this.#lock = hold(lock, directory);
    createPrivate(this.database);
    syncDirectory(directory);
    syncDirectory(dirname(directory));
  }

  release(): void {
    this.#lock.close();
  }
}

function hold(file: string, directory: string): Database.Database {
  const db = new Database(file, { timeout: 0 });
  try {
    db.pragma('journal_mode = MEMORY');
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY'))
      throw new DirectoryInUse(directory);
    throw error;
  }
}

/**
 * Makes a file that only its owner can read (SQLite gives its side files the same mode). One that is there is not
 * even opened, because closing it would drop every lock that this process has on it.
 * @returns whether the file is new.
 */
export function createPrivate(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx', 0o600));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Makes the names of new files survive a power cut. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
