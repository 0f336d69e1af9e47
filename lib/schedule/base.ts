import { LRUCache } from 'lru-cache';
import { scheduleDefaults } from './limits.ts';
import { type Occurrence, RecurrenceSet } from './recurrence-set.ts';
import { stamp } from './written-times.ts';

/** Of the conferences that clients without rules look at again and again. */
const remembered = new LRUCache<string, { readonly set: RecurrenceSet | undefined }>({ max: 200 });

function setOf(base: string): RecurrenceSet | undefined {
  let known = remembered.get(base);
  if (known === undefined) remembered.set(base, (known = { set: readable(base) }));
  return known.set;
}

/** What people stored before it was checked need not be iCalendar. */
function readable(base: string): RecurrenceSet | undefined {
  try {
    return new RecurrenceSet(base, scheduleDefaults);
  } catch {
    return undefined;
  }
}

/**
 * The object as one VEVENT in UTC, for clients that understand no zones and no rules: the occurrence that goes on at
 * `now` or comes next, else the last; duration in hours, minutes and seconds. What can't be read stays as it is.
 */
export function singleEvent(base: string, now = Date.now()): string {
  const set = setOf(base);
  const [next] = set?.from(now) ?? [];
  const shown = next ?? set?.upTo(now);
  return set === undefined || shown === undefined ? base : eventOf(shown, set.uid);
}

/** An occurrence as an iCalendar object of one VEVENT in UTC. */
export function eventOf({ start, end }: Occurrence, uid: string): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'PRODID:-//Plenary//Conference//EN',
    'VERSION:2.0',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    `DTSTAMP:${stamp(start)}`,
    `DTSTART:${stamp(start)}`,
    ...(end === undefined ? [] : [`DURATION:${inHours((end - start) / 1000)}`]),
    `UID:${uid || 'conference'}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function inHours(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `PT${['H', 'M', 'S'].map((unit, index) => (parts[index] ? `${String(parts[index])}${unit}` : '')).join('')}`;
}
