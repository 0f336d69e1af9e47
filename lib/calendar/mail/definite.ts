import ICAL from 'ical.js';
import { Calendar, instantOf, occurrenceNamed } from '../../schedule/calendar.ts';
import type { ScheduleLimits } from '../../schedule/limits.ts';
import { momentOf } from '../../schedule/written-times.ts';
import { zoneDescription } from '../../schedule/zone-description.ts';
import { copied } from '../event/copied.ts';
import { floatingZone, located, locatedTime, WITH_TIMES } from '../event/located.ts';
import { timesLike } from '../event/occurrence-times.ts';

/** Which occurrence an event changes, by its id in the system (`20301007T070000Z`); `''` is the series itself. */
export type OccurrenceId = string;

/** A series or single event in the one form that every calendar program reads alike. */
export interface DefiniteCalendar {
  /** When it begins by DTSTART, in milliseconds since 1970. */
  readonly start: number;
  /** The series first; none is cancelled, and none has EXDATE. */
  readonly events: ReadonlyMap<OccurrenceId, ICAL.Component>;
  /** Occurrences that do not take place, by EXDATE or because they were cancelled. */
  readonly excluded: ReadonlySet<OccurrenceId>;
  /** By TZID. */
  readonly zones: ReadonlyMap<string, ICAL.Component>;
  /** The property that names an occurrence, written as the series writes its start (RFC 5545 §3.8.4.4). */
  readonly naming: (name: 'recurrence-id' | 'exdate', id: OccurrenceId) => ICAL.Property;
}

/**
 * Reads what a conference keeps as it was sent: floating times get the zone in which they are meant, RECURRENCE-ID and EXDATE
 * the form of DTSTART, cancelled occurrences become exceptions, and zones that are known are described as they are known.
 * Undefined where nothing takes place.
 * @throws {UnusableTime}
 */
export function definite(text: string, limits: ScheduleLimits): DefiniteCalendar | undefined {
  const calendar = new Calendar(text, limits);
  const [series, ...changes] = calendar.events.toSorted((a, b) => Number(isChange(a)) - Number(isChange(b)));
  const started = series?.getFirstProperty('dtstart');
  if (series === undefined || !started || isCancelled(series)) return undefined;
  const source = series.parent;
  const floating = floatingZone(source, limits.zone);
  const first = calendar.moment(started);
  const write = timesLike(locatedTime(started, floating), first);
  const naming: DefiniteCalendar['naming'] = (name, id) => write(name, momentOf(id));
  const events = new Map([['', located(series, floating)]]);
  const excluded = new Set<OccurrenceId>();
  for (const property of series.getAllProperties('exdate'))
    for (const moment of calendar.moments(property)) excluded.add(occurrenceNamed(moment, first));
  for (const event of changes) {
    const changed = event.getFirstProperty('recurrence-id');
    if (changed === null) continue;
    const id = occurrenceNamed(calendar.moment(changed), first);
    if (isCancelled(event)) excluded.add(id);
    else events.set(id, renamed(located(event, floating), naming('recurrence-id', id), changed));
  }
  for (const id of events.keys()) excluded.delete(id);
  for (const name of ['exdate', 'recurrence-id']) events.get('')?.removeAllProperties(name);
  return { start: instantOf(first), events, excluded, zones: zonesOf(events.values(), source), naming };
}

const isChange = (event: ICAL.Component): boolean => event.getFirstProperty('recurrence-id') !== null;

const isCancelled = (event: ICAL.Component): boolean =>
  String(event.getFirstPropertyValue('status')).toUpperCase() === 'CANCELLED';

function renamed(event: ICAL.Component, name: ICAL.Property, before: ICAL.Property): ICAL.Component {
  const range = before.getFirstParameter('range');
  if (range) name.setParameter('range', range);
  event.removeAllProperties('recurrence-id');
  event.addProperty(name);
  return event;
}

function zonesOf(events: Iterable<ICAL.Component>, source: ICAL.Component): Map<string, ICAL.Component> {
  const zones = new Map<string, ICAL.Component>();
  for (const event of events) {
    const start = event.getFirstPropertyValue('dtstart');
    const from = Date.UTC(start instanceof ICAL.Time ? start.year : 1970, 0, 2);
    for (const name of WITH_TIMES) {
      for (const property of event.getAllProperties(name)) {
        const tzid = property.getFirstParameter('tzid');
        if (!tzid || zones.has(tzid)) continue;
        const sent = source.getAllSubcomponents('vtimezone');
        const own = sent.find((one) => String(one.getFirstPropertyValue('tzid')) === tzid);
        const zone = zoneDescription(tzid, from) ?? (own && copied(own));
        if (zone !== undefined) zones.set(tzid, zone);
      }
    }
  }
  return zones;
}
