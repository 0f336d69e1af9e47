import type ICAL from 'ical.js';
import { type Calendar, instantOf, type Moment } from './calendar.ts';
import { type Length, lengthOfPeriod, type PlannedEvent, readEvent } from './event.ts';
import { UnusableTime } from './unusable-time.ts';

/**
 * The event of the series and those that change it; of two that say the same, the later revision. Where only some
 * occurrences of a series are told, the event that tells of all others too, or the only one, leads.
 * @throws {UnusableTime}
 */
export function eventsOf(calendar: Calendar, most: number): { series: PlannedEvent; changes: PlannedEvent[] } {
  if (calendar.events.length === 0) throw new UnusableTime('malformed', 'There is no VEVENT in this iCalendar object.');
  if (calendar.events.length > most + 1)
    throw new UnusableTime('too-much', `Events of one series are ${String(most)} at most.`);
  const newest = new Map<string, PlannedEvent>();
  for (const component of calendar.events) {
    const event = readEvent(component, calendar);
    const key = keyOf(event);
    const known = newest.get(key);
    if (known === undefined || isLater(event.revision, known.revision)) newest.set(key, event);
    if (event.uid !== [...newest.values()][0]?.uid)
      throw new UnusableTime('malformed', 'The events of one entry have one UID: use an entry for each.');
  }
  const [only, ...more] = newest.values();
  const leading = [...newest.values()].filter(
    ({ andFuture, component }) => andFuture && component.hasProperty('rrule'),
  );
  const series = newest.get(SERIES) ?? leading[0] ?? (more.length === 0 ? only : undefined);
  if (series === undefined) throw new UnusableTime('malformed', 'An event without RECURRENCE-ID is missing.');
  newest.delete(keyOf(series));
  return { series, changes: [...newest.values()] };
}

const SERIES = '';

const keyOf = ({ recurrence, andFuture }: PlannedEvent): string =>
  recurrence === undefined ? SERIES : `${String(instantOf(recurrence))}${andFuture ? ' and future' : ''}`;

type Revision = PlannedEvent['revision'];

/** Whether of two that say the same the first counts. */
export const isLater = ([sequence, stamped]: Revision, [other, before]: Revision): boolean =>
  sequence > other || (sequence === other && stamped >= before);

/** From one occurrence on, all move as that one does (RFC 5545 §3.8.4.4); times on the clock of the series. */
export interface Turn {
  readonly from: number;
  readonly move: number;
  readonly length: Length | undefined;
  readonly cancelled: boolean;
}

/** @param originalOf the time on the clock of the series to which a RECURRENCE-ID points */
export function turnOf(event: PlannedEvent, originalOf: (moment: Moment) => number, { zone }: Moment): Turn {
  const from = originalOf(event.recurrence ?? event.start);
  const move = zone.wallOf(instantOf(event.start)) - from;
  return { from, move, length: event.length, cancelled: event.cancelled };
}

export function datesOf(
  { component }: PlannedEvent,
  calendar: Calendar,
  name: 'rdate' | 'exdate',
): { at: Moment; length: Length | undefined }[] {
  return component
    .getAllProperties(name)
    .flatMap((property: ICAL.Property) =>
      property
        .getValues()
        .map((value: unknown) => ({ at: calendar.moment(property, value), length: lengthOfPeriod(value) })),
    );
}
