import { LRUCache } from 'lru-cache';
import type { ScheduleLimits } from './limits.ts';
import { RecurrenceSet } from './recurrence-set.ts';

/** Characters of the objects that are remembered under one set of limits. */
const REMEMBERED = 400_000;

const remembered = new WeakMap<ScheduleLimits, LRUCache<string, RecurrenceSet>>();

/**
 * What an iCalendar object plans: a series and what stands for its occurrences ask for the same again and again.
 * @throws {UnusableTime}
 */
export function planOf(text: string, limits: ScheduleLimits): RecurrenceSet {
  let plans = remembered.get(limits);
  if (plans === undefined) {
    plans = new LRUCache({ max: 50, maxSize: REMEMBERED, sizeCalculation: (_, key) => key.length + 1 });
    remembered.set(limits, plans);
  }
  let plan = plans.get(text);
  if (plan === undefined) plans.set(text, (plan = new RecurrenceSet(text, limits)));
  return plan;
}
