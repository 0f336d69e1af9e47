import ICAL from 'ical.js';
import { Calendar, instantOf, type Moment } from '../../schedule/calendar.ts';
import { endOf, readEvent } from '../../schedule/event.ts';
import { scheduleDefaults } from '../../schedule/limits.ts';
import { RecurrenceSet } from '../../schedule/recurrence-set.ts';
import { stamp } from '../../schedule/written-times.ts';
import { UnusableTime } from '../../schedule/unusable-time.ts';
import { TIMES, timesIn } from './events.ts';

/** What an event changes: one occurrence, by its id and moment, or that and all after it. */
export interface Changed {
  readonly id: string;
  readonly at: number;
  readonly andFuture: boolean;
}

/** Which event of a calendar says what of which occurrence. */
export class EventMoments {
  readonly #series: ICAL.Component | undefined;
  readonly #zones: readonly ICAL.Component[];
  readonly #floating: ICAL.Property | null | undefined;
  readonly #reader: Calendar | undefined;
  readonly #changes = new Map<ICAL.Component, Changed>();

  /** @throws {UnusableTime} where an event changes what is no moment */
  constructor(events: readonly ICAL.Component[], zones: readonly ICAL.Component[], floating?: ICAL.Property | null) {
    const changing = events.flatMap((event) => {
      const property = event.getFirstProperty('recurrence-id');
      return property === null ? [] : [{ event, property }];
    });
    [this.#zones, this.#floating] = [zones, floating];
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

  /** The moment of a property of its events; undefined where it is none. */
  momentOf(property: ICAL.Property): Moment | undefined {
    try {
      return (this.#reader ?? readerOf(this.#zones, this.#floating)).moment(property);
    } catch (error) {
      if (error instanceof UnusableTime) return undefined;
      throw error;
    }
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

  /** Whether an event changes one occurrence to what is planned of it anyway. */
  isAsPlanned(event: ICAL.Component, planned: RecurrenceSet | undefined): boolean {
    const change = this.#changes.get(event);
    const occurrence = change?.andFuture === false ? planned?.find(change.id) : undefined;
    if (occurrence === undefined) return false;
    return this.timeOf(event) === `${occurrence.start} ${occurrence.end ?? ''} ${planned?.origin.isDay} false`;
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

/** The occurrences that events plan; undefined where nobody can read that. */
export function plannedIn(
  events: readonly ICAL.Component[],
  zones: readonly ICAL.Component[],
  floating?: ICAL.Property | null,
): RecurrenceSet | undefined {
  const texts = events.map((event) => {
    const times = TIMES.flatMap((name) => event.getAllProperties(name).map((one) => one.toICALString()));
    return ['BEGIN:VEVENT', 'UID:planned', ...times, 'END:VEVENT'].join('\r\n');
  });
  try {
    return new RecurrenceSet(calendarText(texts, zones, floating), { ...scheduleDefaults, length: Infinity });
  } catch (error) {
    if (error instanceof UnusableTime) return undefined;
    throw error;
  }
}

/** Reads moments in the zones of a calendar, whose events it need not read. */
const readerOf = (zones: readonly ICAL.Component[], floating?: ICAL.Property | null): Calendar =>
  new Calendar(calendarText(['BEGIN:VEVENT\r\nEND:VEVENT'], zones, floating), {
    ...scheduleDefaults,
    length: Infinity,
  });

const calendarText = (
  events: readonly string[],
  zones: readonly ICAL.Component[],
  floating: ICAL.Property | null | undefined,
): string =>
  [
    'BEGIN:VCALENDAR',
    ...(floating ? [floating.toICALString()] : []),
    ...zones.map((zone) => zone.toString()),
    ...events,
    'END:VCALENDAR',
  ].join('\r\n');
