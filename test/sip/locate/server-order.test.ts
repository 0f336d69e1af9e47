import { expect } from 'chai';
import fc from 'fast-check';
import { serverOrder } from '../../../lib/sip/locate/server-order.ts';

const record = fc.record({
  priority: fc.integer({ min: 0, max: 3 }),
  weight: fc.integer({ min: 0, max: 100 }),
  port: fc.constant(5060),
  name: fc.string(),
});
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('The order of servers (RFC 2782)', () => {
  it('holds every server once, and never a lower priority before a higher', () => {
    fc.assert(
      fc.property(fc.array(record), fc.infiniteStream(share), (records, shares) => {
        const order = serverOrder(records, () => shares.next().value as number);
        expect(order).to.have.length(records.length);
        expect(records.every((one) => order.includes(one))).to.equal(true);
        for (const [at, { priority }] of order.slice(1).entries()) expect(priority).to.be.at.least(order[at]!.priority);
      }),
    );
  });

  it('draws a server as often as its weight says, and one of no weight seldom', () => {
    const records = [0, 1, 3].map((weight) => ({ priority: 0, weight, port: 5060, name: String(weight) }));
    const firsts = Array.from({ length: 1_000 }, (_, at) => serverOrder(records, () => at / 1_000)[0]!.name);
    const count = (name: string) => firsts.filter((one) => one === name).length;
    // A number of 0 to 4, each as likely: 0 draws the one of no weight, 1 the next, 2 to 4 the last.
    expect(['0', '1', '3'].map(count)).to.deep.equal([200, 200, 600]);
  });
});
