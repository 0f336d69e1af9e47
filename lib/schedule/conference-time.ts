import type { OccurrenceRange } from '../model/conference-object.ts';
import { XCON } from '../model/names.ts';
import { isTrue } from '../model/values.ts';
import type { XmlElement } from '../xml/element.ts';
import type { ScheduleLimits } from './limits.ts';
import { inOrder } from './order.ts';
import { planOf } from './plan.ts';
import { type Occurrence, RecurrenceSet } from './recurrence-set.ts';
import { stamp } from './written-times.ts';
import { UnusableTime } from './unusable-time.ts';

/** When people may come into one occurrence, and what happens when (RFC 6501 §4.2.5); milliseconds since 1970. */
export interface Window extends Occurrence {
  readonly opens: number;
  /** Nobody comes in from then on. */
  readonly closes?: number;
  /** Absent where the occurrence lasts until the last one leaves. */
  readonly ends?: number;
  /** When media are mixed, and whom that needs. */
  readonly mixes: number;
  readonly mixingNeeds: string;
  /** Whose leaving his role ends the occurrence. */
  readonly lastingNeeds: string;
  /** When people are asked to come. */
  readonly asks?: number;
  /** When the end is announced. */
  readonly warns?: number;
  readonly extendable: boolean;
}

export interface WindowRules {
  /** Seconds before the start at which the window opens, where the entry does not say. */
  readonly earlyJoin: number;
  /** Seconds that an occurrence may last longer than the calendar says, where the entry does not say. */
  readonly overrun: number;
}

export const windowDefaults: WindowRules = { earlyJoin: 600, overrun: 0 };

/** What stands for some occurrences has one entry of its own, and ranges that are told by those of its series. */
const ofEntry = (ranges: readonly OccurrenceRange[], index: number): readonly OccurrenceRange[] =>
  ranges.filter(({ entry = 0 }) => entry === index);

/** Before it, a DTSTART is a client's word for now. */
export const LONG_AGO = Date.UTC(1970, 0, 2);

/** The times of one conference (RFC 6501 §4.2.5). */
export class ConferenceTime {
  readonly #entries: readonly Entry[];

  private constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  /**
   * What a `conference-time` says; undefined where that is no time at all, or now.
   * @param without occurrences that are told elsewhere
   * @throws {UnusableTime}
   */
  static of(
    element: XmlElement | undefined,
    limits: ScheduleLimits & WindowRules,
    without: readonly OccurrenceRange[] = [],
  ): ConferenceTime | undefined {
    const written = element?.all(XCON, 'entry') ?? [];
    if (written.length > limits.entries)
      throw new UnusableTime('too-much', `A conference-time has at most ${String(limits.entries)} entries.`);
    const entries = written
      .map((one, index) => new Entry(one, limits, written.length === 1 ? without : ofEntry(without, index)))
      .filter(({ start }) => start >= LONG_AGO);
    return entries.length === 0 ? undefined : new ConferenceTime(entries);
  }

  get recurs(): boolean {
    return this.#entries.length > 1 || this.#entries.some(({ recurs }) => recurs);
  }

  /** Those whose occurrences are not over, in the order in which they begin. */
  from(moment: number): Iterable<Window> {
    return inOrder(
      this.#entries.map((entry) => entry.from(moment)),
      ({ start }) => start,
    );
  }

  /** The one that began last, at a moment or before. */
  upTo(moment: number): Window | undefined {
    const last = this.#entries.map((entry) => entry.upTo(moment)).filter((one) => one !== undefined);
    return last.toSorted((a, b) => a.start - b.start).at(-1);
  }

  /** The one that goes on at a moment or comes next, else the last. */
  shownAt(moment: number): Window | undefined {
    const [next] = this.from(moment);
    return next ?? this.upTo(moment);
  }

  /** The occurrence of an id. */
  find(id: string): Window | undefined {
    for (const entry of this.#entries) {
      const found = entry.find(id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** @throws {UnusableTime} when one of the next occurrences begins before the one before it ends, or none takes place */
  checkFrom(moment: number, many: number): void {
    checkApart(this.from(moment), many);
  }
}

/** How far ahead of the first one others are compared with one another, in milliseconds: rules of leap years reach for centuries. */
const COMPARED = 12 * 365 * 86_400_000;

/** @throws {UnusableTime} when one of the first begins before the one before it ends */
export function checkApart(windows: Iterable<Window>, many: number): void {
  let before: Window | undefined;
  let count = 0;
  let latest = Infinity;
  for (const one of windows) {
    if (before === undefined) latest = one.start + COMPARED;
    else if (one.start > latest) return;
    if (before?.ends !== undefined && one.start < before.ends)
      throw new UnusableTime(
        'inconsistent',
        `The occurrence of ${stamp(one.start)} begins before that of ${stamp(before.start)} ends.`,
      );
    before = one;
    if (++count === many) return;
  }
}

/** One entry: an iCalendar object, and offsets that are absolute for its first occurrence and move with the others. */
class Entry {
  readonly start: number;
  readonly recurs: boolean;
  readonly #set: RecurrenceSet;
  readonly #element: XmlElement;
  readonly #rules: WindowRules;
  /** How long after its calendar end an occurrence ends, at most. */
  readonly #lag: number;

  constructor(element: XmlElement, limits: ScheduleLimits & WindowRules, without: readonly OccurrenceRange[]) {
    this.#element = element;
    this.#rules = limits;
    const base = element.first(XCON, 'base')?.text ?? '';
    this.#set = without.length === 0 ? planOf(base, limits) : new RecurrenceSet(base, limits, without);
    this.start = this.#set.start;
    this.recurs = this.#set.recurs;
    this.#check(without.length > 0);
    const { start, end = start, ends = end } = this.#window({ id: '', start: this.start });
    this.#lag = Math.max(0, ends - end, this.#rules.overrun * 1000);
  }

  *from(moment: number): Generator<Window, undefined> {
    for (const one of this.#set.from(moment - this.#lag)) {
      const window = this.#window(one);
      if (window.ends === undefined || window.ends > moment) yield window;
    }
  }

  upTo(moment: number): Window | undefined {
    const last = this.#set.upTo(moment);
    return last && this.#window(last);
  }

  find(id: string): Window | undefined {
    const found = this.#set.find(id);
    return found && this.#window(found);
  }

  /** How far an offset stands from the start of the first occurrence. */
  #offset(local: string): number | undefined {
    const text = this.#element.first(XCON, local)?.text.trim();
    return text === undefined || text === '' ? undefined : Date.parse(text) - this.start;
  }

  #needs(local: string): string {
    return this.#element.first(XCON, local)?.attribute('required-participant')?.trim() ?? 'none';
  }

  #window(one: Occurrence): Window {
    const at = (local: string): number | undefined => {
      const offset = this.#offset(local);
      return offset === undefined ? undefined : one.start + offset;
    };
    const mixes = at('mixing-start-offset') ?? one.start;
    const ends = at('mixing-end-offset') ?? (one.end === undefined ? undefined : one.end + this.#rules.overrun * 1000);
    const closes = at('must-join-before-offset') ?? ends;
    const asks = at('request-user');
    const warning = this.#element.first(XCON, 'notify-end-of-conference')?.text.trim();
    return {
      ...one,
      mixes,
      mixingNeeds: this.#needs('mixing-start-offset'),
      lastingNeeds: this.#needs('mixing-end-offset'),
      opens: at('can-join-after-offset') ?? Math.min(mixes, asks ?? mixes, one.start - this.#rules.earlyJoin * 1000),
      extendable: isTrue(this.#element.first(XCON, 'allowed-extend-mixing-end-offset')?.text.trim()),
      ...(closes !== undefined && { closes }),
      ...(ends !== undefined && { ends }),
      ...(asks !== undefined && { asks }),
      ...(ends !== undefined && warning !== undefined && { warns: ends - Number(warning) * 1000 }),
    };
  }

  #check(mayBeEmpty: boolean): void {
    const [first] = this.#set.from(-Infinity);
    if (first === undefined) {
      if (this.#set.cancelled || mayBeEmpty) return;
      throw new UnusableTime('malformed', 'All occurrences are excluded: leave one, or cancel the event.');
    }
    const { opens, closes, mixes, ends } = this.#window({ ...first, start: this.start });
    if (ends !== undefined && ends <= Math.max(this.start, mixes))
      throw new UnusableTime('inconsistent', 'The mixing-end-offset is not after the start.');
    if (closes !== undefined && closes <= opens)
      throw new UnusableTime(
        'inconsistent',
        'Nobody could join: must-join-before-offset is not after can-join-after-offset.',
      );
  }
}
