import { expect } from 'chai';
import fc from 'fast-check';
import { type KeptAddresses, KnownAddresses, signOf } from '../../../lib/calendar/dav/known-addresses.ts';
import type { XconUserId } from '../../../lib/model/identifiers.ts';
import { MemoryStore } from '../../../lib/store/memory.ts';

const userId = 'xcon-userid:alice@example.com' as XconUserId;
const alice = (...addresses: string[]) => ({ userId, addresses, systemAdministrator: false });

describe('the addresses under which a calendar was read', () => {
  let known: KnownAddresses;
  beforeEach(() => (known = new KnownAddresses(new MemoryStore().records<KeptAddresses>('addresses'))));

  it('are new the first time, and have changed only where they are others', async () => {
    const first = await known.compare(alice('sip:a@example.com'));
    expect(first).to.deep.equal({ now: { addresses: ['sip:a@example.com'], changes: 0 }, isNew: true });
    await known.keep(alice(), first.now);
    expect(await known.compare(alice('sip:a@example.com'))).to.deep.equal({ now: first.now, isNew: false });

    const other = await known.compare(alice('mailto:a@example.com'));
    expect(other.now).to.deep.equal({ addresses: ['mailto:a@example.com'], changes: 1 });
    expect(other.before).to.deep.equal(alice('sip:a@example.com'));
    expect(await known.compare(alice('mailto:a@example.com')), 'not kept yet').to.deep.equal(other);
  });

  it('are the same in any order', () => {
    const addresses = fc.uniqueArray(fc.webUrl(), { maxLength: 5 });
    const turned = addresses.chain((some) =>
      fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
    );
    fc.assert(
      fc.property(turned, ([some, other]) => {
        expect(signOf({ addresses: other })).to.equal(signOf({ addresses: some }));
      }),
    );
  });
});
