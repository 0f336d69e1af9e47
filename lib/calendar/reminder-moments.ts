import { DESCRIPTION_SECTION } from '../conference/lists.ts';
import { timesOf, type TimeRules } from '../conference/times.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { POLICY } from '../model/names.ts';
import type { Part } from '../model/part.ts';
import type { Window } from '../schedule/conference-time.ts';
import { answerOf } from './event/answer.ts';

export type ReminderWay = 'mail' | 'callback';

/** Somebody is to be reminded of an occurrence. */
export interface Reminder {
  readonly user: XconUserId;
  readonly by: ReminderWay;
  /** Seconds. */
  readonly before: number;
  readonly occurrence: Pick<Window, 'id' | 'start' | 'end'>;
}

interface Setting {
  readonly before: number;
  readonly by: string;
}

/** The reminders that a description sets for everybody, or a user for herself. */
const remindersIn = (part: Part | undefined): Setting[] =>
  (part?.element.all(POLICY, 'reminder') ?? []).map((one) => ({
    before: Number(one.attribute('before')),
    by: one.attribute('by')?.trim() ?? '',
  }));

const isWay = (by: string): by is ReminderWay => by === 'mail' || by === 'callback';

/** Who is reminded how: as she has said herself, else as the conference says. Who has declined is not. */
function* wishesOf(object: ConferenceObject): Generator<{ user: XconUserId; before: number; by: ReminderWay }> {
  const common = remindersIn(object.sections.get(DESCRIPTION_SECTION));
  for (const [user, { facts, part }] of object.users) {
    if (facts.origin === 'joined' || facts.alias !== undefined || answerOf(part.element) === 'DECLINED') continue;
    const own = remindersIn(part);
    for (const { before, by } of own.length > 0 ? own : common) if (isWay(by)) yield { user, before, by };
  }
}

/** Occurrences that are the object's own, those for which a child stands are the child's. */
const occurrencesFrom = (object: ConferenceObject, rules: TimeRules, moment: number): Iterable<Window> =>
  timesOf(object, rules)?.from(moment) ?? [];

/** When somebody is to be reminded next, after a moment. */
export function nextReminder(object: ConferenceObject, rules: TimeRules, since: number): number | undefined {
  const leads = [...new Set([...wishesOf(object)].map(({ before }) => before * 1_000))];
  if (leads.length === 0) return undefined;
  const longest = Math.max(...leads);
  let next = Infinity;
  for (const { start } of occurrencesFrom(object, rules, since)) {
    if (start - longest >= next) break;
    for (const lead of leads) if (start - lead > since) next = Math.min(next, start - lead);
  }
  return next === Infinity ? undefined : next;
}

/** Who is to be reminded now: what came due after `since` and has not begun. */
export function dueReminders(object: ConferenceObject, rules: TimeRules, since: number, now: number): Reminder[] {
  const wishes = [...wishesOf(object)];
  const longest = Math.max(0, ...wishes.map(({ before }) => before * 1_000));
  const due: Reminder[] = [];
  for (const { id, start, end } of occurrencesFrom(object, rules, now)) {
    if (start - longest > now) break;
    if (start < now) continue;
    for (const { user, before, by } of wishes) {
      const at = start - before * 1_000;
      if (at > since && at <= now)
        due.push({ user, by, before, occurrence: { id, start, ...(end !== undefined && { end }) } });
    }
  }
  return due;
}
