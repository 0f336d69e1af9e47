import ICAL from 'ical.js';
import type { Moment } from '../../schedule/calendar.ts';
import { timeOf, utcTime } from '../../schedule/written-times.ts';

/** Writes an instant, in milliseconds since 1970, as a property of an event. */
export type TimeWriter = (name: 'recurrence-id' | 'exdate' | 'dtstart' | 'dtend', at: number) => ICAL.Property;

/** Writes times as a series writes its start (RFC 5545 §3.8.4.4). */
export function timesLike(start: ICAL.Property, { zone, isDay }: Pick<Moment, 'zone' | 'isDay'>): TimeWriter {
  const tzid = start.getFirstParameter('tzid');
  const first: unknown = start.getFirstValue();
  const isUtc = first instanceof ICAL.Time && first.zone.tzid === 'UTC';
  return (name, at) => {
    const property = new ICAL.Property(name);
    if (isDay) property.resetType('date');
    if (isUtc && !isDay) property.setValue(utcTime(at));
    else property.setValue(timeOf(zone.wallOf(at), isDay));
    if (tzid && !isDay) property.setParameter('tzid', tzid);
    return property;
  };
}
