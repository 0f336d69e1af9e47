import { expect } from 'chai';
import { KnownUsers } from '../../lib/directory/known-users.ts';
import type { StoredUser } from '../../lib/directory/repository.ts';

const alice = { login: 'alice' } as StoredUser;

describe('users who were looked for lately', () => {
  /** A directory of which every reading is counted. */
  function reader(users: Readonly<Record<string, StoredUser>>) {
    const asked: string[] = [];
    const read = (name: string) => () => {
      asked.push(name);
      return Promise.resolve(users[name]);
    };
    return { asked, read };
  }

  it('are read once, and names of nobody too, until a user changes', async () => {
    const { asked, read } = reader({ alice });
    const known = new KnownUsers(10);
    for (let times = 0; times < 2; times++) {
      expect(await known.get('alice', read('alice'))).to.equal(alice);
      expect(await known.get('bob', read('bob'))).to.equal(undefined);
    }
    expect(asked).to.deep.equal(['alice', 'bob']);
    known.forget();
    const { read: now } = reader({ bob: alice });
    expect(await known.get('alice', now('alice'))).to.equal(undefined);
    expect(await known.get('bob', now('bob'))).to.equal(alice);
  });

  it('are read again when one changed while they were read', async () => {
    const known = new KnownUsers(10);
    const changing = (user?: StoredUser) => () => {
      known.forget();
      return Promise.resolve(user);
    };
    expect(await known.get('alice', changing(alice))).to.equal(alice);
    expect(await known.get('bob', changing())).to.equal(undefined);
    const { asked, read } = reader({});
    await known.get('alice', read('alice'));
    await known.get('bob', read('bob'));
    expect(asked).to.deep.equal(['alice', 'bob']);
  });

  it('stay known while strangers ask for nobody, and long names of nobody are not kept', async () => {
    const { asked, read } = reader({ alice });
    const known = new KnownUsers(2);
    await known.get('alice', read('alice'));
    for (let number = 0; number < 10; number++) await known.get(`nobody${number}`, read('nobody'));
    const long = 'x'.repeat(10_000);
    await known.get(long, read('long'));
    await known.get(long, read('long'));
    await known.get('alice', read('alice'));
    expect(asked.filter((name) => name !== 'nobody')).to.deep.equal(['alice', 'long', 'long']);
  });
});
