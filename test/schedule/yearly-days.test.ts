import { expect } from 'chai';
import fc from 'fast-check';
import { calendar, setOf, shown, starts } from './calendars.ts';

const DAY = 86_400_000;
const NAMES = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

interface Parts {
  readonly months?: readonly number[];
  readonly yearDays?: readonly number[];
  readonly monthDays?: readonly number[];
  readonly weekdays?: readonly (readonly [nth: number, day: number])[];
}

/** Whether a list of numbers from either end names the place of something, from 0, among so many. */
const names = (list: readonly number[] | undefined, place: number, length: number): boolean =>
  list === undefined || list.some((number) => (number > 0 ? number - 1 : length + number) === place);

/** A day of the year, judged by every part alone. */
function isNamed({ months, yearDays, monthDays, weekdays }: Parts, at: number): boolean {
  const date = new Date(at);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const daysBetween = (from: number, to: number): number => Math.round((to - from) / DAY);
  const firstOfYear = Date.UTC(year, 0, 1, 9);
  const [inYear, dayOfYear] = [daysBetween(firstOfYear, Date.UTC(year + 1, 0, 1, 9)), daysBetween(firstOfYear, at)];
  const inMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  if (months !== undefined && !months.includes(month + 1)) return false;
  if (!names(yearDays, dayOfYear, inYear) || !names(monthDays, date.getUTCDate() - 1, inMonth)) return false;
  const [place, length] = months === undefined ? [dayOfYear, inYear] : [date.getUTCDate() - 1, inMonth];
  const isThe = ([nth, day]: readonly [number, number]): boolean =>
    date.getUTCDay() === day &&
    (nth === 0 || nth === (nth > 0 ? Math.floor(place / 7) + 1 : -Math.floor((length - 1 - place) / 7) - 1));
  return weekdays === undefined || weekdays.some(isThe);
}

const list = (size: number, most: number): fc.Arbitrary<number[]> =>
  fc.uniqueArray(
    fc.integer({ min: -size, max: size }).filter((number) => number !== 0),
    { minLength: 1, maxLength: most },
  );
const parts = fc.record(
  {
    months: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
    yearDays: list(366, 40),
    monthDays: list(31, 8),
    weekdays: fc.uniqueArray(fc.tuple(fc.constantFrom(0, 0, 1, 3, -1, -2), fc.integer({ min: 0, max: 6 })), {
      minLength: 1,
      maxLength: 4,
      selector: String,
    }),
  },
  { requiredKeys: [] },
);

describe('yearly rules with parts that name days', () => {
  it('[E17] mean the days that all of their parts name, as a look at every day finds', () => {
    const from = fc.integer({ min: 0, max: 4_000 }).map((day) => Date.UTC(2020, 0, 1 + day, 9));
    fc.assert(
      fc.property(parts, from, fc.option(fc.integer({ min: 1, max: 12 })), (named, begin, count) => {
        fc.pre(named.yearDays !== undefined || named.monthDays !== undefined || named.weekdays !== undefined);
        const days: string[] = [];
        let start: number | undefined;
        for (let at = begin; at < begin + 12 * 366 * DAY && days.length < (count ?? 20); at += DAY) {
          if (!isNamed(named, at)) continue;
          start ??= at;
          days.push(shown(at));
        }
        // A rule that happens once, or never, is refused, and a few years say nothing of those that hardly ever do.
        fc.pre(start !== undefined && days.length > 1);
        const rule = [
          'RRULE:FREQ=YEARLY',
          ...(named.months ? [`BYMONTH=${named.months.join(',')}`] : []),
          ...(named.yearDays ? [`BYYEARDAY=${named.yearDays.join(',')}`] : []),
          ...(named.monthDays ? [`BYMONTHDAY=${named.monthDays.join(',')}`] : []),
          ...(named.weekdays
            ? [
                `BYDAY=${named.weekdays.map(([nth, day]) => `${nth === 0 ? '' : String(nth)}${NAMES[day] ?? ''}`).join(',')}`,
              ]
            : []),
          ...(count === null ? [] : [`COUNT=${String(count)}`]),
        ].join(';');
        const stamp = new Date(start).toISOString().replace(/[-:]|\.\d+/g, '');
        const found = starts(setOf(calendar([`DTSTART:${stamp}`, rule]), { periods: 100_000 }), days.length);
        expect(found, rule).to.deep.equal(days);
      }),
      { numRuns: 150 },
    );
  });

  it('[E17] are refused where BYSETPOS chooses among days that limit one another', () => {
    const rule = 'RRULE:FREQ=YEARLY;BYYEARDAY=1,100,200;BYDAY=MO,TU,WE;BYSETPOS=1';
    expect(() => setOf(calendar(['DTSTART:20300101T100000Z', rule]))).to.throw('BYSETPOS');
  });
});
