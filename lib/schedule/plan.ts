import { LRUCache } from 'lru-cache';
import type { ScheduleLimits } from './limits.ts';
import { RecurrenceSet } from './recurrence-set.ts';

/**
 * Objects that are remembered under one set of limits, and their characters. No setting: it serves one series and its children
 * while they are planned, however many series there are.
 */
const REMEMBERED = { max: 50, maxSize: 400_000 };

const remembered = new WeakMap<ScheduleLimits, LRUCache<string, RecurrenceSet>>();

/**
 * What an iCalendar object plans: a series and what stands for its occurrences ask for the same again and again.
 * @throws {UnusableTime}
 */
export function planOf(text: string, limits: ScheduleLimits): RecurrenceSet {
  let plans = remembered.get(limits);
  if (plans === undefined) {
    plans = new LRUCache({ ...REMEMBERED, sizeCalculation: (_, key) => key.length + 1 });
    remembered.set(limits, plans);
  }
  let plan = plans.get(text);
  if (plan === undefined) plans.set(text, (plan = new RecurrenceSet(text, limits)));
  return plan;
}
