import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { DirectoryInUse } from '../../../lib/store/sqlite/directory.ts';
import { MIGRATIONS, migrate, UnknownSchema } from '../../../lib/store/sqlite/schema.ts';
import { change, deletion, DESCRIPTION, directoryUser, header, rejection, section, uriOf } from '../changes.ts';
import { newDirectory, openStore } from '../directories.ts';
import { pairSet, pairVersion } from './pair.ts';
import { startWriting } from './processes.ts';

describe('the data directory', () => {
  it('holds what was stored when it is opened again', async () => {
    const directory = join(newDirectory(), 'deep', 'data');
    const first = await openStore({ directory });
    await first.write([pairSet(1), pairSet(2)]);
    await first.addUser(directoryUser('al'));
    await first.setPosition('mail', 2);
    await first.close();
    const second = await openStore({ directory });
    expect(await pairVersion(second)).to.equal(2);
    expect(await second.users({ limit: 9 })).to.deep.equal([directoryUser('al')]);
    expect(await second.position('mail')).to.equal(2);
    expect(await second.count('conference')).to.equal(2);
    expect(await second.check()).to.deep.equal([]);
    await second.close();
  });

  it('is for its owner alone', async () => {
    const directory = join(newDirectory(), 'data');
    const store = await openStore({ directory });
    await store.write([pairSet(1)]);
    const mode = (...names: string[]) => statSync(join(directory, ...names)).mode & 0o777;
    expect(mode()).to.equal(0o700);
    for (const name of ['plenary.db', 'plenary.db-wal', 'plenary.lock']) expect(mode(name), name).to.equal(0o600);
    await store.close();
  });

  it('belongs to one store at a time, and the refused one names it', async () => {
    const directory = newDirectory();
    const store = await openStore({ directory });
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await rejection(openStore({ directory }));
      expect(error).to.be.instanceOf(DirectoryInUse);
      expect(error.message).to.contain(directory);
    }
    const other = startWriting([directory, '1']);
    expect(await other.ended).to.equal(1);
    await store.close();
    await (await openStore({ directory })).close();
  });

  it('refuses everything after its store is closed', async () => {
    const store = await openStore({ directory: newDirectory() });
    await Promise.all([store.close(), store.close()]);
    for (const call of [
      () => store.write([pairSet(1)]),
      () => store.count('conference'),
      () => store.load(pairSet(1)[0]!.uri),
    ]) {
      expect(await rejection(call())).to.be.instanceOf(Error);
    }
  });
});

describe('migrations', () => {
  const open = (file = ':memory:') => new Database(file);
  const version = (db: Database.Database) => db.pragma('user_version', { simple: true });

  it('lets filters find what was written before there were tokens, until it is written anew', async () => {
    const directory = newDirectory();
    const [uri, key] = [uriOf('old'), DESCRIPTION];
    const old = new Database(join(directory, 'plenary.db'));
    migrate(old, MIGRATIONS.slice(0, 1));
    old.exec(`INSERT INTO object VALUES (1, '${uri}', 'conference', 1, NULL, '${JSON.stringify(header())}');
              INSERT INTO part VALUES (1, 1, 0, '${key}', NULL, '[]', x'3c612f3e')`);
    old.close();
    const store = await openStore({ directory });
    const found = async (identity: string) =>
      (await store.list({ kind: 'conference', identities: [identity], limit: 9 })).map((one) => one.uri);
    expect(await found('=?')).to.deep.equal([uri]);
    expect(await store.check()).to.deep.equal([]);
    await store.write([[change(uri, 1, [section(key, '<a/>', ['=subject x'])])]]);
    expect(await found('=?')).to.deep.equal([]);
    expect(await found('=subject x')).to.deep.equal([uri]);
    expect(await store.check()).to.deep.equal([]);
    await store.close();
  });

  it('leave nothing of what was written before there were tokens when it goes', async () => {
    const directory = newDirectory();
    const uri = uriOf('old');
    const old = new Database(join(directory, 'plenary.db'));
    migrate(old, MIGRATIONS.slice(0, 1));
    old.exec(`INSERT INTO object VALUES (1, '${uri}', 'conference', 1, NULL, '${JSON.stringify(header())}');
              INSERT INTO part VALUES (1, 1, 0, '${DESCRIPTION}', NULL, '[]', x'3c612f3e')`);
    old.close();
    const store = await openStore({ directory });
    await store.write([[deletion(uri, 1)]]);
    await store.write([[change(uri, 0)]]);
    expect(await store.list({ kind: 'conference', identities: ['=?'], limit: 9 })).to.deep.equal([]);
    await store.close();
  });

  it('are applied from where the database is, each once', () => {
    const db = open();
    migrate(db, MIGRATIONS);
    expect(version(db)).to.equal(MIGRATIONS.length);
    const later = [...MIGRATIONS, 'CREATE TABLE later (a INTEGER) STRICT', 'CREATE TABLE more (b INTEGER) STRICT'];
    migrate(db, later);
    migrate(db, later);
    expect(version(db)).to.equal(MIGRATIONS.length + 2);
    expect(db.prepare('SELECT count(*) FROM more').pluck().get()).to.equal(0);
  });

  it('leave the step before when one fails', () => {
    const db = open();
    expect(() => migrate(db, [...MIGRATIONS, 'CREATE TABLE half (a INTEGER); SELECT nonsense'])).to.throw('nonsense');
    expect(version(db)).to.equal(MIGRATIONS.length);
    expect(() => db.prepare('SELECT * FROM half')).to.throw('half');
  });

  for (const [title, plant, message] of [
    ['a later version of the server', `PRAGMA user_version = 99`, 'schema 99'],
    ['another application', 'PRAGMA application_id = 5', 'not a store of Plenary'],
  ] as const) {
    it(`refuse a database of ${title} and leave it alone`, async () => {
      const directory = newDirectory();
      await (await openStore({ directory })).close();
      const db = open(join(directory, 'plenary.db'));
      db.exec(plant);
      db.close();
      const error = await rejection(openStore({ directory }));
      expect(error).to.be.instanceOf(UnknownSchema);
      expect(error.message).to.contain(message).and.to.contain(directory);
    });
  }

  it('refuse a database with tables that are not ours', async () => {
    const directory = join(newDirectory(), 'data');
    mkdirSync(directory);
    const db = open(join(directory, 'plenary.db'));
    db.exec('CREATE TABLE theirs (a)');
    db.close();
    expect(await rejection(openStore({ directory }))).to.be.instanceOf(UnknownSchema);
  });
});
