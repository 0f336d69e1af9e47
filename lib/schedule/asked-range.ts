import ICAL from 'ical.js';
import type { OccurrenceRange } from '../model/conference-object.ts';
import { Calendar, instantOf } from './calendar.ts';
import type { ScheduleLimits } from './limits.ts';
import type { RecurrenceSet } from './recurrence-set.ts';
import { momentOf, stamp } from './written-times.ts';
import { UnusableTime } from './unusable-time.ts';

/**
 * Of which occurrences of a series an iCalendar object tells, where each of its events has a RECURRENCE-ID: of one; with
 * THISANDFUTURE of all after it too, as far as an RRULE with UNTIL or COUNT reaches. Undefined where it tells of a series.
 * @throws {UnusableTime} inconsistent, where it tells of several one by one
 */
export function rangeAsked(text: string, series: RecurrenceSet, limits: ScheduleLimits): OccurrenceRange | undefined {
  const calendar = new Calendar(text, limits);
  const events = calendar.events.map((event) => ({ event, property: event.getFirstProperty('recurrence-id') }));
  const told = events.flatMap(({ event, property }) => (property === null ? [] : [{ event, property }]));
  if (told.length === 0 || told.length < events.length) return undefined;
  const ofMany = told.filter(({ property }) => isOfMany(property));
  const [only, ...more] = ofMany.length > 0 ? ofMany : told;
  if (only === undefined || more.length > 0)
    throw new UnusableTime('inconsistent', 'Change one occurrence at a time, or several by RANGE=THISANDFUTURE.');
  return rangeOfEvent(only.event, only.property, calendar, series);
}

/** The occurrences of which an event with RECURRENCE-ID tells. @throws {UnusableTime} */
export function rangeOfEvent(
  event: ICAL.Component,
  id: ICAL.Property,
  calendar: Calendar,
  series: RecurrenceSet,
): OccurrenceRange {
  const at = calendar.moment(id);
  const from = (at.isDay && !series.origin.isDay ? series.idFrom(at.wall) : undefined) ?? stamp(instantOf(at));
  if (!isOfMany(id)) return { from, to: from };
  const recur = event.getFirstPropertyValue('rrule');
  const to = recur instanceof ICAL.Recur ? lastOf(recur, from, series, calendar.limits) : undefined;
  return { from, ...(to !== undefined && { to }) };
}

const isOfMany = (id: ICAL.Property): boolean => /^THISANDFUTURE$/i.test(id.getFirstParameter('range'));

function lastOf(
  { count, until }: ICAL.Recur,
  from: string,
  series: RecurrenceSet,
  { occurrences }: ScheduleLimits,
): string | undefined {
  const end = until ? until.toUnixTime() * 1000 + (until.isDate ? 86_400_000 - 1 : 0) : Infinity;
  const most = count ?? (until ? occurrences : 0);
  let last: string | undefined;
  let next: string | undefined = from;
  for (let told = 0; told < most && next !== undefined && momentOf(next) <= end; told++) {
    last = next;
    next = series.idFrom(series.wallOf(next) + 1);
  }
  return last;
}
