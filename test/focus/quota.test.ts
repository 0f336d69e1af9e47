import { expect } from 'chai';
import { Quotas } from '../../lib/focus/quota.ts';

describe('quotas of calls that users ask for', () => {
  let now = 0;
  const quotas = () => new Quotas({ foreignCalls: 2, period: 1_000, ringing: 3 }, () => now);
  beforeEach(() => (now = 0));

  it('count calls to others over a period', () => {
    const all = quotas();
    expect(all.take('alice', true)).to.be.a('function');
    expect(all.take('alice', true)).to.be.a('function');
    expect(all.take('alice', true)).to.equal(undefined);
    expect(all.take('alice', false)).to.be.a('function');
    expect(all.take('bob', true)).to.be.a('function');
    now = 1_000;
    all.take('carol', false)?.();
    expect(all.take('alice', true)).to.equal(undefined); // three ring
  });

  it('count what rings until it ends, each once', () => {
    const all = quotas();
    const ends = [1, 2, 3].map(() => all.take('alice', false));
    expect(all.take('alice', false)).to.equal(undefined);
    ends[0]?.();
    ends[0]?.();
    expect(all.take('alice', false)).to.be.a('function');
    expect(all.take('alice', false)).to.equal(undefined);
  });

  it('forget users of whom nothing counts any more', () => {
    const all = quotas();
    all.take('alice', true)?.();
    all.take('bob', false)?.();
    expect(all.size).to.equal(1);
    now = 1_001;
    all.take('carol', false)?.();
    expect(all.size).to.equal(0);
  });
});
