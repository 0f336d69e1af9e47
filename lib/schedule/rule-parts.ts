import type ICAL from 'ical.js';
import { UnusableTime } from './unusable-time.ts';

/** The parts of a rule as numbers; weekdays from 1 (Sunday) with the number before them. */
export interface RuleParts {
  readonly freq: string;
  readonly interval: number;
  readonly count?: number;
  readonly bysecond?: readonly number[];
  readonly byminute?: readonly number[];
  readonly byhour?: readonly number[];
  readonly bymonthday?: readonly number[];
  readonly byyearday?: readonly number[];
  readonly byweekno?: readonly number[];
  readonly bymonth?: readonly number[];
  readonly bysetpos?: readonly number[];
  readonly byday?: readonly Weekday[];
}

interface Weekday {
  readonly nth: number;
  /** 0 is Sunday. */
  readonly day: number;
}

/** Which whole numbers a part may hold (RFC 5545 §3.3.10), and whether they count from the end as well. */
const RANGES = {
  bysecond: { from: 0, to: 60 },
  byminute: { from: 0, to: 59 },
  byhour: { from: 0, to: 23 },
  bymonthday: { from: 1, to: 31, signed: true },
  byyearday: { from: 1, to: 366, signed: true },
  byweekno: { from: 1, to: 53, signed: true },
  bymonth: { from: 1, to: 12 },
  bysetpos: { from: 1, to: 366, signed: true },
} as const;
const NAMES = Object.keys(RANGES) as (keyof typeof RANGES)[];
/** By their numbers from 0. */
export const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const MOST_INTERVAL = 10_000;

/** @throws {UnusableTime} for values that no rule may hold */
export function partsOf(recur: ICAL.Recur): RuleParts {
  const values = recur.parts as Readonly<Record<string, readonly (string | number)[] | undefined>>;
  const wrong = (part: string): UnusableTime => new UnusableTime('malformed', `${part} of the rule has a wrong value.`);
  const numbers = NAMES.flatMap((name) => {
    const given = values[name.toUpperCase()]?.map(Number);
    if (given === undefined) return [];
    const range = RANGES[name];
    const fits = (value: number): boolean => {
      const size = 'signed' in range ? Math.abs(value) : value;
      return Number.isInteger(value) && size >= range.from && size <= range.to;
    };
    if (!given.every(fits)) throw wrong(name.toUpperCase());
    return [[name, [...new Set(given)]] as const];
  });
  const byday = values['BYDAY']?.map((text) => {
    const [, nth = '', name = ''] = /^([+-]?\d{0,2})(SU|MO|TU|WE|TH|FR|SA)$/.exec(String(text)) ?? [];
    if (name === '' || Math.abs(Number(nth)) > 53) throw wrong('BYDAY');
    return { nth: Number(nth), day: DAYS.indexOf(name) };
  });
  const { freq, interval, count } = recur;
  if (!(interval >= 1 && interval <= MOST_INTERVAL)) throw wrong('INTERVAL');
  if (count !== null && !(count >= 1)) throw wrong('COUNT');
  const known = { freq, interval, ...(count !== null && { count }), ...(byday && { byday }) };
  return { ...known, ...Object.fromEntries(numbers) };
}

const lengthOf = (list: readonly unknown[] | undefined): number => list?.length ?? 1;

/** How many times of one day its BYHOUR, BYMINUTE and BYSECOND name. */
export const timesOfDay = ({ byhour, byminute, bysecond }: RuleParts): number =>
  lengthOf(byhour) * lengthOf(byminute) * lengthOf(bysecond);

const DAYS_OF: Readonly<Record<string, number>> = { WEEKLY: 7, MONTHLY: 31, YEARLY: 366 };

/** No period has more occurrences, so no BYSETPOS beyond is ever reached. */
export function mostInPeriod(parts: RuleParts): number {
  const times = timesOfDay(parts);
  const { freq, byday } = parts;
  return freq === 'WEEKLY' ? times * lengthOf(byday) : times * (DAYS_OF[freq] ?? 1);
}

/** Every year is like one of these: each begins on another day of the week, with and without the leap day. */
const YEARS = [2001, 2002, 2003, 2005, 2006, 2007, 2010, 2000, 2004, 2008, 2012, 2016, 2020, 2024];
const DAY = 86_400_000;

/** Whether there is, in any year, a day that all parts of the rule which name days allow. */
export function hasADay(parts: RuleParts): boolean {
  const { bymonthday, byyearday, byweekno, byday } = parts;
  if (!bymonthday && !byyearday && !byweekno && !byday) return true;
  return YEARS.some((year) => {
    const from = Date.UTC(year, 0);
    const length = lengthOfYear(year);
    for (let at = 0; at < length; at += 1) if (allowsDay(parts, from + at * DAY)) return true;
    return false;
  });
}

const lengthOfYear = (year: number): number => (Date.UTC(year + 1, 0) - Date.UTC(year, 0)) / DAY;

/** Whether all parts that name days allow this one, of weeks of the year only about. */
export function allowsDay(parts: RuleParts, wall: number): boolean {
  const { bymonth, bymonthday, byyearday, byweekno, byday } = parts;
  const date = new Date(wall);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + 1;
  if (bymonth && !bymonth.includes(month)) return false;
  const inMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const length = lengthOfYear(year);
  const at = Math.floor((wall - Date.UTC(year, 0)) / DAY);
  if (!allows(bymonthday, date.getUTCDate(), inMonth) || !allows(byyearday, at + 1, length)) return false;
  if (byweekno && !byweekno.some((week) => mayBeIn(week, at, length))) return false;
  return !byday || byday.some((one) => isThe(one, date, at, inMonth, length, parts));
}

/**
 * Whether days of the year, or numbered days of the week, stand beside other days in a yearly rule: each part limits the
 * others (RFC 5545 §3.3.10, the table and its note 2), but the library takes the days of any, or of one.
 */
export const limitsDays = ({ freq, byyearday, bymonthday, byweekno, byday }: RuleParts): boolean => {
  if (freq !== 'YEARLY' || byweekno !== undefined) return false;
  if (byyearday !== undefined) return bymonthday !== undefined || byday !== undefined;
  const isNumbered = byday?.some(({ nth }) => nth !== 0) === true;
  return isNumbered && (bymonthday !== undefined || byday.some(({ nth }) => nth === 0));
};

const allows = (list: readonly number[] | undefined, value: number, length: number): boolean =>
  list === undefined || list.includes(value) || list.includes(value - length - 1);

/** Weeks begin on any day that WKST says, and days around the new year stand in weeks of either year. */
function mayBeIn(week: number, at: number, length: number): boolean {
  if (at < 3 || at >= length - 3) return true;
  const first = Math.floor((at - 3) / 7);
  const last = Math.ceil((length - at - 4) / 7);
  return week > 0 ? week >= first && week <= first + 2 : -week >= last - 1 && -week <= last + 1;
}

function isThe(
  { nth, day }: Weekday,
  date: Date,
  at: number,
  inMonth: number,
  inYear: number,
  { freq, bymonth }: RuleParts,
): boolean {
  if (date.getUTCDay() !== day) return false;
  if (nth === 0) return true;
  const ofMonth = freq === 'MONTHLY' || (freq === 'YEARLY' && bymonth !== undefined);
  if (!ofMonth && freq !== 'YEARLY') return true;
  const [place, length] = ofMonth ? [date.getUTCDate() - 1, inMonth] : [at, inYear];
  return nth > 0 ? Math.floor(place / 7) + 1 === nth : Math.floor((length - 1 - place) / 7) + 1 === -nth;
}
