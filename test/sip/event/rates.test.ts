import { expect } from 'chai';
import fc from 'fast-check';
import { agreeRates, formatRates, Pace, ratesAsked } from '../../../lib/sip/event/rates.ts';
import { ratesOf } from '../../../lib/sip/message/headers/index.ts';
import type { Rates } from '../../../lib/sip/message/headers/index.ts';
import { Parameters } from '../../../lib/sip/message/parameters.ts';

const rates = (maxRate?: number, minRate?: number, adaptiveMinRate?: number): Rates => ({
  maxRate,
  minRate,
  adaptiveMinRate,
});
const asked = (entries: Record<string, string>) => ratesAsked(Parameters.of(entries));

describe('rates of notifications (RFC 6446)', () => {
  it('are asked for in Event', () => {
    expect(asked({ 'max-rate': '0.05', 'adaptive-min-rate': '2' })).to.deep.equal(rates(0.05, undefined, 2));
    expect(asked({ id: '7' })).to.equal(undefined);
  });

  const agreed: readonly (readonly [
    what: string,
    asked: Rates,
    left: number,
    maxRate: number | undefined,
    agreed: Rates,
  ])[] = [
    ['as asked', rates(2, 0.1), 3_600, undefined, rates(2, 0.1)],
    ['never so slow that nothing comes before the end (§5.3)', rates(0.0001), 100, undefined, rates(0.01)],
    ['never faster than our own limit (§5.2)', rates(5), 3_600, 0.2, rates(0.2)],
    ['with no minimum above the maximum (§8)', rates(0.1, 0.5, 0.4), 3_600, undefined, rates(0.1, undefined, 0.1)],
    [
      'with no minimum at or above the adaptive one (§8)',
      rates(undefined, 0.5, 0.2),
      3_600,
      undefined,
      rates(undefined, undefined, 0.2),
    ],
    ['with a minimum below the adaptive one', rates(undefined, 0.1, 0.2), 3_600, undefined, rates(undefined, 0.1, 0.2)],
    ['with a minimum that we can bear (§6.3)', rates(undefined, 99), 3_600, undefined, rates(undefined, 1)],
    ['with a minimum below our limit', rates(undefined, 1), 3_600, 0.2, rates(undefined, 0.2)],
  ];
  for (const [what, wanted, left, maxRate, expected] of agreed)
    it(`are agreed ${what}`, () =>
      expect(agreeRates(wanted, left, { maxRate, highestMinimum: 1 })).to.deep.equal(expected));

  it('are told as they were agreed', () => {
    expect(formatRates(rates(0.2, 1, 1e-10))).to.equal(';max-rate=0.2;min-rate=1;adaptive-min-rate=0.0000000001');
    expect(formatRates(rates())).to.equal('');
  });

  it('come back from what they are written as', () => {
    const rate = fc.option(fc.double({ min: 1e-10, max: 99.9, noNaN: true }), { nil: undefined });
    fc.assert(
      fc.property(rate, rate, rate, (...three) => {
        const text = formatRates(rates(...three));
        const entries = text
          .split(';')
          .filter(Boolean)
          .map((one) => one.split('='));
        const read = ratesOf(Parameters.of(Object.fromEntries(entries) as Record<string, string>));
        for (const [name, value] of Object.entries(rates(...three)) as [keyof Rates, number | undefined][])
          if (value === undefined) expect(read[name]).to.equal(undefined);
          else expect(read[name]).to.be.closeTo(value, 1e-10);
      }),
    );
  });
});

describe('the pace of a subscription', () => {
  it('allows the next NOTIFY after the reciprocal of the maximum rate (RFC 6446 §5.2)', () => {
    const pace = new Pace(rates(0.2), undefined, -Infinity);
    expect(pace.earliest(1_000)).to.equal(0);
    pace.sent(1_000);
    expect(pace.earliest(1_000)).to.equal(5_000);
    expect(pace.earliest(5_999)).to.equal(1);
    expect(pace.earliest(7_000)).to.equal(0);
    expect(pace.latest(7_000)).to.equal(undefined);
  });

  it('wants a NOTIFY after the reciprocal of the minimum rate (§6.2)', () => {
    const pace = new Pace(rates(undefined, 0.1), undefined, -Infinity);
    pace.sent(0);
    expect(pace.latest(4_000)).to.equal(6_000);
    expect(pace.earliest(0)).to.equal(0);
  });

  it('keeps our own limit without being asked', () => {
    const pace = new Pace(rates(), 0.5, -Infinity);
    pace.sent(0);
    expect(pace.earliest(0)).to.equal(2_000);
  });

  it('adapts: the more was sent lately, the longer it may be silent (§7.4)', () => {
    const pace = new Pace(rates(undefined, undefined, 0.1), undefined, 0);
    const timeout = count(pace, 0);
    expect(timeout, 'as if the rate had been met').to.equal(10_000);
    for (let now = 100; now <= 500; now += 100) pace.sent(now);
    expect(count(pace, 500), 'five more in the period').to.equal(15_000);
    pace.sent(110_000);
    expect(count(pace, 110_000), 'only one in the last period').to.equal(1_000);
  });

  it('never lets the adaptive timeout undercut the maximum rate (§7.4, equation 2)', () => {
    const pace = new Pace(rates(0.2, undefined, 0.2), undefined, 0);
    pace.sent(1_000_000);
    expect(count(pace, 1_000_000)).to.equal(5_000);
  });

  it('forgets what lies behind, so that its memory is bounded', () => {
    const pace = new Pace(rates(undefined, undefined, 0.01), undefined, 0);
    for (let now = 0; now < 10_000; now++) pace.sent(now);
    expect(count(pace, 9_999)).to.equal(1_000_000);
  });
});

const count = (pace: Pace, now: number) => pace.latest(now);
