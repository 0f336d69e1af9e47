import ICAL from 'ical.js';
import { mailboxOf } from '../event/attendee.ts';
import { copied, copiedProperty } from '../event/copied.ts';
import { recurrenceOf } from '../event/events.ts';
import type { CalendarLimits } from '../event/limits.ts';
import { type Schedule, scheduleOf } from '../event/schedule.ts';
import { UnusableCalendar } from '../event/unusable-calendar.ts';

/** What a calendar says, or why it can not be read. */
export function readable(text: string, limits: CalendarLimits): Schedule | UnusableCalendar {
  try {
    return scheduleOf(text, limits);
  } catch (error) {
    if (error instanceof UnusableCalendar) return error;
    throw error;
  }
}

/** The addresses of ORGANIZER: some calendars send answers to one of their own, and name hers by EMAIL (RFC 7986 §6.2). */
export function organizersOf({ calendar, organizer }: Schedule): string[] {
  const named = calendar.getFirstSubcomponent('vevent')?.getFirstProperty('organizer')?.getFirstParameter('email');
  return [...(organizer ? [organizer.address] : []), ...(named ? [`mailto:${named}`] : [])];
}

/** SEQUENCE and DTSTAMP. */
export type Revision = readonly [sequence: number, stamp: string];

export function revisionOf(event: ICAL.Component): Revision {
  const stamp: unknown = event.getFirstPropertyValue('dtstamp');
  const sequence = Number(event.getFirstPropertyValue('sequence') ?? 0);
  return [sequence, stamp instanceof ICAL.Time ? stamp.toICALString() : ''];
}

/** RFC 5546 §2.1.5; what says the same again is not later. */
export const isLater = ([sequence, stamp]: Revision, [other, before]: Revision): boolean =>
  sequence > other || (sequence === other && stamp > before);

/** Whether of any occurrence it says what is later than what was said before: each is counted by itself. */
export function isNews({ calendar }: Schedule, before: string): boolean {
  const known = new Map(eventsOf(ICAL.Component.fromString(before)).map((event) => [recurrenceOf(event), event]));
  const series = known.get(undefined);
  return eventsOf(calendar).some((event) => {
    const own = known.get(recurrenceOf(event));
    if (own !== undefined) return isLater(revisionOf(event), revisionOf(own));
    return series === undefined || revisionOf(event)[1] > revisionOf(series)[1];
  });
}

/** Whether a CANCEL is of attendees, and what they were asked to takes place without them (RFC 5546 §3.2.5). */
export function withdraws({ calendar, method }: Schedule, bridges: readonly string[]): boolean {
  const isOfOthers = (event: ICAL.Component): boolean => {
    const named = attendeesOf(event);
    return (
      String(event.getFirstPropertyValue('status')).toUpperCase() !== 'CANCELLED' &&
      named.size > 0 &&
      !bridges.some((one) => named.has(one))
    );
  };
  return method === 'CANCEL' && eventsOf(calendar).every(isOfOthers);
}

/**
 * What was said before, with what is said of single occurrences now.
 * @param isOver whether a CANCEL is of what takes place, else it is of attendees
 */
export function merged(text: string, { calendar, method }: Schedule, isOver: boolean): string {
  const all = ICAL.Component.fromString(text);
  for (const event of eventsOf(calendar)) {
    const name = recurrenceOf(event);
    const own = eventsOf(all).filter((one) => recurrenceOf(one) === name);
    const added = method === 'CANCEL' && !isOver ? withoutThem(event, all) : copied(event);
    for (const old of own) all.removeSubcomponent(old);
    if (method === 'CANCEL' && isOver) added.updatePropertyWithValue('status', 'CANCELLED');
    all.addSubcomponent(added);
  }
  all.updatePropertyWithValue('method', 'REQUEST');
  return all.toString();
}

/** What was said of an occurrence or of all, without the attendees of a CANCEL. */
function withoutThem(cancel: ICAL.Component, all: ICAL.Component): ICAL.Component {
  const named = cancel.getFirstProperty('recurrence-id');
  const own = eventsOf(all).find((one) => recurrenceOf(one) === recurrenceOf(cancel));
  const series = eventsOf(all).find((one) => recurrenceOf(one) === undefined);
  const event = own !== undefined || named === null ? copied(own ?? cancel) : occurrenceOf(series ?? cancel, named);
  const gone = attendeesOf(cancel);
  for (const one of event.getAllProperties('attendee'))
    if (gone.has(mailboxOf(String(one.getFirstValue())))) event.removeProperty(one);
  for (const name of ['sequence', 'dtstamp']) {
    event.removeAllProperties(name);
    for (const one of cancel.getAllProperties(name)) event.addProperty(copiedProperty(one));
  }
  return event;
}

/** An occurrence as the series has it. */
function occurrenceOf(series: ICAL.Component, named: ICAL.Property): ICAL.Component {
  const event = copied(series);
  const [start, end] = ['dtstart', 'dtend'].map((name) => series.getFirstPropertyValue(name));
  for (const name of ['rrule', 'rdate', 'exdate', 'recurrence-id', 'dtstart', 'dtend']) event.removeAllProperties(name);
  const [, parameters, ...value] = copiedProperty(named).toJSON() as unknown as [string, object, ...unknown[]];
  event.addProperty(copiedProperty(named));
  event.addProperty(new ICAL.Property(['dtstart', parameters, ...value] as never));
  if (start instanceof ICAL.Time && end instanceof ICAL.Time)
    event.addPropertyWithValue('duration', end.subtractDateTz(start));
  return event;
}

const eventsOf = (calendar: ICAL.Component): ICAL.Component[] => calendar.getAllSubcomponents('vevent');

const attendeesOf = (event: ICAL.Component): Set<string> =>
  new Set(event.getAllProperties('attendee').map((one) => mailboxOf(String(one.getFirstValue()))));
