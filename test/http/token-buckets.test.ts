import { expect } from 'chai';
import fc from 'fast-check';
import { TokenBuckets } from '../../lib/http/token-buckets.ts';

describe('a rate', () => {
  it('lets a burst through, then so many per second, and says how long to wait', () => {
    const time = { now: 0 };
    const buckets = new TokenBuckets({ rate: 2, burst: 3 }, 10, () => time.now);
    const take = () => buckets.take('a');
    expect([take(), take(), take(), take()]).to.deep.equal([undefined, undefined, undefined, 1]);
    time.now = 499;
    expect(take()).to.equal(1);
    time.now = 500;
    expect([take(), take()]).to.deep.equal([undefined, 1]);
    expect(buckets.take('b'), 'others are not concerned').to.equal(undefined);
    const slow = new TokenBuckets({ rate: 0.1, burst: 1 }, 10, () => time.now);
    expect([slow.take('a'), slow.take('a')]).to.deep.equal([undefined, 10]);
  });

  it('never lets more through than the burst and the time allow, however requests come', () => {
    const steps = fc.array(fc.nat({ max: 3_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), steps, (rate, burst, waits) => {
        const time = { now: 0 };
        const buckets = new TokenBuckets({ rate, burst }, 10, () => time.now);
        let taken = 0;
        for (const wait of waits) {
          time.now += wait;
          if (buckets.take('a') === undefined) taken += 1;
        }
        expect(taken).to.be.at.most(burst + (time.now / 1_000) * rate + 1e-6);
      }),
    );
  });

  it('survives a clock that goes back', () => {
    const time = { now: 10_000 };
    const buckets = new TokenBuckets({ rate: 1, burst: 1 }, 10, () => time.now);
    expect(buckets.take('a')).to.equal(undefined);
    time.now = 0;
    expect(buckets.take('a')).to.equal(1);
    time.now = 1_000;
    expect(buckets.take('a')).to.equal(undefined);
  });
});
