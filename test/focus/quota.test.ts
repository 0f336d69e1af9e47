import { expect } from 'chai';
import { Quotas } from '../../lib/focus/quota.ts';
import { Allowance } from '../../lib/outbox/allowance.ts';
import { MemoryStore } from '../../lib/store/memory.ts';

describe('quotas of calls that users ask for', () => {
  let now = 0;
  let store: MemoryStore;
  const quotas = () =>
    new Quotas(
      { ringing: 3 },
      new Allowance({ spent: store.records('spent'), now: () => now }, { count: 2, period: 1_000 }),
    );
  beforeEach(() => {
    now = 0;
    store = new MemoryStore();
  });

  it('count calls to others over a period, whatever restarts', async () => {
    const all = quotas();
    expect(await all.take('alice', true)).to.be.a('function');
    expect(await all.take('alice', true)).to.be.a('function');
    expect(await all.take('alice', true)).to.equal(undefined);
    expect(await all.take('alice', false)).to.be.a('function');
    expect(await all.take('bob', true)).to.be.a('function');
    expect(await quotas().take('alice', true)).to.equal(undefined);
    now = 1_100;
    expect(await all.take('alice', true)).to.equal(undefined); // three ring
    expect(await quotas().take('alice', true)).to.be.a('function');
  });

  it('count what rings until it ends, each once', async () => {
    const all = quotas();
    const ends = await Promise.all([1, 2, 3].map(() => all.take('alice', false)));
    expect(await all.take('alice', false)).to.equal(undefined);
    ends[0]?.();
    ends[0]?.();
    expect(await all.take('alice', false)).to.be.a('function');
    expect(await all.take('alice', false)).to.equal(undefined);
  });

  it('forget users for whom nothing rings any more', async () => {
    const all = quotas();
    (await all.take('alice', true))?.();
    const end = await all.take('bob', false);
    expect(all.size).to.equal(1);
    end?.();
    expect(all.size).to.equal(0);
  });

  it('do not count a call as ringing that could not be counted', async () => {
    const all = new Quotas({ ringing: 1 }, { take: () => Promise.reject(new Error('the disk is full')) });
    expect(await all.take('alice', true).catch(String)).to.equal('Error: the disk is full');
    expect(all.size).to.equal(0);
  });
});
