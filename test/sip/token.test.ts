import { expect } from 'chai';
import { newBoundary, newBranch, newCallId, newEntityTag, newTag } from '../../lib/sip/token.ts';

describe('random tokens', () => {
  for (const [what, make, bits] of [
    ['tags', newTag, 64],
    ['branches', newBranch, 64],
    ['Call-IDs', newCallId, 64],
    ['entity-tags', newEntityTag, 64],
    ['boundaries', newBoundary, 96],
  ] as const) {
    it(`of ${what} are tokens of ${bits} bits or more, never the same`, () => {
      const made = Array.from({ length: 5_000 }, make);
      expect(new Set(made).size).to.equal(made.length);
      for (const one of made) {
        expect(one).to.match(/^(z9hG4bK)?[A-Za-z0-9_-]+$/);
        expect(one.replace('z9hG4bK', '').length * 6).to.be.at.least(bits);
      }
    });
  }

  it('of branches say that they are unique [RFC 3261 §8.1.1.7]', () => {
    expect(newBranch()).to.match(/^z9hG4bK/);
  });
});
