import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { check } from '../../../lib/store/sqlite/check.ts';
import { change, deletion, directoryUser, header, uriOf } from '../changes.ts';
import { newDirectory, openStore } from '../directories.ts';
import { pairSet } from './pair.ts';

const X = uriOf('x');

/** Damage → what the check must say of it. */
const DAMAGE: Record<string, readonly [sql: string, finding: RegExp]> = {
  'an object behind its log': [
    `UPDATE object SET version = 1 WHERE uri = '${X}'`,
    /x@example.com has version 1, the log says 2/,
  ],
  'an object that the log deleted': [
    `UPDATE log SET version = 0 WHERE position = 3`,
    /x@example.com has version 2, the log says 0/,
  ],
  'an object that only the log knows': [`UPDATE log SET uri = 'xcon:lost' WHERE position = 1`, /xcon:lost is gone/],
  'a header of another kind': [
    `UPDATE object SET header = replace(header, 'conference', 'blueprint')`,
    /header that is not its own/,
  ],
  'a header that is no JSON': [`UPDATE object SET header = '{'`, /header that is not its own/],
  'a parent that the header does not name': [`UPDATE object SET parent = '${X}'`, /header that is not its own/],
  'a part without an object': ['UPDATE part SET object = 77 WHERE id = 1', /part 1 belongs to no object/],
  'a part of an unknown kind': ['UPDATE part SET kind = 9 WHERE id = 1', /part 1 is of the unknown kind 9/],
  'facts that are no JSON': [`UPDATE part SET facts = 'x' WHERE facts IS NOT NULL`, /facts that do not parse/],
  'identities that are no JSON': [`UPDATE part SET identities = '['`, /identities that do not parse/],
  'a missing place in a list': [`DELETE FROM member WHERE identity = 'round 1'`, /is not listed under round 1/],
  'a place in a list too many': [`INSERT INTO member VALUES ('eve', '${X}', 1)`, /part 1 is listed under eve/],
  'a wrong count': ['UPDATE census SET objects = 7', /there are 2 objects of kind conference, counted as 7/],
  'a log entry with a text cut short': [
    `UPDATE log SET bytes = x'00' WHERE position = 2`,
    /log entry 2 does not parse/,
  ],
  'a log entry that is no JSON': [`UPDATE log SET parts = '' WHERE position = 2`, /log entry 2 does not parse/],
  'a follower beyond the log': ['UPDATE follower SET position = 99', /follower mail is at 99, beyond the log/],
  'an address of no user': ['UPDATE user_address SET user = 55', /of user_address refers to a missing user/],
  'a broken index': [
    `UPDATE sqlite_schema SET sql = replace(sql, '(uri, position)', '(by, position)') WHERE name = 'log_by_object'`,
    /log_by_object/,
  ],
};

describe('the check', () => {
  const good = newDirectory();

  before(async () => {
    const store = await openStore({ directory: good });
    const parent = { uri: X, independent: false };
    const children = [
      change(uriOf('b'), 0, [], { header: header({ kind: 'blueprint', parent }) }),
      change(uriOf('c'), 0),
    ];
    await store.write([pairSet(1), pairSet(2), children, [deletion(uriOf('c'), 1)]]);
    await store.addUser(directoryUser('al'));
    await store.setPosition('mail', 2);
    expect(await store.check()).to.deep.equal([]);
    await store.close();
  });

  it('reports the damage of a store at work', async () => {
    const directory = newDirectory();
    copyFileSync(join(good, 'plenary.db'), join(directory, 'plenary.db'));
    damage(directory, 'UPDATE census SET objects = 7').close();
    const store = await openStore({ directory });
    expect(await store.check()).to.have.length(2);
    await store.close();
  });

  it('ends before a store that closes, which leaves all that it holds in one file', async () => {
    const directory = newDirectory();
    const store = await openStore({ directory });
    await store.write([pairSet(1)]);
    const [findings] = await Promise.all([store.check(), store.close()]);
    expect(findings).to.deep.equal([]);
    expect(readdirSync(directory)).to.have.members(['plenary.db', 'plenary.lock']);
  });

  for (const [title, [sql, finding]] of Object.entries(DAMAGE)) {
    it(`finds ${title}`, () => {
      const directory = newDirectory();
      copyFileSync(join(good, 'plenary.db'), join(directory, 'plenary.db'));
      damage(directory, sql).close();
      const db = new Database(join(directory, 'plenary.db'), { readonly: true });
      expect(check(db, 10).join('\n')).to.match(finding);
      db.close();
    });
  }
});

function damage(directory: string, sql: string): Database.Database {
  const db = new Database(join(directory, 'plenary.db'));
  db.unsafeMode();
  db.pragma('foreign_keys = OFF');
  db.pragma('writable_schema = ON');
  return db.exec(sql);
}
