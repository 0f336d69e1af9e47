import { LRUCache } from 'lru-cache';
import type { ConferenceObject, ObjectEdit, OccurrenceRange } from '../model/conference-object.ts';
import { XCON } from '../model/names.ts';
import type { Part } from '../model/part.ts';
import { ConferenceTime, type Window, windowDefaults, type WindowRules } from '../schedule/conference-time.ts';
import { scheduleDefaults, type ScheduleLimits } from '../schedule/limits.ts';
import { UnusableTime } from '../schedule/unusable-time.ts';
import { DESCRIPTION_SECTION } from './lists.ts';
import { Refusal } from './refusal.ts';

export interface TimeRules extends ScheduleLimits, WindowRules {
  /** Occurrences that are compared with one another when times are set. */
  readonly compared: number;
  /** Seconds that an occurrence without an end takes, as far as others plan around it. */
  readonly assumedLength: number;
  /** Days ahead for which room is booked, and about which one may ask who is free. */
  readonly horizon: number;
}

export const timeDefaults: TimeRules = {
  ...scheduleDefaults,
  ...windowDefaults,
  compared: 100,
  assumedLength: 3_600,
  horizon: 400,
};

/** How long others plan around an occurrence, in milliseconds. */
export const lengthOf = ({ start, ends }: Pick<Window, 'start' | 'ends'>, { assumedLength }: TimeRules): number =>
  ends === undefined ? assumedLength * 1000 : Math.max(0, ends - start);

interface Remembered {
  readonly time: ConferenceTime | undefined;
  /** For which occurrences others stand. */
  readonly without: readonly OccurrenceRange[] | undefined;
}

/** Rules take far more memory than the text that has them, so only those in use are kept. */
const remembered = new LRUCache<Part, Remembered>({ max: 500 });

/**
 * When a conference takes place, without the occurrences for which its children stand; undefined where it has no times
 * that can be followed. Made once for each description.
 */
export function timesOf(object: ConferenceObject, rules: TimeRules): ConferenceTime | undefined {
  const { kind, children: without } = object.header;
  const part = kind === 'conference' ? object.sections.get(DESCRIPTION_SECTION) : undefined;
  if (part?.element.first(XCON, 'conference-time') === undefined) return undefined;
  let known = remembered.get(part);
  if (known?.without !== without) known = undefined;
  if (known === undefined)
    remembered.set(part, (known = { time: readable(() => read(part, rules, without)), without }));
  return known.time;
}

const read = (part: Part, rules: TimeRules, without?: readonly OccurrenceRange[]): ConferenceTime | undefined =>
  ConferenceTime.of(part.element.first(XCON, 'conference-time'), rules, without);

/** Times that were stored before they were checked are as none. */
function readable<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Checks the times that an edit sets. @throws {Refusal} malformed, conflict */
export function checkTimes(edit: ObjectEdit, rules: TimeRules, now: number): void {
  const part = edit.now.header.kind === 'conference' ? edit.now.sections.get(DESCRIPTION_SECTION) : undefined;
  const before = edit.before.sections.get(DESCRIPTION_SECTION);
  if (part === undefined || part === before) return;
  const asked = part.element.first(XCON, 'conference-time');
  if (asked === undefined || asked === before?.element.first(XCON, 'conference-time')) return;
  try {
    const without = edit.now.header.children;
    const time = read(part, rules, without);
    time?.checkFrom(now, rules.compared);
    remembered.set(part, { time, without });
  } catch (error) {
    // The libraries find out late, and in errors of their own, what nobody can read.
    if (!(error instanceof UnusableTime))
      throw new Refusal('malformed', 'The conference-time can not be read as times.');
    throw new Refusal(error.flaw === 'malformed' ? 'malformed' : 'conflict', error.message);
  }
}
