import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'mocha';

const made: string[] = [];

/** A new directory that goes when the tests end. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'plenary-store-'));
  made.push(directory);
  return directory;
}

after(() => {
  for (const directory of made) rmSync(directory, { recursive: true });
});
