import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { check } from './check.ts';

/** Reads the whole database, which takes minutes where there is much, and so has a thread of its own. */
const { file, limit } = workerData as { file: string; limit: number };
const findings = findingsOf(new Database(file, { readonly: true, fileMustExist: true }));
// Told when this connection is gone, so that the writer's is the last one that closes.
parentPort?.postMessage(findings);

function findingsOf(db: Database.Database): string[] {
  try {
    return db.transaction(() => check(db, limit))();
  } finally {
    db.close();
  }
}
