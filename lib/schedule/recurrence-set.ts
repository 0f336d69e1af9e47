import { Calendar, instantOf, type Moment } from './calendar.ts';
import { endOf, type Length, lengthOfPeriod, type PlannedEvent, readEvent, rulesOf } from './event.ts';
import type { ScheduleLimits } from './limits.ts';
import { inOrder } from './order.ts';
import { type Rule, stamp } from './rule.ts';
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

/** The occurrences that an iCalendar object plans (RFC 5545 §3.8.5), each found when it is asked for. */
export class RecurrenceSet {
  readonly uid: string;
  /** When the first one begins by DTSTART. */
  readonly start: number;
  readonly recurs: boolean;
  readonly cancelled: boolean;
  readonly #stretches: readonly Stretch[];
  /** Those that stand alone: dates, and what was changed. */
  readonly #singles: readonly Occurrence[];
  readonly #excluded: ReadonlySet<number>;
  readonly #excludedDays: ReadonlySet<number>;
  readonly #series: PlannedEvent;

  /** @throws {UnusableTime} */
  constructor(text: string, limits: ScheduleLimits) {
    const calendar = new Calendar(text, limits);
    const { series, changes } = eventsOf(calendar, limits.exceptions);
    const rules = rulesOf(series, limits);
    const { zone } = series.start;
    this.#series = series;
    this.uid = series.uid;
    this.start = instantOf(series.start);
    this.cancelled = series.cancelled;
    /** On the clock of the series. */
    const originalOf = (moment: Moment): number => {
      if (!moment.isDay || series.start.isDay) return zone.wallOf(instantOf(moment));
      const days = rules.map((rule) => rule.at(moment.wall)).filter((wall) => wall !== undefined);
      return Math.min(...days.filter((wall) => wall < moment.wall + DAY), moment.wall + (series.start.wall % DAY));
    };
    const excluded = datesOf(series, calendar, 'exdate');
    this.#excludedDays = new Set(
      series.start.isDay ? [] : excluded.filter(({ at }) => at.isDay).map(({ at }) => at.wall / DAY),
    );
    const dates = [
      ...(rules.length === 0 ? [{ at: series.start, length: series.length }] : []),
      ...datesOf(series, calendar, 'rdate').map(({ at, length }) => ({ at, length: length ?? series.length })),
    ];
    this.recurs = rules.length > 0 || dates.length > 1;
    if (excluded.length + dates.length + changes.length > limits.exceptions + 1)
      throw new UnusableTime('too-much', `Dates and changes of one series are ${String(limits.exceptions)} at most.`);
    const gone = new Set(excluded.filter(({ at }) => !at.isDay || series.start.isDay).map(({ at }) => instantOf(at)));
    const turns = changes.filter(({ andFuture }) => andFuture).map((event) => turnOf(event, originalOf, series));
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
      if (turn?.cancelled !== true)
        singles.push(occurrence(original, { ...at, wall: at.wall + (turn?.move ?? 0) }, turn ? turn.length : length));
      gone.add(original);
    }
    this.#excluded = new Set([...gone, ...own.keys()]);
    this.#singles = singles.sort((a, b) => a.start - b.start);
    const first = { from: series.start.wall, move: 0, length: series.length, cancelled: false };
    this.#stretches = rules.flatMap((rule) =>
      [first, ...turns].flatMap((turn, index) =>
        turn.cancelled ? [] : [{ ...turn, rule, until: turns[index]?.from ?? Infinity }],
      ),
    );
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
    const { start } = this.#series;
    let wall = rule.upTo(Math.min(start.zone.wallOf(moment) - move, until - 1));
    while (wall !== undefined && wall >= from) {
      const original = start.zone.instantOf(wall);
      const isThere = !this.#excluded.has(original) && !this.#isExcludedDay(wall);
      if (isThere) return occurrence(original, { ...start, wall: wall + move }, length);
      wall = rule.upTo(wall - 1);
    }
    return undefined;
  }

  *#follow({ rule, from, until, move, length }: Stretch, moment: number): Generator<Occurrence, undefined> {
    const { zone } = this.#series.start;
    const reach = (length?.days ?? 0) * DAY + (length?.exact ?? 0) + 2 * DAY;
    const early = moment - reach - move;
    for (const wall of rule.from(early > from ? early : from)) {
      if (wall >= until) return;
      const original = zone.instantOf(wall);
      if (this.#excluded.has(original) || this.#isExcludedDay(wall)) continue;
      yield occurrence(original, { ...this.#series.start, wall: wall + move }, length);
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

/** The event of the series and those that change it; of two that say the same, the later revision. */
function eventsOf(calendar: Calendar, most: number): { series: PlannedEvent; changes: PlannedEvent[] } {
  if (calendar.events.length === 0) throw new UnusableTime('malformed', 'There is no VEVENT in this iCalendar object.');
  if (calendar.events.length > most + 1)
    throw new UnusableTime('too-much', `Events of one series are ${String(most)} at most.`);
  const newest = new Map<number | undefined, PlannedEvent>();
  for (const component of calendar.events) {
    const event = readEvent(component, calendar);
    const key = event.recurrence && instantOf(event.recurrence);
    const known = newest.get(key);
    if (known === undefined || isLater(event, known)) newest.set(key, event);
    if (event.uid !== [...newest.values()][0]?.uid)
      throw new UnusableTime('malformed', 'The events of one entry have one UID: use an entry for each.');
  }
  const [only, ...more] = newest.values();
  const series = newest.get(undefined) ?? (more.length === 0 ? only : undefined);
  if (series === undefined) throw new UnusableTime('malformed', 'An event without RECURRENCE-ID is missing.');
  newest.delete(series.recurrence && instantOf(series.recurrence));
  return { series, changes: [...newest.values()] };
}

const isLater = ({ revision: [sequence, stamped] }: PlannedEvent, { revision: [other, before] }: PlannedEvent) =>
  sequence > other || (sequence === other && stamped >= before);

/** A change of one occurrence and of all after it (RFC 5545 §3.8.4.4): all move as that one does. */
function turnOf(event: PlannedEvent, originalOf: (moment: Moment) => number, { start: { zone } }: PlannedEvent) {
  const from = originalOf(event.recurrence ?? event.start);
  const move = zone.wallOf(instantOf(event.start)) - from;
  return { from, move, length: event.length, cancelled: event.cancelled };
}

function datesOf(
  { component }: PlannedEvent,
  calendar: Calendar,
  name: 'rdate' | 'exdate',
): { at: Moment; length: Length | undefined }[] {
  return component
    .getAllProperties(name)
    .flatMap((property) =>
      property
        .getValues()
        .map((value: unknown) => ({ at: calendar.moment(property, value), length: lengthOfPeriod(value) })),
    );
}
