import ICAL from 'ical.js';
import type { OccurrenceRange } from '../../model/conference-object.ts';
import type { ScheduleLimits } from '../../schedule/limits.ts';
import { RecurrenceSet } from '../../schedule/recurrence-set.ts';
import { momentOf, timeOf, utcTime } from '../../schedule/written-times.ts';
import { copied } from '../event/copied.ts';
import type { DefiniteCalendar, OccurrenceId } from './definite.ts';
import { objectText } from './writing.ts';

/** The series with an occurrence as another object has it. */
export function withOccurrence(calendar: DefiniteCalendar, id: OccurrenceId, own: DefiniteCalendar): DefiniteCalendar {
  const event = copied(own.events.get('') ?? new ICAL.Component('vevent'));
  event.removeAllProperties('recurrence-id');
  event.addProperty(calendar.naming('recurrence-id', id));
  return {
    ...calendar,
    events: new Map([...calendar.events, [id, event]]),
    excluded: new Set([...calendar.excluded].filter((one) => one !== id)),
    zones: new Map([...own.zones, ...calendar.zones]),
  };
}

/** Occurrences of one range are left out one by one, at most so many. */
const MOST_LEFT_OUT = 1_000;

/** The series without occurrences that are told as a series of their own. */
export function withoutRange(
  calendar: DefiniteCalendar,
  { from, to }: OccurrenceRange,
  limits: ScheduleLimits,
): DefiniteCalendar {
  const isOut = (id: OccurrenceId): boolean => id >= from && (to === undefined || id <= to);
  const events = new Map([...calendar.events].filter(([id]) => id === '' || !isOut(id)));
  if (to === undefined) {
    const series = copied(events.get('') ?? new ICAL.Component('vevent'));
    for (const rule of series.getAllProperties('rrule')) endBefore(rule, momentOf(from), series);
    events.set('', series);
    return { ...calendar, events };
  }
  const excluded = new Set(calendar.excluded);
  for (const { id } of new RecurrenceSet(objectText(calendar), { ...limits, length: Infinity }).from(momentOf(from))) {
    if (id > to || excluded.size > MOST_LEFT_OUT) break;
    if (isOut(id)) excluded.add(id);
  }
  return { ...calendar, events, excluded };
}

function endBefore(property: ICAL.Property, moment: number, series: ICAL.Component): void {
  const rule: unknown = property.getFirstValue();
  const start: unknown = series.getFirstPropertyValue('dtstart');
  if (!(rule instanceof ICAL.Recur) || !(start instanceof ICAL.Time)) return;
  const ended = rule.clone();
  ended.count = null;
  ended.until = start.isDate ? timeOf(moment - 86_400_000, true) : utcTime(moment - 1_000);
  property.setValue(ended);
}
