import type { RuleParts } from './rule-parts.ts';

const DAY = 86_400_000;
const PERIODS: Readonly<Record<string, number>> = { MINUTELY: 60_000, HOURLY: 3_600_000, DAILY: DAY, WEEKLY: 7 * DAY };

/** A rule whose occurrences stand at the same distances for ever on the clock: most rules are like that. */
export class SteadyRule {
  /** When the period of the first occurrence begins. */
  readonly #begin: number;
  readonly #period: number;
  /** Where the occurrences of a period stand, in order, and which of them is the first of all. */
  readonly #places: readonly number[];
  readonly #first: number;
  readonly #end: number;

  private constructor(begin: number, period: number, places: readonly number[], first: number, count: number) {
    this.#begin = begin;
    this.#period = period;
    this.#places = places;
    this.#first = first;
    this.#end = first + count;
  }

  /** Undefined where the rule is not of this kind; `weekStart` is WKST from 0, Sunday. */
  static of(parts: RuleParts, start: number, weekStart: number): SteadyRule | undefined {
    const { freq, interval, count = Infinity, byday, ...others } = parts;
    const period = PERIODS[freq];
    if (period === undefined || Object.keys(others).length > 0) return undefined;
    if (byday === undefined) return new SteadyRule(start, period * interval, [0], 0, count);
    if (freq !== 'WEEKLY' || byday.some(({ nth }) => nth !== 0)) return undefined;
    const inWeek = (day: number): number => ((day - weekStart + 7) % 7) * DAY;
    const own = inWeek(new Date(start).getUTCDay());
    const places = [...new Set(byday.map(({ day }) => inWeek(day)))].sort((a, b) => a - b);
    const first = places.indexOf(own);
    // RFC 5545 §3.8.5.3: what a DTSTART beside its own rule means is left to the library.
    return first < 0 ? undefined : new SteadyRule(start - own, period * interval, places, first, count);
  }

  /** The first occurrence at or after a time. */
  at(wall: number): number | undefined {
    let index = Math.max(this.#first, this.#near(wall));
    while (this.#time(index) < wall) index++;
    return index < this.#end ? this.#time(index) : undefined;
  }

  /** The last occurrence at or before a time. */
  upTo(wall: number): number | undefined {
    let index = Math.min(this.#end, this.#near(wall) + this.#places.length) - 1;
    while (index >= this.#first && this.#time(index) > wall) index--;
    return index >= this.#first ? this.#time(index) : undefined;
  }

  /** The first of the period in which a time is. */
  #near(wall: number): number {
    return Math.floor((wall - this.#begin) / this.#period) * this.#places.length;
  }

  #time(index: number): number {
    const many = this.#places.length;
    const period = Math.floor(index / many);
    return this.#begin + period * this.#period + (this.#places[index - period * many] ?? 0);
  }
}
