import type { OccurrenceRange } from '../model/conference-object.ts';
import type { RecurrenceSet } from './recurrence-set.ts';
import { stamp } from './written-times.ts';

const DAY = 86_400_000;

/**
 * Which occurrences a range stands for when the times of its series change: those of the same ids where they are still
 * there, else those of the same days, else those as far from the first as before; undefined where there are none.
 */
export function carried(
  range: OccurrenceRange,
  before: RecurrenceSet,
  after: RecurrenceSet,
): OccurrenceRange | undefined {
  const from = counterpart(range.from, before, after);
  if (range.to === range.from) return from === undefined ? undefined : { from, to: from };
  const to =
    range.to === undefined ? undefined : (counterpart(range.to, before, after) ?? sameTime(range.to, before, after));
  const first = from ?? after.idFrom(before.wallOf(range.from));
  if (first === undefined || (to !== undefined && first > to)) return undefined;
  return { from: first, ...(to !== undefined && { to }) };
}

function counterpart(id: string, before: RecurrenceSet, after: RecurrenceSet): string | undefined {
  if (after.find(id) !== undefined) return id;
  const wall = before.wallOf(id);
  const day = wall - (wall % DAY);
  const sameDay = after.idFrom(day);
  if (sameDay !== undefined && after.wallOf(sameDay) < day + DAY) return sameDay;
  const moved = stamp(after.origin.zone.instantOf(wall + after.origin.wall - before.origin.wall));
  return after.find(moved) === undefined ? undefined : moved;
}

/** No occurrence, but where one would stand. */
const sameTime = (id: string, before: RecurrenceSet, after: RecurrenceSet): string =>
  stamp(after.origin.zone.instantOf(before.wallOf(id)));
