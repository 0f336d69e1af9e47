import ICAL from 'ical.js';
import { instantIn } from './zone.ts';

/** Start and length of what an iCalendar object plans, and whether it recurs. */
export interface Plan {
  /** Milliseconds since 1970. */
  readonly start: number;
  /** Seconds; 0 when the object says none. */
  readonly duration: number;
  readonly recurs: boolean;
}

/** Occurrences passed over, at most, on the way to the next one. */
const MOST_STEPS = 5000;

/** Reads the first VEVENT of a `base` (RFC 6501 §4.2.5, RFC 5545); undefined when there is none that can be read. */
export function planOf(base: string): Plan | undefined {
  const event = eventOf(base);
  if (event === undefined) return undefined;
  return { start: instantOf(event, event.startDate), duration: secondsOf(event), recurs: event.isRecurring() };
}

function eventOf(base: string): ICAL.Event | undefined {
  try {
    const component = new ICAL.Component(ICAL.parse(base.trim()) as unknown[]).getFirstSubcomponent('vevent');
    const event = component === null ? undefined : new ICAL.Event(component);
    return event?.startDate instanceof ICAL.Time ? event : undefined;
  } catch {
    return undefined;
  }
}

const secondsOf = (event: ICAL.Event): number => Math.max(0, event.duration.toSeconds());

/** Whether a single event says the start and the duration of an occurrence of the object. */
export function plansOccurrence(base: string, single: string): boolean {
  const [event, plan] = [eventOf(base), planOf(single)];
  if (event === undefined || plan === undefined || plan.recurs || secondsOf(event) !== plan.duration) return false;
  return startAt(event, 0, plan.start) === plan.start;
}

/**
 * The object as one VEVENT in UTC, for clients that understand no zones and no rules: the occurrence that goes on at
 * `now` or comes next, else the last one; duration in hours, minutes and seconds. What can't be read stays as it is.
 */
export function singleEvent(base: string, now = Date.now()): string {
  const event = eventOf(base);
  if (event === undefined) return base;
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

function startAt(event: ICAL.Event, duration: number, now: number): number {
  let start = instantOf(event, event.startDate);
  if (!event.isRecurring()) return start;
  const occurrences = event.iterator();
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = occurrences.next() as ICAL.Time | null | undefined;
    if (next === null || next === undefined) break;
    start = instantOf(event, next);
    if (start + duration * 1000 >= now) break;
  }
  return start;
}

/** A time without a VTIMEZONE in the object is of the zone that its TZID names; one without any zone is UTC. */
function instantOf(event: ICAL.Event, time: ICAL.Time): number {
  if (time.zone !== ICAL.Timezone.localTimezone) return time.toUnixTime() * 1000;
  const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
  const zone = event.component.getFirstProperty('dtstart')?.getFirstParameter('tzid');
  return zone === undefined ? wall : instantIn(zone, wall);
}

const utc = (at: number): string => new Date(at).toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '');

function inHours(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `PT${['H', 'M', 'S'].map((unit, index) => (parts[index] ? `${String(parts[index])}${unit}` : '')).join('')}`;
}
