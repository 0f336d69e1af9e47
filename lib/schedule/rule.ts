import type ICAL from 'ical.js';
import { RRuleTemporal } from 'rrule-temporal';
import {
  allowsDay,
  DAYS,
  hasADay,
  limitsDays,
  mostInPeriod,
  partsOf,
  type RuleParts,
  timesOfDay,
} from './rule-parts.ts';
import { SteadyRule } from './steady-rule.ts';
import { UnusableTime } from './unusable-time.ts';
import type { Zone } from './zone.ts';
import { fieldsOf, stamp } from './written-times.ts';

export interface RuleLimits {
  readonly occurrences: number;
  readonly periods: number;
}

/** Where an occurrence may be looked for at the latest: the year 9000, for the library ends at 9999. */
const LATEST = Date.UTC(9000, 0);

/** A recurrence rule (RFC 5545 §3.3.10) on the clocks of one zone; its times are times on the clock. */
export class Rule {
  readonly #rule: SteadyRule | RRuleTemporal;
  readonly #isOver: (wall: number) => boolean;
  readonly #isEndless: boolean;
  /** Which of what the library finds is meant; all where there is none. */
  readonly #isMeant: ((wall: number) => boolean) | undefined;
  readonly #periods: number;
  /** No occurrence is later on the clock. */
  #latest: number;

  /** @throws {UnusableTime} for what never happens, or happens more often than it may */
  constructor(recur: ICAL.Recur, start: number, zone: Zone, limits: RuleLimits) {
    const parts = partsOf(recur);
    refuseTooMuch(parts, limits);
    const until = endOf(recur);
    this.#isEndless = until === undefined && !recur.count;
    this.#latest = Math.min(
      LATEST,
      until === undefined ? LATEST : until.isUtc ? zone.wallOf(until.at) + DAY : until.at,
    );
    this.#isOver = (wall) => until !== undefined && (until.isUtc ? zone.instantOf(wall) : wall) > until.at;
    this.#rule = SteadyRule.of(parts, start, weekStartOf(recur)) ?? unsteady(recur, parts, start, limits);
    this.#isMeant = limitsDays(parts) ? (wall) => wall === start || allowsDay(parts, wall) : undefined;
    this.#periods = limits.periods;
    if (this.#isMeant && parts.count !== undefined) this.#latest = this.#last(start, parts.count);
    this.#refuseEmpty(parts, start);
    if (mayBeDense(parts, limits.occurrences)) this.#refuseDense(start, limits.occurrences);
  }

  /** Whether it has neither COUNT nor UNTIL. */
  get isEndless(): boolean {
    return this.#isEndless;
  }

  /** The first occurrence at or after a time. */
  at(wall: number): number | undefined {
    if (wall > this.#latest) return undefined;
    const next = this.#next(wall);
    return next === undefined || this.#isOver(next) ? undefined : next;
  }

  /** The last occurrence at or before a time. */
  upTo(wall: number): number | undefined {
    let last = this.#previous(Math.min(wall, this.#latest));
    while (last !== undefined && this.#isOver(last)) last = this.#previous(last - 1);
    return last;
  }

  #next(wall: number): number | undefined {
    const rule = this.#rule;
    if (rule instanceof SteadyRule) return rule.at(wall);
    return this.#meant(wall, (from) => rule.next(new Date(from), true), 1);
  }

  #previous(wall: number): number | undefined {
    const rule = this.#rule;
    if (rule instanceof SteadyRule) return rule.upTo(wall);
    return this.#meant(wall, (from) => rule.previous(new Date(from), true), -1);
  }

  /** The first one from a time on, or back, that is meant. */
  #meant(wall: number, search: (from: number) => Found | null, step: 1 | -1): number | undefined {
    let found = searched(() => search(wall))?.epochMilliseconds;
    for (let tried = 0; found !== undefined && this.#isMeant?.(found) === false; tried += 1) {
      const from = found + step;
      found = tried < this.#periods ? searched(() => search(from))?.epochMilliseconds : undefined;
    }
    return found;
  }

  /** The last of so many from the start. */
  #last(start: number, count: number): number {
    let last = start;
    for (const wall of this.from(start)) {
      last = wall;
      if (--count === 0) break;
    }
    return last;
  }

  /** All from a time on: the first ones one by one, for most ask for no more; then, where they stand close, by the month. */
  *from(wall: number): Generator<number, undefined> {
    let before = -Infinity;
    let next = this.at(wall);
    while (next !== undefined) {
      yield next;
      if (next - before < CLOSE) {
        for (const one of this.#month(next)) {
          if (this.#isOver(one)) return;
          yield one;
          next = one;
        }
      }
      before = next;
      next = this.at(next + 1);
    }
  }

  /** Those in the month after an occurrence: asking for all at once is faster. */
  #month(wall: number): readonly number[] {
    const rule = this.#rule;
    if (rule instanceof SteadyRule || wall + MONTH > this.#latest) return [];
    const found = searched(() => rule.between(new Date(wall + 1), new Date(wall + MONTH), true)) ?? [];
    return found.map(({ epochMilliseconds }) => epochMilliseconds).filter((one) => this.#isMeant?.(one) !== false);
  }

  /** That the days of a rule exist does not say that its steps ever meet one. */
  #refuseEmpty(parts: RuleParts, start: number): void {
    const rule = this.#rule;
    if (this.#isOver(start) || parts.count === 1 || rule instanceof SteadyRule) return;
    if (this.#isMeant && this.#next(start + 1) === undefined) throw neverHappens();
    try {
      rule.next(new Date(start));
    } catch {
      throw neverHappens();
    }
  }

  #refuseDense(start: number, most: number): void {
    let count = 0;
    for (const wall of this.from(start)) {
      if (wall > start + 31 * DAY) return;
      if (++count > most)
        throw new UnusableTime('too-much', `The rule has more than ${String(most)} occurrences in a month.`);
    }
  }
}

const DAY = 86_400_000;
const MONTH = 31 * DAY;
const CLOSE = 8 * DAY;

interface Found {
  readonly epochMilliseconds: number;
}

const unsteady = (recur: ICAL.Recur, parts: RuleParts, start: number, limits: RuleLimits): RRuleTemporal =>
  new RRuleTemporal({
    rruleString: `DTSTART:${stamp(start)}\nRRULE:${withoutLimits(withoutUntil(recur), parts)}${impliedDay(recur, start)}`,
    includeDtstart: true, // RFC 5545 §3.8.5.3: DTSTART is the first occurrence
    maxIterations: Math.max(limits.periods, recur.count ?? 0),
    maxCandidateEvaluations: 50 * limits.periods,
    cache: false,
  });

/** WKST from 0, Sunday; a week begins on Monday unless said (RFC 5545 §3.3.10). */
const weekStartOf = ({ wkst }: ICAL.Recur): number => wkst - 1;

/** Rules of days and longer periods have the times of a day that they name. */
const mayBeDense = (parts: RuleParts, most: number): boolean =>
  parts.freq === 'HOURLY' || parts.freq === 'MINUTELY' || 32 * timesOfDay(parts) > most;

const neverHappens = (): UnusableTime =>
  new UnusableTime('malformed', 'The rule never happens again after its first time: mend it or leave it out.');

/** The library gives up where there is nothing for very long. */
function searched<T>(search: () => T): T | undefined {
  try {
    return search();
  } catch {
    return undefined;
  }
}

function refuseTooMuch(parts: RuleParts, { occurrences }: RuleLimits): void {
  const { freq, bysecond = [], count = 0 } = parts;
  if (freq === 'SECONDLY' || bysecond.length > 1)
    throw new UnusableTime('too-much', 'A conference takes place once a minute at most: use another FREQ.');
  if (count > occurrences)
    throw new UnusableTime('too-much', `COUNT is more than ${String(occurrences)}: use UNTIL, or no end.`);
  if (timesOfDay(parts) > occurrences)
    throw new UnusableTime('too-much', `The rule has more than ${String(occurrences)} times in a day.`);
  const positions = (parts.bysetpos ?? []).map(Math.abs);
  const isBeyond = positions.length > 0 && positions.every((position) => position > mostInPeriod(parts));
  if (!hasADay(parts) || isBeyond) throw neverHappens();
}

/** UNTIL is UTC where DTSTART has a zone; a day counts to its end (RFC 5545 §3.3.10). */
function endOf({ until }: ICAL.Recur): { at: number; isUtc: boolean } | undefined {
  if (!until) return undefined;
  const at = until.isDate ? fieldsOf(until) + DAY - 1 : fieldsOf(until);
  return { at, isUtc: !until.isDate && until.zone.tzid === 'UTC' };
}

/** A week of the year alone means the weekday of DTSTART (RFC 5545 §3.3.10); the library drifts away from it. */
function impliedDay({ parts }: ICAL.Recur, start: number): string {
  const isWeekAlone = 'BYWEEKNO' in parts && !['BYDAY', 'BYMONTHDAY', 'BYYEARDAY'].some((name) => name in parts);
  return isWeekAlone ? `;BYDAY=${DAYS[new Date(start).getUTCDay()] ?? ''}` : '';
}

const withoutUntil = (recur: ICAL.Recur): string => recur.toString().replace(/;?UNTIL=[^;]*/, '');

/** What is left to the library of a rule in which parts limit one another: the days that are to be limited. */
function withoutLimits(text: string, parts: RuleParts): string {
  if (!limitsDays(parts)) return text;
  const { bysetpos, byyearday, bymonthday, byday = [] } = parts;
  if (bysetpos !== undefined)
    throw new UnusableTime('malformed', 'BYSETPOS does not go with days that limit one another: name the days.');
  if (byyearday !== undefined) return text.replace(/;(COUNT|BYMONTH|BYMONTHDAY|BYDAY)=[^;]*/g, '');
  const others = text.replace(/;(COUNT|BYDAY)=[^;]*/g, '');
  return bymonthday !== undefined
    ? others
    : `${others};BYDAY=${[...new Set(byday.map(({ day }) => DAYS[day]))].join(',')}`;
}
