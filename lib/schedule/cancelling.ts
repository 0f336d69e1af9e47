import ICAL from 'ical.js';
import { Calendar, occurrenceNamed, parsed } from './calendar.ts';
import { readEvent } from './event.ts';
import type { ScheduleLimits } from './limits.ts';
import { momentOf, utcTime } from './written-times.ts';

/**
 * The iCalendar object without one occurrence: an event that cancels it (RFC 5545 §3.8.1.11), or the cancelled event itself
 * where there is but one. Everything else stays.
 * @throws {UnusableTime}
 */
export function cancelled(base: string, id: string, recurs: boolean, limits: ScheduleLimits): string {
  const calendar = parsed(base);
  const events = calendar.getAllSubcomponents('vevent');
  const master = events.find((event) => event.getFirstProperty('recurrence-id') === null) ?? events[0];
  if (master === undefined) return base;
  const reader = new Calendar(base, limits);
  const first = readEvent(master, reader).start;
  // What changes all later ones too stays for those.
  const changing = events.filter((event) => {
    const { recurrence, andFuture } = readEvent(event, reader);
    return event !== master && !andFuture && recurrence !== undefined && occurrenceNamed(recurrence, first) === id;
  });
  for (const event of changing) calendar.removeSubcomponent(event);
  const at = utcTime(momentOf(id));
  const event = recurs ? new ICAL.Component('vevent') : master;
  if (recurs) {
    event.addPropertyWithValue('uid', String(master.getFirstPropertyValue('uid')));
    event.addPropertyWithValue('dtstamp', utcTime(Date.now()));
    event.addPropertyWithValue('recurrence-id', at);
    event.addPropertyWithValue('dtstart', at);
    calendar.addSubcomponent(event);
  }
  const sequence = Math.max(...[master, ...changing].map((one) => Number(one.getFirstPropertyValue('sequence') ?? 0)));
  event.updatePropertyWithValue('sequence', sequence + 1);
  event.updatePropertyWithValue('status', 'CANCELLED');
  return `${calendar.toString()}\r\n`;
}
