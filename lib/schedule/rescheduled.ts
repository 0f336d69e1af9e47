import type ICAL from 'ical.js';
import { parsed } from './calendar.ts';
import type { ScheduleLimits } from './limits.ts';
import { planOf } from './plan.ts';
import { type Occurrence, RecurrenceSet } from './recurrence-set.ts';

/** Occurrences of a series that are compared. */
const COMPARED = 50;

const NOTHING: ReadonlySet<string> = new Set();

/**
 * Which occurrences are rescheduled when one iCalendar object becomes another (RFC 6638 §3.2.8): `all` where the series takes
 * place at other times or at more, else the ids of single ones that are moved or reinstated. What is cancelled, or ends
 * earlier as a series, leaves all others as they were.
 */
export function rescheduled(before: string, after: string, limits: ScheduleLimits): 'all' | ReadonlySet<string> {
  if (before.trim() === after.trim()) return NOTHING;
  try {
    const [old, next] = [before, after].map((text) => planOf(text, limits));
    if (old === undefined || next === undefined || next.cancelled) return NOTHING;
    if (old.cancelled || hasNewTimes(seriesOf(before, limits), seriesOf(after, limits))) return 'all';
    return new Set(
      [...old.singledOut, ...next.singledOut].filter((id) => {
        const [was, is] = [old.find(id), next.find(id)];
        return is !== undefined && (was === undefined || was.start !== is.start || was.end !== is.end);
      }),
    );
  } catch {
    return NOTHING; // what was stored before it was checked
  }
}

/** The series without what changes or excludes single occurrences. */
function seriesOf(text: string, limits: ScheduleLimits): RecurrenceSet {
  const calendar = parsed(text);
  const events = calendar.getAllSubcomponents('vevent');
  const lead = events.find((event) => !isSingle(event)) ?? events[0];
  for (const event of events) if (event !== lead && isSingle(event)) calendar.removeSubcomponent(event);
  lead?.removeAllProperties('exdate');
  return new RecurrenceSet(calendar.toString(), limits);
}

const isSingle = (event: ICAL.Component): boolean => {
  const id = event.getFirstProperty('recurrence-id');
  return id !== null && !/^THISANDFUTURE$/i.test(id.getFirstParameter('range'));
};

/** Whether an occurrence of one is none of the other, or at another time. */
function hasNewTimes(before: RecurrenceSet, after: RecurrenceSet): boolean {
  const known = new Map(first(before).map((one) => [one.id, one]));
  for (const { id, start, end } of first(after)) {
    const was = known.get(id) ?? before.find(id);
    if (was === undefined || was.start !== start || was.end !== end) return true;
  }
  const [old, next] = [before.last, after.last];
  return old !== undefined && (next === undefined || next > old);
}

function first(set: RecurrenceSet): Occurrence[] {
  const found: Occurrence[] = [];
  for (const one of set.from(-Infinity)) if (found.push(one) === COMPARED) break;
  return found;
}
