import { expect } from 'chai';
import fc from 'fast-check';
import { grantExpires } from '../../../lib/sip/event/expiry.ts';

const limits = { default: 3_600, minimum: 60, maximum: 7_200 };

describe('the duration of a subscription [N24]', () => {
  const cases: readonly (readonly [asked: number | undefined, granted: number])[] = [
    [undefined, 3_600],
    [0, 0],
    [60, 60],
    [7_200, 7_200],
    [7_201, 7_200],
    [2 ** 32 - 1, 7_200],
  ];
  for (const [asked, granted] of cases)
    it(`asked ${String(asked)} is ${granted}`, () => expect(grantExpires(asked, limits)).to.equal(granted));

  it('below the minimum is refused with 423 and Min-Expires', () => {
    expect(grantExpires(59, limits)).to.deep.equal({ status: 423, fields: [['Min-Expires', '60']] });
  });

  it('of an hour or more is never too brief (RFC 6665 §4.2.1.1)', () => {
    const long = { ...limits, minimum: 5_000 };
    expect(grantExpires(3_600, long)).to.equal(3_600);
    expect(grantExpires(3_599, long)).to.deep.equal({ status: 423, fields: [['Min-Expires', '3600']] });
  });

  it('is never longer than asked', () => {
    fc.assert(
      fc.property(fc.nat(), (asked) => {
        const granted = grantExpires(asked, limits);
        if (typeof granted === 'number') expect(granted).to.be.at.most(asked).and.at.most(limits.maximum);
      }),
    );
  });
});
