import ICAL from 'ical.js';
import type { OccurrenceRange } from '../model/conference-object.ts';
import { rangeOfEvent } from './asked-range.ts';
import { Calendar, parsed } from './calendar.ts';
import { type PlannedEvent, readEvent } from './event.ts';
import type { ScheduleLimits } from './limits.ts';
import { planOf } from './plan.ts';
import { isLater } from './series-events.ts';

/** What an event says beside its times; absent what it says nothing of. */
export interface EventWords {
  readonly summary?: string;
  readonly description?: string;
  /** Calendar addresses. */
  readonly attendees?: readonly string[];
}

/** An event that overrides some occurrences of its series (RFC 5545 §3.8.4.4). */
export interface Override {
  readonly range: OccurrenceRange;
  readonly words: EventWords;
  /** When the first of them begins, in milliseconds since 1970, and when it ends, where that is said. */
  readonly start: number;
  readonly end?: number;
  /** As it is written. */
  readonly text: string;
}

interface Read {
  readonly event: ICAL.Component;
  readonly range: OccurrenceRange;
  readonly revision: PlannedEvent['revision'];
  readonly cancelled: boolean;
  /** All that tell of these occurrences. */
  readonly told: readonly ICAL.Component[];
}

/** A series with what overrides it; cancelled occurrences are times of the series. */
export class OverriddenSeries {
  readonly words: EventWords;
  readonly overrides: readonly Override[];
  readonly #calendar: ICAL.Component;
  /** The event of each, and those of the same occurrences that it replaces. */
  readonly #events: ReadonlyMap<Override, readonly ICAL.Component[]>;

  /** @throws {UnusableTime} */
  constructor(base: string, limits: ScheduleLimits) {
    const calendar = parsed(base);
    const events = calendar.getAllSubcomponents('vevent');
    const reader = new Calendar(base, limits);
    const set = planOf(base, limits);
    const master = events.find((event) => !event.hasProperty('recurrence-id'));
    const newest = new Map<string, Read>();
    for (const event of master === undefined ? [] : events) {
      const property = event.getFirstProperty('recurrence-id');
      if (property === null) continue;
      const { revision, cancelled } = readEvent(event, reader);
      const range = rangeOfEvent(event, property, reader, set);
      const key = `${range.from} ${range.to ?? ''}`;
      const known = newest.get(key);
      const isNewer = known === undefined || isLater(revision, known.revision);
      const told = [...(known?.told ?? []), event];
      newest.set(key, isNewer ? { event, range, revision, cancelled, told } : { ...known, told });
    }
    const found = new Map<Override, readonly ICAL.Component[]>();
    for (const { event, range, cancelled, told } of newest.values()) {
      const first = cancelled ? undefined : set.find(range.from);
      if (first === undefined) continue;
      const { start, end } = first;
      const one = { range, words: wordsOf(event), text: event.toString(), start, ...(end !== undefined && { end }) };
      found.set(one, [event, ...told.filter((other) => other !== event)]);
    }
    this.words = master === undefined ? {} : wordsOf(master);
    this.overrides = [...found.keys()];
    this.#calendar = calendar;
    this.#events = found;
  }

  /** The iCalendar object with one of them alone. */
  alone(override: Override): string {
    return withEvents(this.#calendar, this.#events.get(override)?.slice(0, 1) ?? []);
  }

  /** The iCalendar object without some of them. */
  without(overrides: readonly Override[]): string {
    const gone = new Set(overrides.flatMap((one) => this.#events.get(one) ?? []));
    return withEvents(
      this.#calendar,
      this.#calendar.getAllSubcomponents('vevent').filter((event) => !gone.has(event)),
    );
  }
}

/** What each event of an iCalendar object says; nothing where it can not be read. */
export function wordsIn(base: string): EventWords[] {
  try {
    return parsed(base).getAllSubcomponents('vevent').map(wordsOf);
  } catch {
    return [];
  }
}

function wordsOf(event: ICAL.Component): EventWords {
  const [summary, description] = ['summary', 'description'].map((name) => textOf(event, name));
  const attendees = event.getAllProperties('attendee').map((one) => String(one.getFirstValue()).trim());
  return {
    ...(summary !== undefined && { summary }),
    ...(description !== undefined && { description }),
    ...(attendees.length > 0 && { attendees }),
  };
}

/** Without white space around it; empty where nothing is said, absent where the property is. */
const textOf = (event: ICAL.Component, name: string): string | undefined =>
  event.getFirstPropertyValue(name)?.toString().trim();

function withEvents(calendar: ICAL.Component, events: readonly ICAL.Component[]): string {
  const all = calendar.toJSON() as [string, unknown[], unknown[]];
  const kept = new Set(events.map((event): unknown => event.jCal));
  const inside = calendar.getAllSubcomponents().filter((one) => one.name !== 'vevent' || kept.has(one.jCal));
  const copy = new ICAL.Component([
    all[0],
    structuredClone(all[1]),
    inside.map((one) => structuredClone(one.toJSON() as unknown)),
  ]);
  return `${copy.toString()}\r\n`;
}
