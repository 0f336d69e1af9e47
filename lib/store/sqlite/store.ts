import Database from 'better-sqlite3';
import { LOG_VERSIONS, SLICE } from '../layout.ts';
import { startThread, WriterThread } from './calls.ts';
import { DataDirectory } from './directory.ts';
import { migrate } from './schema.ts';
import { SqliteStore } from './sqlite-store.ts';
import type { WriterOptions } from './writer.ts';

export type { SqliteStore };

const PAGE_BYTES = 4096;

export interface SqliteStoreLimits {
  /** Rows that are read without a turn of the event loop. */
  readonly sliceRows: number;
  /** Pages (4 KiB) in the write-ahead log that start a checkpoint. */
  readonly checkpointPages: number;
  /** Size of the database at which writes are refused, in bytes. */
  readonly maximumBytes: number;
  /** Memory for pages, in KiB, of the reading and of the writing connection each. */
  readonly cacheKilobytes: number;
  /** Findings per rule that a check names. */
  readonly checkFindings: number;
  /** Versions of an object that stay in the change log, at most. */
  readonly logVersions: number;
}

export const SQLITE_STORE_DEFAULTS: SqliteStoreLimits = {
  sliceRows: SLICE,
  checkpointPages: 4_000,
  maximumBytes: 2 ** 40,
  cacheKilobytes: 16_384,
  checkFindings: 100,
  logVersions: LOG_VERSIONS,
};

export interface SqliteStoreOptions extends Partial<SqliteStoreLimits> {
  /** Holds `plenary.db` and its lock; made with mode 0700 when it is not there. */
  readonly directory: string;
}

/**
 * Opens the store of a data directory, which it then holds alone. Neither the size of the store nor an unclean end
 * before makes that slow.
 * @throws {DirectoryInUse}
 * @throws {UnknownSchema}
 */
export async function openSqliteStore({ directory, ...given }: SqliteStoreOptions): Promise<SqliteStore> {
  const limits = { ...SQLITE_STORE_DEFAULTS, ...given };
  const held = new DataDirectory(directory);
  try {
    prepare(held.database);
    const writer = new WriterThread(startThread('writer', writerOptions(held.database, limits)));
    await writer.started();
    return new SqliteStore(held, writer, limits);
  } catch (error) {
    held.release();
    throw error;
  }
}

function prepare(file: string): void {
  const db = new Database(file);
  try {
    migrate(db);
    db.pragma('journal_mode = WAL');
  } finally {
    db.close();
  }
}

const writerOptions = (file: string, limits: SqliteStoreLimits): WriterOptions => ({
  file,
  checkpointPages: limits.checkpointPages,
  maximumPages: Math.floor(limits.maximumBytes / PAGE_BYTES),
  cacheKilobytes: limits.cacheKilobytes,
  logVersions: limits.logVersions,
});
