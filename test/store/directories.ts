import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'mocha';
import { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from '../../lib/store/sqlite/store.ts';

const made: string[] = [];
const opened: SqliteStore[] = [];

/** A new directory that goes when the tests end. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'plenary-store-'));
  made.push(directory);
  return directory;
}

/** A store that is closed when the tests end, at the latest: its thread would hold a process whose test failed. */
export async function openStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const store = await openSqliteStore(options);
  opened.push(store);
  return store;
}

after(async () => {
  await Promise.all(opened.map((store) => store.close()));
  for (const directory of made) rmSync(directory, { recursive: true });
});
