import type { ScheduleLimits } from '../../schedule/limits.ts';
import { type Occurrence, RecurrenceSet } from '../../schedule/recurrence-set.ts';
import { UnusableTime } from '../../schedule/unusable-time.ts';
import { namedZone, UTC } from '../../schedule/zone.ts';

/** Occurrences that are written out. */
const NEXT = 4;

/** When it takes place, line by line, on the clocks of a zone. */
export function whenLines(occurrences: Iterable<Occurrence>, zone: string): string[] {
  const lines: string[] = [];
  for (const one of occurrences) {
    if (lines.length === NEXT) return [...lines, 'and so on'];
    lines.push(occurrenceLine(one, zone));
  }
  return lines;
}

/** When what an iCalendar object says takes place from now on; in the zone that its first event names. */
export function upcomingLines(text: string, limits: ScheduleLimits, now: number): string[] {
  const own = /^DTSTART;(?:[^:\r\n]*;)?TZID="?([^":;\r\n]+)/im.exec(text)?.[1];
  try {
    return whenLines(new RecurrenceSet(text, limits).from(now), own ?? limits.zone);
  } catch (error) {
    if (error instanceof UnusableTime) return [];
    throw error;
  }
}

/** `Monday, 7 January 2030, 09:00 – 10:00 (Europe/Berlin)`. */
export function occurrenceLine({ start, end }: Pick<Occurrence, 'start' | 'end'>, zone: string): string {
  const clock = namedZone(zone);
  const shown = (instant: number, format: Intl.DateTimeFormat): string => format.format((clock ?? UTC).wallOf(instant));
  const until =
    end === undefined
      ? ''
      : ` – ${shown(end, DAY) === shown(start, DAY) ? '' : `${shown(end, DAY)}, `}${shown(end, TIME)}`;
  return `${shown(start, DAY)}, ${shown(start, TIME)}${until} (${clock === undefined ? 'UTC' : zone})`;
}

/** `in 15 minutes`, in the largest unit that is not too coarse. */
export function inTime(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return 'now';
  const [count, unit] =
    minutes < 120
      ? [minutes, 'minute']
      : minutes < 2_880
        ? [Math.round(minutes / 60), 'hour']
        : [Math.round(minutes / 1_440), 'day'];
  return `in ${count} ${unit}${count === 1 ? '' : 's'}`;
}

// Times on the clock stand in milliseconds as if they were UTC.
const DAY = new Intl.DateTimeFormat('en-GB', {
  ...{ timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
});
const TIME = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
