import { scheduleDefaults, type ScheduleLimits } from '../../lib/schedule/limits.ts';
import { RecurrenceSet } from '../../lib/schedule/recurrence-set.ts';

/** An iCalendar object of events, each a list of lines. */
export const calendar = (...events: readonly (readonly string[])[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//x//x//EN',
    ...events.flatMap((lines) => ['BEGIN:VEVENT', 'UID:u', 'DTSTAMP:20260101T000000Z', ...lines, 'END:VEVENT']),
    'END:VCALENDAR',
    '',
  ].join('\r\n');

export const setOf = (text: string, limits: Partial<ScheduleLimits> = {}): RecurrenceSet =>
  new RecurrenceSet(text, { ...scheduleDefaults, ...limits });

/** The first starts, in UTC to the minute: `2026-03-04 09:00`. */
export function starts(set: RecurrenceSet, most: number, from = -Infinity): string[] {
  const found: string[] = [];
  for (const { start } of set.from(from)) {
    if (found.length === most) break;
    found.push(shown(start));
  }
  return found;
}

export const shown = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
