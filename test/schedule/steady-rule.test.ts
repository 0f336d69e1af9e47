import { expect } from 'chai';
import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { partsOf } from '../../lib/schedule/rule-parts.ts';
import { SteadyRule } from '../../lib/schedule/steady-rule.ts';
import ICAL from 'ical.js';

const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1, 9, 30);

const rule = (text: string, start: number): SteadyRule | undefined => {
  const recur = ICAL.Recur.fromString(text);
  return SteadyRule.of(partsOf(recur), start, recur.wkst - 1);
};

const library = (text: string, start: number): RRuleTemporal =>
  new RRuleTemporal({
    rruleString: `DTSTART:${new Date(start).toISOString().replace(/[-:]|\.\d+/g, '')}\nRRULE:${text}`,
    includeDtstart: true,
  });

const steady = fc.record({
  freq: fc.constantFrom('MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY'),
  interval: fc.integer({ min: 1, max: 5 }),
  count: fc.option(fc.integer({ min: 1, max: 30 })),
  days: fc.option(fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1 })),
  weekStart: fc.option(fc.constantFrom(...DAYS)),
  start: fc.integer({ min: 0, max: 400 }).map((day) => START + day * DAY),
  ask: fc.integer({ min: -3 * DAY, max: 60 * DAY }),
});

describe('rules whose occurrences stand at the same distances', () => {
  it('give the same as a library that walks through them', () => {
    fc.assert(
      fc.property(steady, ({ freq, interval, count, days, weekStart, start, ask }) => {
        const own = DAYS[new Date(start).getUTCDay()] ?? '';
        const byday = freq === 'WEEKLY' && days !== null ? [`BYDAY=${[...new Set([...days, own])].join(',')}`] : [];
        const parts = [`FREQ=${freq}`, `INTERVAL=${String(interval)}`, ...byday];
        if (count !== null) parts.push(`COUNT=${String(count)}`);
        if (weekStart !== null) parts.push(`WKST=${weekStart}`);
        const text = parts.join(';');
        const moment = start + (freq === 'MINUTELY' || freq === 'HOURLY' ? Math.trunc(ask / 1000) : ask);
        const [ours, theirs] = [rule(text, start), library(text, start)];
        expect(ours, text).to.not.equal(undefined);
        expect(ours?.at(moment), text).to.equal(theirs.next(new Date(moment), true)?.epochMilliseconds);
        expect(ours?.upTo(moment), text).to.equal(theirs.previous(new Date(moment), true)?.epochMilliseconds);
      }),
      { numRuns: 300 },
    );
  });

  it('are none where a day of the month, a set position or a DTSTART beside the rule makes them uneven', () => {
    const uneven = [
      'FREQ=MONTHLY',
      'FREQ=YEARLY',
      'FREQ=DAILY;BYMONTH=1',
      'FREQ=WEEKLY;BYDAY=MO,TU',
      'FREQ=DAILY;BYHOUR=9',
    ];
    // The first of January 2026 is a Thursday.
    for (const text of uneven) expect(rule(text, START), text).to.equal(undefined);
  });
});
