import type { OccurrenceRange } from '../model/conference-object.ts';
import { Calendar, instantOf, type Moment } from './calendar.ts';
import { endOf, type Length, rulesOf } from './event.ts';
import type { ScheduleLimits } from './limits.ts';
import { inOrder } from './order.ts';
import { includes } from './range.ts';
import { type Rule } from './rule.ts';
import { momentOf, stamp } from './written-times.ts';
import { datesOf, eventsOf, turnOf } from './series-events.ts';
import { UnusableTime } from './unusable-time.ts';

/** One time at which a conference takes place; moments are milliseconds since 1970. */
export interface Occurrence {
  /** When it was to begin before anybody moved it, in UTC: `20301007T070000Z`. */
  readonly id: string;
  readonly start: number;
  /** Absent where the calendar says nothing of an end. */
  readonly end?: number;
}

/** The occurrences of a rule from one time on the clock to another, moved together. */
interface Stretch {
  readonly rule: Rule;
  readonly from: number;
  readonly until: number;
  readonly move: number;
  readonly length: Length | undefined;
}

const DAY = 86_400_000;

/** Later than the last year that is looked for. */
const LATEST = Date.UTC(9000, 0);

/** The occurrences that an iCalendar object plans (RFC 5545 §3.8.5), each found when it is asked for. */
export class RecurrenceSet {
  readonly uid: string;
  /** When the first one begins by DTSTART. */
  readonly start: number;
  readonly recurs: boolean;
  readonly cancelled: boolean;
  readonly #rules: readonly Rule[];
  readonly #stretches: readonly Stretch[];
  /** Those that stand alone: dates, and what was changed. */
  readonly #singles: readonly Occurrence[];
  readonly #excluded: ReadonlySet<number>;
  readonly #excludedDays: ReadonlySet<number>;
  /** Where the first one stands on the clock of the series: what tells of a part of a series begins with an occurrence of it. */
  readonly origin: Moment;

  /**
   * @param without occurrences that are told elsewhere
   * @throws {UnusableTime}
   */
  constructor(text: string, limits: ScheduleLimits, without: readonly OccurrenceRange[] = []) {
    const calendar = new Calendar(text, limits);
    const { series, changes } = eventsOf(calendar, limits.exceptions);
    const origin = series.recurrence ?? series.start;
    const rules = rulesOf(series, origin, limits);
    const { zone } = origin;
    this.origin = origin;
    this.#rules = rules;
    this.uid = series.uid;
    this.start = instantOf(series.start);
    this.cancelled = series.cancelled;
    /** On the clock of the series. */
    const originalOf = (moment: Moment): number => {
      if (!moment.isDay || origin.isDay) return zone.wallOf(instantOf(moment));
      const days = rules.map((rule) => rule.at(moment.wall)).filter((wall) => wall !== undefined);
      return Math.min(...days.filter((wall) => wall < moment.wall + DAY), moment.wall + (origin.wall % DAY));
    };
    const excluded = datesOf(series, calendar, 'exdate');
    this.#excludedDays = new Set(
      origin.isDay ? [] : excluded.filter(({ at }) => at.isDay).map(({ at }) => at.wall / DAY),
    );
    const dates = [
      ...(rules.length === 0 ? [{ at: origin, length: series.length }] : []),
      ...datesOf(series, calendar, 'rdate').map(({ at, length }) => ({ at, length: length ?? series.length })),
    ];
    this.recurs = rules.length > 0 || dates.length > 1;
    if (excluded.length + dates.length + changes.length > limits.exceptions + 1)
      throw new UnusableTime('too-much', `Dates and changes of one series are ${String(limits.exceptions)} at most.`);
    const gone = new Set(excluded.filter(({ at }) => !at.isDay || origin.isDay).map(({ at }) => instantOf(at)));
    const first = { ...turnOf(series, originalOf, origin), from: origin.wall };
    const turns = changes.filter(({ andFuture }) => andFuture).map((event) => turnOf(event, originalOf, origin));
    turns.sort((a, b) => a.from - b.from);
    const changed = changes.filter(({ andFuture }) => !andFuture);
    const own = new Map(changed.map((event) => [zone.instantOf(originalOf(event.recurrence ?? event.start)), event]));
    const singles: Occurrence[] = [...own].flatMap(([original, event]) =>
      event.cancelled ? [] : [occurrence(original, event.start, event.length)],
    );
    for (const { at, length } of dates) {
      const original = instantOf(at);
      if (gone.has(original) || own.has(original) || this.#isExcludedDay(zone.wallOf(original))) continue;
      const wall = zone.wallOf(original);
      const turn = turns.findLast(({ from }) => from <= wall);
      const { move } = turn ?? first;
      if (turn?.cancelled !== true)
        singles.push(occurrence(original, { ...at, wall: at.wall + move }, turn ? turn.length : length));
      gone.add(original);
    }
    this.#excluded = new Set([...gone, ...own.keys()]);
    const stretches = rules.flatMap((rule) =>
      [{ ...first, cancelled: false }, ...turns].flatMap((turn, index) =>
        turn.cancelled ? [] : [{ ...turn, rule, until: turns[index]?.from ?? Infinity }],
      ),
    );
    this.#singles = singles
      .filter(({ id }) => !without.some((range) => includes(range, id)))
      .sort((a, b) => a.start - b.start);
    this.#stretches = without.reduce<readonly Stretch[]>((all, range) => this.#withoutRange(all, range), stretches);
  }

  #withoutRange(stretches: readonly Stretch[], { from, to }: OccurrenceRange): Stretch[] {
    const begin = this.wallOf(from);
    const end = to === undefined ? Infinity : this.wallOf(to) + 1;
    return stretches
      .flatMap((one) => [
        { ...one, until: Math.min(one.until, begin) },
        { ...one, from: Math.max(one.from, end) },
      ])
      .filter((one) => one.from < one.until);
  }

  /** The occurrence of an id. */
  find(id: string): Occurrence | undefined {
    if (this.cancelled) return undefined;
    const single = this.#singles.find((one) => one.id === id);
    if (single !== undefined) return single;
    const wall = this.wallOf(id);
    const original = this.origin.zone.instantOf(wall);
    if (stamp(original) !== id || this.#excluded.has(original) || this.#isExcludedDay(wall)) return undefined;
    const stretch = this.#stretches.find(
      ({ rule, from, until }) => from <= wall && wall < until && rule.at(wall) === wall,
    );
    return stretch && occurrence(original, { ...this.origin, wall: wall + stretch.move }, stretch.length);
  }

  /** The ids of those of which the object says something alone: dates, what is changed, what is left out. */
  get singledOut(): string[] {
    return [...new Set([...this.#singles.map(({ id }) => id), ...[...this.#excluded].map(stamp)])];
  }

  /** Whether an occurrence was left out or cancelled alone. */
  isExcluded(id: string): boolean {
    const original = momentOf(id);
    const isLeftOut = this.#excluded.has(original) || this.#isExcludedDay(this.origin.zone.wallOf(original));
    return isLeftOut && !this.#singles.some((one) => one.id === id);
  }

  /** Where an occurrence stands on the clock of the series, moved or not. */
  wallOf(id: string): number {
    const original = momentOf(id);
    const shown = this.origin.zone.wallOf(original);
    const ruled = this.#rules.map((rule) => rule.upTo(shown)).filter((wall) => wall !== undefined);
    // A time that clocks skip stands in the rule as it is written.
    return ruled.find((wall) => this.origin.zone.instantOf(wall) === original) ?? shown;
  }

  /** The id of the first occurrence that stood at a time on the clock of the series, or later. */
  idFrom(wall: number): string | undefined {
    const ids = this.#singles.map(({ id }) => id).filter((id) => this.wallOf(id) >= wall);
    for (const { rule, from, until } of this.#stretches) {
      for (const one of rule.from(Math.max(wall, from))) {
        if (one >= until) break;
        const original = this.origin.zone.instantOf(one);
        if (this.#excluded.has(original) || this.#isExcludedDay(one)) continue;
        ids.push(stamp(original));
        break;
      }
    }
    return ids.sort()[0];
  }

  /** The id of the last one; undefined where there is no last. */
  get last(): string | undefined {
    return this.#rules.some((rule) => rule.isEndless) ? undefined : this.upTo(LATEST)?.id;
  }

  /** Those that are not over at a moment, in the order in which they begin. */
  *from(moment: number): Generator<Occurrence, undefined> {
    if (this.cancelled) return;
    let last: string | undefined;
    const streams = [this.#singles, ...this.#stretches.map((stretch) => this.#follow(stretch, moment))];
    for (const one of inOrder(streams, ({ start }) => start)) {
      if (one.id === last || isOver(one, moment)) continue;
      last = one.id;
      yield one;
    }
  }

  /** The one that began last, at a moment or before. */
  upTo(moment: number): Occurrence | undefined {
    if (this.cancelled) return undefined;
    const last = [
      this.#singles.findLast(({ start }) => start <= moment),
      ...this.#stretches.map((stretch) => this.#lastOf(stretch, moment)),
    ];
    return last.reduce((a, b) => (a === undefined || (b !== undefined && b.start > a.start) ? b : a));
  }

  #lastOf({ rule, from, until, move, length }: Stretch, moment: number): Occurrence | undefined {
    const { zone } = this.origin;
    let wall = rule.upTo(Math.min(zone.wallOf(moment) - move, until - 1));
    while (wall !== undefined && wall >= from) {
      const original = zone.instantOf(wall);
      const isThere = !this.#excluded.has(original) && !this.#isExcludedDay(wall);
      if (isThere) return occurrence(original, { ...this.origin, wall: wall + move }, length);
      wall = rule.upTo(wall - 1);
    }
    return undefined;
  }

  *#follow({ rule, from, until, move, length }: Stretch, moment: number): Generator<Occurrence, undefined> {
    const { zone } = this.origin;
    const reach = (length?.days ?? 0) * DAY + (length?.exact ?? 0) + 2 * DAY;
    const early = moment - reach - move;
    for (const wall of rule.from(early > from ? early : from)) {
      if (wall >= until) return;
      const original = zone.instantOf(wall);
      if (this.#excluded.has(original) || this.#isExcludedDay(wall)) continue;
      yield occurrence(original, { ...this.origin, wall: wall + move }, length);
    }
  }

  #isExcludedDay(wall: number): boolean {
    return this.#excludedDays.size > 0 && this.#excludedDays.has(Math.floor(wall / DAY));
  }
}

/** Whether it has ended by a moment; one without an end, whether it has begun before. */
export const isOver = ({ start, end }: Occurrence, moment: number): boolean =>
  end === undefined ? start < moment : end <= moment;

function occurrence(original: number, at: Moment, length: Length | undefined): Occurrence {
  const end = endOf(at, length);
  return { id: stamp(original), start: instantOf(at), ...(end !== undefined && { end }) };
}
