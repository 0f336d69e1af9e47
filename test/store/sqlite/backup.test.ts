import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { change, directoryUser, rejection, section, uriOf } from '../changes.ts';
import { newDirectory, openStore } from '../directories.ts';
import { pairSet, pairVersion } from './pair.ts';

describe('a backup', () => {
  it('made while writes go on is a store with a prefix of whole sets', async () => {
    const directory = newDirectory();
    const store = await openStore({ directory: join(directory, 'data') });
    const ballast = Array.from({ length: 100 }, (_, index) =>
      change(uriOf(index), 0, [section('a', '.'.repeat(40_000))]),
    );
    await store.write([ballast, pairSet(1)]);
    await store.addUser(directoryUser('al'));

    const file = join(directory, 'copy.db');
    const backup = { done: false };
    const copied = store.backup(file).finally(() => (backup.done = true));
    let version = 1;
    while (!backup.done) await store.write([pairSet(++version)]);
    await copied;
    expect(version).to.be.greaterThan(2);
    await store.close();

    expect(statSync(file).mode & 0o777).to.equal(0o600);
    mkdirSync(join(directory, 'restored'));
    copyFileSync(file, join(directory, 'restored', 'plenary.db'));
    const restored = await openStore({ directory: join(directory, 'restored') });
    expect(await pairVersion(restored)).to.be.within(1, version);
    expect(await restored.users({ limit: 9 })).to.deep.equal([directoryUser('al')]);
    expect(await restored.check()).to.deep.equal([]);
    await restored.close();
  });

  it('overwrites nothing', async () => {
    const directory = newDirectory();
    const store = await openStore({ directory: join(directory, 'data') });
    const file = join(directory, 'precious');
    writeFileSync(file, 'mine');
    expect((await rejection(store.backup(file))).message).to.contain(file);
    expect(readFileSync(file, 'utf8')).to.equal('mine');
    expect((await rejection(store.backup(join(directory, 'nowhere', 'file')))).message).to.contain('nowhere');
    await store.close();
  });

  it('that is under way is finished before the store closes', async () => {
    const directory = newDirectory();
    const store = await openStore({ directory: join(directory, 'data') });
    await store.write([[change(uriOf('a'), 0, [section('a', '.'.repeat(3_000_000))])]]);
    const copied = store.backup(join(directory, 'copy.db'));
    await store.close();
    await copied;
    expect(statSync(join(directory, 'copy.db')).size).to.be.greaterThan(3_000_000);
  });
});
