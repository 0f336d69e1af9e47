import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { StoreError } from '../../../lib/store/sqlite/calls.ts';
import { change, deletion, rejection, section, texts, uriOf } from '../changes.ts';
import { newDirectory, openStore } from '../directories.ts';
import { pairVersion } from './pair.ts';
import { startWriting } from './processes.ts';

describe('a disk that refuses', function () {
  this.timeout(180_000);

  it('rejects what goes beyond the size of the store, which goes on when there is room again', async () => {
    const store = await openStore({ directory: newDirectory(), maximumBytes: 1_000_000 });
    const put = (id: number) => store.write([[change(uriOf(id), 0, [section('a', '.'.repeat(50_000))])]]);
    let written = 0;
    let refusal: unknown;
    while (refusal === undefined && written < 100) {
      await put(written).then(
        () => (written += 1),
        (error: unknown) => (refusal = error),
      );
    }
    expect(refusal).to.be.instanceOf(StoreError).with.property('code', 'SQLITE_FULL');
    expect(written).to.be.within(2, 20);
    expect(await store.load(uriOf(written))).to.equal(undefined);
    expect(await store.count('conference')).to.equal(written);
    await store.write([[deletion(uriOf(0), 1)]]);
    await store.trimLog(Infinity);
    await put(written);
    expect(await texts(store, uriOf(written))).to.have.length(1);
    expect(await store.check()).to.deep.equal([]);
    await store.close();
  });

  it('rejects one write when the system fails it and takes it when the system does', async () => {
    const directory = newDirectory();
    const limited = ['bash', '-c', 'ulimit -S -f 600; exec "$@"', 'limited'];
    const writing = startWriting([directory, '60', '20000'], limited);
    const said: string[] = [];
    for await (const line of writing.lines) {
      said.push(line);
      if (!line.startsWith('refused')) continue;
      const { pid } = writing.child;
      const raised = spawnSync('prlimit', ['--pid', String(pid), '--fsize=unlimited']);
      expect(raised.status, 'prlimit raises the limit').to.equal(0);
      writing.child.stdin.write('go on\n');
    }
    expect(await writing.ended).to.equal(0);
    expect(said.filter((line) => line.startsWith('refused')))
      .to.match(/^refused SQLITE_(IOERR|FULL)/)
      .and.to.have.length(1);
    expect(said.at(-1)).to.equal('ack 60');
    const store = await openStore({ directory });
    expect(await pairVersion(store)).to.equal(60);
    expect(await store.check()).to.deep.equal([]);
    await store.close();
  });

  it('refuses what was sent before its refusal was told, and carries out what comes after it', async () => {
    const store = await openStore({ directory: newDirectory(), maximumBytes: 300_000 });
    const refused = store.write([[change(uriOf('a'), 0, [section('a', '.'.repeat(400_000))])]]);
    const behind = store.write([[change(uriOf('b'), 0)]]);
    expect(await rejection(refused)).to.have.property('code', 'SQLITE_FULL');
    expect(await rejection(behind)).to.have.property('message', 'a write before it failed');
    await store.write([[change(uriOf('c'), 0)]]);
    expect(await store.count('conference')).to.equal(1);
    await store.close();
  });
});
