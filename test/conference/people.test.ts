import { expect } from 'chai';
import { Identities, type People } from '../../lib/conference/people.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import type { Principal } from '../../lib/directory/principal.ts';
import type { XconUserId } from '../../lib/model/identifiers.ts';
import { info, xcon } from '../../lib/model/names.ts';

const bob: Principal = {
  userId: 'xcon-userid:bob@example.com' as XconUserId,
  addresses: ['sip:bob@example.com'],
  systemAdministrator: false,
};
const people: People = {
  domain: 'example.com',
  servesDomain: () => true,
  principalById: () => Promise.resolve(undefined),
  principalByAddress: (address) => Promise.resolve(address === 'sip:bob@example.com' ? bob : undefined),
};

const user = (name: string, aors: readonly string[] = []) =>
  info('user', { entity: `xcon-userid:${name}@example.org` }, [
    info(
      'associated-aors',
      {},
      aors.map((aor) => info('entry', {}, [info('uri', {}, [aor])])),
    ),
  ]);
const target = (uri: string) => xcon('target', { uri, method: 'dial-in' });
const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `u${index}`);

describe('the people whom a request names', () => {
  it('are looked up wherever they stand, each by every name', async () => {
    const lists = xcon('allowed-users-list', {}, [target('sip:bob@example.com'), target('*@example.com')]);
    const found = await Identities.in(info('users', {}, [lists, user('x')]), people, undefined, 3);
    expect(found.of('sip:bob@example.com')).to.equal(bob);
    expect(found.of(bob.userId)).to.equal(bob);
    expect(found.of('xcon-userid:x@example.org')).to.equal(undefined);
  });

  it('are a limited number of users and targets, with as many names as they have', async () => {
    const aors = numbered(9).map((name) => `sip:${name}@example.org`);
    const three = info('users', {}, [user('a', aors), user('b'), target('sip:c@example.org')]);
    await Identities.in(three, people, undefined, 3);
    const refusal: unknown = await Identities.in(three, people, undefined, 2).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(Refusal).with.property('reason', 'resources-exhausted');
    expect(refusal).to.have.property('message').that.includes('at most 2 users');
  });

  it('hold nobody else up while many are looked up', async () => {
    const many = info(
      'users',
      {},
      numbered(500).map((name) => user(name)),
    );
    const state = { done: false, turns: 0 };
    const looked = Identities.in(many, people, undefined, 500).finally(() => (state.done = true));
    for (; !state.done; state.turns++) await new Promise((turn) => setImmediate(turn));
    await looked;
    expect(state.turns).to.be.at.least(4);
  });
});
