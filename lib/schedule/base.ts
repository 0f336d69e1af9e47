import ICAL from 'ical.js';
import { hasSimpleZones, laterStart, stepsThrough, wallOf } from './rule.ts';
import { instantIn, isZone } from './zone.ts';

/** Start and length of what an iCalendar object plans, and whether it recurs. */
export interface Plan {
  /** Milliseconds since 1970. */
  readonly start: number;
  /** Seconds; 0 when the object says none. */
  readonly duration: number;
  readonly recurs: boolean;
}

/** Reads the first VEVENT of a `base` (RFC 6501 §4.2.5, RFC 5545); undefined when there is none that can be read. */
export const planOf = (base: string): Plan | undefined =>
  readable(() => {
    const event = eventOf(base);
    if (event === undefined) return undefined;
    return { start: instantOf(event, event.startDate), duration: secondsOf(event), recurs: event.isRecurring() };
  });

/** What people write need not be iCalendar, and the library finds some of that out late. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function eventOf(base: string): ICAL.Event | undefined {
  const calendar = new ICAL.Component(ICAL.parse(base.trim()) as unknown[]);
  if (!hasSimpleZones(calendar)) return undefined;
  const component = calendar.getFirstSubcomponent('vevent');
  const event = component === null ? undefined : new ICAL.Event(component);
  return event?.startDate instanceof ICAL.Time ? event : undefined;
}

const secondsOf = (event: ICAL.Event): number => Math.max(0, event.duration.toSeconds());

/** Whether a single event says the start and the duration of an occurrence of the object. */
export function plansOccurrence(base: string, single: string): boolean {
  const plan = planOf(single);
  if (plan === undefined || plan.recurs) return false;
  const plans = readable(() => {
    const event = eventOf(base);
    return event && secondsOf(event) === plan.duration && startAt(event, 0, plan.start) === plan.start;
  });
  return plans === true;
}

/**
 * The object as one VEVENT in UTC, for clients that understand no zones and no rules: the occurrence that goes on at
 * `now` or comes next, else the last one; duration in hours, minutes and seconds. A rule that can't be followed soon counts as
 * its first occurrence; what can't be read stays as it is.
 */
export const singleEvent = (base: string, now = Date.now()): string => readable(() => single(base, now)) ?? base;

function single(base: string, now: number): string | undefined {
  const event = eventOf(base);
  if (event === undefined) return undefined;
  const duration = secondsOf(event);
  const start = startAt(event, duration, now);
  const lines = [
    'BEGIN:VCALENDAR',
    'PRODID:-//Plenary//Conference//EN',
    'VERSION:2.0',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    `DTSTAMP:${utc(start)}`,
    `DTSTART:${utc(start)}`,
    ...(duration === 0 ? [] : [`DURATION:${inHours(duration)}`]),
    `UID:${event.uid || 'conference'}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

const DAY = 86_400_000;

function startAt(event: ICAL.Event, duration: number, now: number): number {
  let start = instantOf(event, event.startDate);
  if (!event.isRecurring()) return start;
  const steps = stepsThrough(event.component);
  if (steps === 0) return start;
  const over = now - duration * 1000 - 2 * DAY; // in every zone
  const occurrences = event.iterator(laterStart(event, over));
  for (let step = 0; step < steps; step++) {
    const next = occurrences.next() as ICAL.Time | null | undefined;
    if (next === null || next === undefined) break;
    start = instantOf(event, next);
    if (start + duration * 1000 >= now) break;
  }
  return start;
}

/** By the IANA zone that its TZID names, else by the object's own VTIMEZONE; one without any zone is UTC. */
function instantOf(event: ICAL.Event, time: ICAL.Time): number {
  const zone = event.component.getFirstProperty('dtstart')?.getFirstParameter('tzid');
  if (zone !== undefined && isZone(zone) && time.zone !== ICAL.Timezone.utcTimezone)
    return instantIn(zone, wallOf(time));
  return time.zone === ICAL.Timezone.localTimezone ? wallOf(time) : time.toUnixTime() * 1000;
}

const utc = (at: number): string => new Date(at).toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '');

function inHours(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `PT${['H', 'M', 'S'].map((unit, index) => (parts[index] ? `${String(parts[index])}${unit}` : '')).join('')}`;
}
