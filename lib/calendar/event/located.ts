import ICAL from 'ical.js';
import { fieldsOf, utcTime } from '../../schedule/written-times.ts';
import { namedZone } from '../../schedule/zone.ts';
import { copied, copiedProperty } from './copied.ts';

/** What of an event holds times that have a zone. */
export const WITH_TIMES = ['dtstart', 'dtend', 'rdate', 'exdate', 'recurrence-id'] as const;

/** In which zone times are meant that name none, as `schedule/calendar` reads them. */
export function floatingZone(calendar: ICAL.Component, otherwise: string): string {
  const own = calendar.getFirstPropertyValue('x-wr-timezone');
  const [only, ...more] = calendar.getAllSubcomponents('vtimezone');
  const described = more.length === 0 ? only?.getFirstPropertyValue('tzid') : undefined;
  return [own, described].find((name) => typeof name === 'string' && name !== '')?.toString() ?? otherwise;
}

/** An event whose times name the zone in which they are meant. */
export function located(of: ICAL.Component, zone: string): ICAL.Component {
  const event = copied(of);
  const isFloating = floats(event.getFirstProperty('dtstart'));
  for (const name of WITH_TIMES) {
    const all = event.getAllProperties(name).map((one) => locatedTime(one, zone));
    event.removeAllProperties(name);
    for (const one of all) event.addProperty(one);
  }
  if (isFloating) locateEnd(event, zone);
  return event;
}

/** A time that names the zone in which it is meant. */
export function locatedTime(of: ICAL.Property, zone: string): ICAL.Property {
  const property = copiedProperty(of);
  if (floats(property)) property.setParameter('tzid', zone);
  return property;
}

function floats(property: ICAL.Property | null): boolean {
  const value: unknown = property?.getFirstValue();
  const time = value instanceof ICAL.Period ? value.start : value;
  const isFloating = time instanceof ICAL.Time && !time.isDate && time.zone.tzid !== 'UTC';
  return isFloating && !property?.getFirstParameter('tzid');
}

/** UNTIL is UTC where DTSTART has a zone (RFC 5545 §3.3.10). */
function locateEnd(event: ICAL.Component, name: string): void {
  const recur: unknown = event.getFirstPropertyValue('rrule');
  const zone = namedZone(name);
  if (!(recur instanceof ICAL.Recur) || !recur.until || recur.until.isDate || recur.until.zone.tzid === 'UTC' || !zone)
    return;
  const until = recur.clone();
  until.until = utcTime(zone.instantOf(fieldsOf(recur.until)));
  event.updatePropertyWithValue('rrule', until);
}
