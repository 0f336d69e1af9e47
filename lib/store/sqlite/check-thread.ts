import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { check } from './check.ts';

/** Reads the whole database, which takes minutes where there is much, and so has a thread of its own. */
const { file, limit } = workerData as { file: string; limit: number };
const db = new Database(file, { readonly: true, fileMustExist: true });
try {
  parentPort?.postMessage(db.transaction(() => check(db, limit))());
} finally {
  db.close();
}
