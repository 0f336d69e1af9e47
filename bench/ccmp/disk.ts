import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = Buffer.alloc(4_096);

/** How often per second this disk makes one more page of a file durable, one after the other. */
export function flushRate(directory: string, seconds = 1): number {
  const file = join(directory, 'flush-rate');
  const descriptor = openSync(file, 'w');
  const end = performance.now() + seconds * 1_000;
  let flushes = 0;
  while (performance.now() < end) {
    writeSync(descriptor, PAGE, 0, PAGE.length, flushes * PAGE.length);
    fdatasyncSync(descriptor);
    flushes++;
  }
  closeSync(descriptor);
  rmSync(file);
  return Math.round(flushes / seconds);
}
