import { expect } from 'chai';
import fc from 'fast-check';
import { Nonces } from '../../lib/http/nonce.ts';

describe('a nonce', () => {
  const time = { now: 1_700_000_000_000 };
  const made: Nonces[] = [];
  const nonces = (used = 1000) => {
    const one = new Nonces(() => time.now, { lifetime: 60, used });
    made.push(one);
    return one;
  };
  afterEach(() => {
    for (const one of made.splice(0)) one.close();
  });

  it('is fresh each time and current for its lifetime', () => {
    const ours = nonces();
    const issued = Array.from({ length: 100 }, () => ours.issue());
    expect(new Set(issued)).to.have.property('size', 100);
    time.now += 59_999;
    for (const nonce of issued) expect(ours.isCurrent(nonce)).to.equal(true);
    time.now += 1;
    for (const nonce of issued) expect(ours.isCurrent(nonce)).to.equal(false);
  });

  it('is not current before its time, when the clock was set back', () => {
    const ours = nonces();
    const nonce = ours.issue();
    time.now -= 1;
    expect(ours.isCurrent(nonce)).to.equal(false);
  });

  it('is not current when it was issued elsewhere, changed or made up', () => {
    const ours = nonces();
    expect(ours.isCurrent(nonces().issue())).to.equal(false);
    const nonce = ours.issue();
    for (let place = 0; place < nonce.length; place += 1) {
      const other = nonce.charAt(place) === 'A' ? 'B' : 'A';
      expect(ours.isCurrent(nonce.slice(0, place) + other + nonce.slice(place + 1))).to.equal(false);
    }
    fc.assert(fc.property(fc.string(), (text) => !ours.isCurrent(text)));
    for (const text of [`${nonce}=`, `${nonce} `, nonce.slice(1)]) expect(ours.isCurrent(text), text).to.equal(false);
  });

  it('serves each count once, in growing order', () => {
    const ours = nonces();
    const nonce = ours.issue();
    expect([1, 1, 2, 5, 4, 6].map((count) => ours.use(nonce, count))).to.deep.equal([
      true,
      false,
      true,
      true,
      false,
      true,
    ]);
    expect(ours.use(ours.issue(), 1)).to.equal(true);
  });

  it('serves once and no more without a count', () => {
    const ours = nonces();
    const nonce = ours.issue();
    expect([ours.use(nonce), ours.use(nonce), ours.use(nonce, 7)]).to.deep.equal([true, false, false]);
  });

  it('is never served twice, also when too many are in use: then all become stale', () => {
    const ours = nonces(10);
    const used = Array.from({ length: 11 }, () => ours.issue());
    const unused = ours.issue();
    for (const nonce of used) expect(ours.isCurrent(nonce) && ours.use(nonce, 1)).to.equal(true);
    for (const nonce of [...used, unused]) expect(ours.isCurrent(nonce)).to.equal(false);
    expect(ours.isCurrent(ours.issue())).to.equal(true);
  });
});
