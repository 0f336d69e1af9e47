import { expect } from 'chai';
import fc from 'fast-check';
import { Nonces } from '../../../lib/sip/digest/nonce.ts';

describe('a digest nonce', () => {
  let now: number;
  let nonces: Nonces;

  beforeEach(() => {
    now = 1_000;
    nonces = new Nonces(() => now, { lifetime: 300, remembered: 3 });
  });

  it('is current for its lifetime', () => {
    const nonce = nonces.issue();
    expect(nonces.isCurrent(nonce)).to.equal(true);
    now += 299_999;
    expect(nonces.isCurrent(nonce)).to.equal(true);
    now += 1;
    expect(nonces.isCurrent(nonce)).to.equal(false);
  });

  it('costs no memory before a right response has used it', () => {
    for (let i = 0; i < 1_000; i++) nonces.isCurrent(nonces.issue());
    expect(nonces.size).to.equal(0);
  });

  it('is made by nobody else', () => {
    const other = new Nonces(() => now).issue();
    const ours = nonces.issue();
    expect(nonces.isCurrent(other)).to.equal(false);
    for (let at = 0; at < ours.length; at++) {
      const changed = ours.slice(0, at) + (ours[at] === 'A' ? 'B' : 'A') + ours.slice(at + 1);
      expect(nonces.isCurrent(changed), `changed at ${at}`).to.equal(false);
    }
    for (const text of ['', 'A', `${ours}A`, ours.slice(1), '"', 'ü'.repeat(40)])
      expect(nonces.isCurrent(text), text).to.equal(false);
  });

  it('without counts serves once', () => {
    const nonce = nonces.issue();
    expect(nonces.use(nonce)).to.equal(true);
    expect(nonces.use(nonce)).to.equal(false);
    expect(nonces.use(nonce, 1)).to.equal(false);
  });

  it('takes each count once, also when datagrams overtake one another', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 60 }), (counts) => {
        const fresh = new Nonces(() => now);
        const nonce = fresh.issue();
        const taken = new Set<number>();
        for (const count of counts) {
          const highest = Math.max(0, ...taken);
          const expected = !taken.has(count) && (taken.size === 0 || count > highest - 32);
          expect(fresh.use(nonce, count)).to.equal(expected);
          if (expected) taken.add(count);
        }
      }),
    );
  });

  it('takes counts at both ends of what eight digits hold', () => {
    const nonce = nonces.issue();
    expect(nonces.use(nonce, 1)).to.equal(true);
    expect(nonces.use(nonce, 0xffffffff)).to.equal(true);
    expect(nonces.use(nonce, 0xffffffff)).to.equal(false);
    expect(nonces.use(nonce, 0xffffffff - 31)).to.equal(true);
    expect(nonces.use(nonce, 0xffffffff - 32)).to.equal(false);
  });

  it('that is forgotten for want of room is stale, and so are older ones', () => {
    const old = nonces.issue();
    now += 10;
    const used = [1, 2, 3, 4].map(() => {
      now += 1;
      const nonce = nonces.issue();
      nonces.use(nonce, 1);
      return nonce;
    });
    expect(nonces.size).to.equal(3);
    expect([old, ...used].map((nonce) => nonces.isCurrent(nonce))).to.deep.equal([false, false, true, true, true]);
  });

  it('that is too old is forgotten', () => {
    nonces.use(nonces.issue(), 1);
    now += 300_000;
    nonces.use(nonces.issue(), 1);
    expect(nonces.size).to.equal(1);
  });
});
