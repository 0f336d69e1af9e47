// Writes pairs to the store of DIRECTORY, one after the other, COUNT of them or until it is killed. Says `ask n` before
// and `ack n` after each; after a refusal it says why and goes on when a line comes in.
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { StoreError } from '../../../lib/store/sqlite/calls.ts';
import { openSqliteStore } from '../../../lib/store/sqlite/store.ts';
import { pairSet, pairVersion } from './pair.ts';

const [directory = '', count = 'Infinity', filler = '50'] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

const store = await openSqliteStore({ directory, checkpointPages: 200 });
const start = (await pairVersion(store)) + 1;
for (let n = start; n < start + Number(count); n++) {
  say(`ask ${n}`);
  while (!(await written(n))) await once(process.stdin, 'data');
  say(`ack ${n}`);
}
await store.close();
process.stdin.destroy();

async function written(n: number): Promise<boolean> {
  try {
    await store.write([pairSet(n, Number(filler))]);
    return true;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    say(`refused ${error.code}`);
    return false;
  }
}
