import ICAL from 'ical.js';
import { Calendar, instantOf } from '../../schedule/calendar.ts';
import { endOf, readEvent } from '../../schedule/event.ts';
import { scheduleDefaults } from '../../schedule/limits.ts';
import { stamp } from '../../schedule/rule.ts';
import { UnusableTime } from '../../schedule/unusable-time.ts';
import { timesIn } from '../event/events.ts';

/** What an event changes: one occurrence, by its id and moment, or that and all after it. */
export interface Changed {
  readonly id: string;
  readonly at: number;
  readonly andFuture: boolean;
}

/** Which event of a calendar says what of which occurrence. */
export class EventMoments {
  readonly #series: ICAL.Component | undefined;
  readonly #reader: Calendar | undefined;
  readonly #changes = new Map<ICAL.Component, Changed>();

  /** @throws {UnusableTime} where an event changes what is no moment */
  constructor(events: readonly ICAL.Component[], zones: readonly ICAL.Component[], floating?: ICAL.Property | null) {
    const changing = events.flatMap((event) => {
      const property = event.getFirstProperty('recurrence-id');
      return property === null ? [] : [{ event, property }];
    });
    this.#series = events.find((event) => event.getFirstProperty('recurrence-id') === null);
    if (changing.length === 0) return;
    const reader = readerOf(zones, floating);
    this.#reader = reader;
    for (const { event, property } of changing) {
      const at = instantOf(reader.moment(property));
      const andFuture = /^THISANDFUTURE$/i.test(property.getFirstParameter('range'));
      this.#changes.set(event, { id: stamp(at), at, andFuture });
    }
  }

  static of(calendar: ICAL.Component): EventMoments {
    const [events, zones] = ['vevent', 'vtimezone'].map((name) => calendar.getAllSubcomponents(name));
    return new EventMoments(events ?? [], zones ?? [], calendar.getFirstProperty('x-wr-timezone'));
  }

  get recurs(): boolean {
    return (
      this.#changes.size > 0 ||
      ['rrule', 'rdate'].some((name) => this.#series !== undefined && this.#series.getFirstProperty(name) !== null)
    );
  }

  changedBy(event: ICAL.Component | undefined): Changed | undefined {
    return event && this.#changes.get(event);
  }

  /** What names the place of an event in its series, however that is written. */
  keyOf(event: ICAL.Component): string {
    const change = this.#changes.get(event);
    return change === undefined ? 'series' : `${change.id}${change.andFuture ? ' and future' : ''}`;
  }

  /** When an event that changes occurrences takes place, however that is written. */
  timeOf(event: ICAL.Component): string {
    if (this.#reader === undefined || !this.#changes.has(event)) return timesIn(event);
    try {
      const { start, length, cancelled } = readEvent(event, this.#reader);
      return `${instantOf(start)} ${endOf(start, length) ?? ''} ${start.isDay} ${cancelled}`;
    } catch (error) {
      if (error instanceof UnusableTime) return timesIn(event); // what is no time is as it is written
      throw error;
    }
  }

  /** The event that describes an occurrence. */
  sourceOf(id: string): ICAL.Component | undefined {
    let source = this.#series;
    let since = '';
    for (const [event, change] of this.#changes) {
      if (change.id === id && !change.andFuture) return event;
      if (change.andFuture && change.id <= id && change.id >= since) [source, since] = [event, change.id];
    }
    return source;
  }
}

/** Reads moments in the zones of a calendar, whose events it need not read. */
function readerOf(zones: readonly ICAL.Component[], floating?: ICAL.Property | null): Calendar {
  const lines = [
    'BEGIN:VCALENDAR',
    ...(floating ? [floating.toICALString()] : []),
    ...zones.map((zone) => zone.toString()),
    'BEGIN:VEVENT',
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return new Calendar(lines.join('\r\n'), { ...scheduleDefaults, length: Infinity });
}
