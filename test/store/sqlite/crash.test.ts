import { copyFileSync, mkdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { check } from '../../../lib/store/sqlite/check.ts';
import { newDirectory, openStore } from '../directories.ts';
import { SEED } from '../../support/seed.ts';
import { pairSet, pairVersion } from './pair.ts';
import { startWriting } from './processes.ts';
import { randomNumbers } from './random.ts';

const CUTS = 200;
const KILLS = 10;

describe('a store after a crash', function () {
  this.timeout(240_000);

  it(`opens to a prefix of whole sets with every acknowledged one, its log cut at ${CUTS} random offsets`, async () => {
    const random = randomNumbers(SEED);
    const directory = newDirectory();
    const first = await openStore({ directory });
    await first.write([1, 2, 3, 4, 5].map((n) => pairSet(n)));
    await first.close();

    const store = await openStore({ directory, checkpointPages: 1_000_000 });
    const wal = join(directory, 'plenary.db-wal');
    const acknowledged = [{ version: 5, size: 0 }];
    let version = 5;
    while (version < 80) {
      const batch = Array.from({ length: 1 + random(3) }, () => pairSet(++version, random(3_000)));
      await store.write(batch);
      acknowledged.push({ version, size: statSync(wal).size });
    }
    const copy = join(newDirectory(), 'cut');
    mkdirSync(copy);
    for (let cut = 0; cut < CUTS; cut++) {
      const size = random(statSync(wal).size + 1);
      const found = cutAndOpen(directory, copy, size);
      const least = acknowledged.findLast((ack) => ack.size <= size)?.version;
      expect(found, `seed ${SEED}, cut at ${size}`).to.deep.equal({ findings: [], x: least, y: least });
    }
    cutAndOpen(directory, copy, random(statSync(wal).size));
    await store.close();
    const reopened = await openStore({ directory: copy });
    expect(await pairVersion(reopened), `seed ${SEED}`).to.be.within(5, version);
    await reopened.close();
  });

  it(`has every acknowledged set and no half one, killed ${KILLS} times in the middle of its writes`, async () => {
    const random = randomNumbers(SEED);
    const directory = newDirectory();
    let last = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const writing = startWriting([directory, 'Infinity', '2000']);
      const enough = last + 1 + random(150);
      for await (const line of writing.lines) {
        if (line.startsWith('ack ')) last = Number(line.slice(4));
        if (last >= enough) writing.child.kill('SIGKILL');
      }
      expect(await writing.ended, 'ended by the kill').to.equal(null);
      expect(last, `seed ${SEED}`).to.be.at.least(enough);
      const store = await openStore({ directory });
      expect(await pairVersion(store), `seed ${SEED}, kill ${kill}`).to.be.within(last, last + 1);
      expect(await store.check()).to.deep.equal([]);
      last = await pairVersion(store);
      await store.close();
    }
  });
});

/** The database with so much of its write-ahead log, as SQLite finds it after a power cut. */
function cutAndOpen(directory: string, copy: string, size: number) {
  const file = join(copy, 'plenary.db');
  copyFileSync(join(directory, 'plenary.db'), file);
  copyFileSync(join(directory, 'plenary.db-wal'), `${file}-wal`);
  truncateSync(`${file}-wal`, size);
  const db = new Database(file);
  const version = (id: string) =>
    db.prepare('SELECT version FROM object WHERE uri = ?').pluck().get(`xcon:${id}@example.com`);
  const found = { findings: check(db, 10), x: version('x'), y: version('y') };
  db.close();
  return found;
}
