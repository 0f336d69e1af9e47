import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { MIGRATIONS, migrate } from '../../../lib/store/sqlite/schema.ts';
import { header, uriOf } from '../changes.ts';
import { newDirectory, openStore } from '../directories.ts';
import { timed } from '../timer-contract.ts';

const step = { uri: uriOf('a'), due: 100 };
const claimed = { steps: [step], next: 1_000_100 };
const claim = (owner: string) => ({ owner, now: 100, lease: 1_000_000, limit: 9 });

describe('leases of a data directory', () => {
  it('are void when it is opened anew, for it was held alone', async () => {
    const directory = newDirectory();
    const first = await openStore({ directory });
    await first.write([[timed('a', 0, 100)]]);
    expect(await first.claim(claim('one'))).to.deep.equal(claimed);
    expect(await first.check()).to.deep.equal([]);
    await first.close();
    const second = await openStore({ directory });
    expect(await second.claim(claim('two'))).to.deep.equal(claimed);
    await second.close();
  });

  it('are in the database, also where nothing was flushed since, and in no backup that is opened', async () => {
    const directory = newDirectory();
    const store = await openStore({ directory });
    await store.write([[timed('a', 0, 100)]]);
    await store.claim(claim('one'));
    const db = new Database(join(directory, 'plenary.db'), { readonly: true });
    expect(db.prepare('SELECT owner, since, until FROM lease').all()).to.deep.equal([
      { owner: 'one', since: 100, until: 1_000_100 },
    ]);
    db.close();
    const copy = newDirectory();
    await store.backup(join(copy, 'plenary.db'));
    const other = await openStore({ directory: copy });
    expect(await other.claim(claim('two'))).to.deep.equal(claimed);
    expect(await store.claim(claim('two')), 'here it is still leased').to.deep.equal({ steps: [], next: 1_000_100 });
    await Promise.all([store.close(), other.close()]);
  });

  it('come to what was stored before there were any', async () => {
    const directory = newDirectory();
    const old = new Database(join(directory, 'plenary.db'));
    migrate(old, MIGRATIONS.slice(0, 5));
    old
      .prepare(`INSERT INTO object VALUES (1, ?, 'conference', 1, NULL, ?)`)
      .run(step.uri, JSON.stringify(header({ due: step.due })));
    old.close();
    const store = await openStore({ directory });
    expect(await store.claim(claim('one'))).to.deep.equal(claimed);
    await store.write([[timed('a', 1)]]);
    expect(await store.claim(claim('one'))).to.deep.equal({ steps: [], next: Infinity });
    await store.close();
  });
});
