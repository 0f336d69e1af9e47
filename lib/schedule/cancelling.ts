import ICAL from 'ical.js';
import { stamp } from './rule.ts';

/**
 * The iCalendar object without one occurrence: an event that cancels it (RFC 5545 §3.8.1.11), or the cancelled event itself
 * where there is but one. Everything else stays.
 */
export function cancelled(base: string, id: string, recurs: boolean): string {
  const calendar = new ICAL.Component(ICAL.parse(base.trim()) as unknown[]);
  const events = calendar.getAllSubcomponents('vevent');
  const master = events.find((event) => event.getFirstProperty('recurrence-id') === null) ?? events[0];
  if (master === undefined) return base;
  const at = moment(id);
  const changing = events.filter((event) => {
    const changed = event.getFirstPropertyValue('recurrence-id');
    return event !== master && changed instanceof ICAL.Time && stamp(changed.toUnixTime() * 1000) === id;
  });
  for (const event of changing) calendar.removeSubcomponent(event);
  const event = recurs ? new ICAL.Component('vevent') : master;
  if (recurs) {
    event.addPropertyWithValue('uid', String(master.getFirstPropertyValue('uid')));
    event.addPropertyWithValue('dtstamp', ICAL.Time.fromJSDate(new Date(), true));
    event.addPropertyWithValue('recurrence-id', at);
    event.addPropertyWithValue('dtstart', at);
    calendar.addSubcomponent(event);
  }
  const sequence = Math.max(...[master, ...changing].map((one) => Number(one.getFirstPropertyValue('sequence') ?? 0)));
  event.updatePropertyWithValue('sequence', sequence + 1);
  event.updatePropertyWithValue('status', 'CANCELLED');
  return `${calendar.toString()}\r\n`;
}

const moment = (id: string): ICAL.Time =>
  ICAL.Time.fromJSDate(new Date(id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')), true);
