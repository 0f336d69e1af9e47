import type { ConferenceObject, ObjectEdit, OccurrenceRange } from '../model/conference-object.ts';
import { CONFERENCE, type ElementDefinition } from '../model/definitions.ts';
import { XCON, xcon } from '../model/names.ts';
import { expanded } from '../model/shape.ts';
import { carried } from '../schedule/carried.ts';
import { ConferenceTime, type Window } from '../schedule/conference-time.ts';
import { type NewTime, newTimeIn, partOfSeries } from '../schedule/part-of-series.ts';
import { isSameRange, rangeOf } from '../schedule/range.ts';
import { planOf } from '../schedule/plan.ts';
import type { RecurrenceSet } from '../schedule/recurrence-set.ts';
import { UnusableTime } from '../schedule/unusable-time.ts';
import type { XmlElement } from '../xml/element.ts';
import { inherited } from './inheriting.ts';
import { DESCRIPTION_SECTION } from './lists.ts';
import { withOffsetsKept, withOffsetsMoved } from './offsets.ts';
import { Refusal } from './refusal.ts';
import type { TimeRules } from './times.ts';

// The times of a child are those of its series, told for its occurrences alone: one entry whose base has their ids.

const ENTRY = definitionOf('conference-description', 'conference-time', 'entry');

function definitionOf(...path: readonly string[]): ElementDefinition {
  return path.reduce((parent, local) => {
    const found = parent.children().find((child) => child.local === local);
    if (found === undefined) throw new Error(`the model has no ${expanded(parent)} with ${local}`);
    return found;
  }, CONFERENCE);
}

/** `conference-time` of an object. */
export const timeElementOf = ({ sections }: Pick<ConferenceObject, 'sections'>): XmlElement | undefined =>
  sections.get(DESCRIPTION_SECTION)?.element.first(XCON, 'conference-time');

export const entriesOf = (time: XmlElement | undefined): XmlElement[] => time?.all(XCON, 'entry') ?? [];
export const baseOf = (entry: XmlElement | undefined): string => entry?.first(XCON, 'base')?.text ?? '';

/** What a base plans; undefined where it can't be read. */
export function plan(base: string, rules: TimeRules): RecurrenceSet | undefined {
  try {
    return planOf(base, rules);
  } catch {
    return undefined;
  }
}

/** The first entry of a conference-time that plans an occurrence of this id, and what it plans. */
export function entryWith(
  time: XmlElement | undefined,
  id: string,
  rules: TimeRules,
): { readonly entry: XmlElement; readonly set: RecurrenceSet } | undefined {
  for (const entry of entriesOf(time)) {
    const set = plan(baseOf(entry), rules);
    if (set?.find(id) !== undefined) return { entry, set };
  }
  return undefined;
}

/** The entry that plans the occurrences of a range; what stands for some has but one. */
export function entryOf(time: XmlElement | undefined, { entry = 0 }: OccurrenceRange): XmlElement | undefined {
  const entries = entriesOf(time);
  return entries.length === 1 ? entries[0] : entries[entry];
}

/** A range by its ids, with the entry to which they belong: the first that has such an occurrence. */
export function located(object: ConferenceObject, range: OccurrenceRange, rules: TimeRules): OccurrenceRange {
  const { from, to, entry } = range;
  if (entry !== undefined) return rangeOf(range);
  const found = entriesOf(timeElementOf(object)).findIndex((one) => plan(baseOf(one), rules)?.find(from) !== undefined);
  return rangeOf({ from, ...(to !== undefined && { to }), entry: object.header.stands?.entry ?? Math.max(0, found) });
}

/** The first occurrence of a range, as its entry plans it. */
export function firstWindow(object: ConferenceObject, range: OccurrenceRange, rules: TimeRules): Window | undefined {
  const time = timeElementOf(object);
  const entry = entryOf(time, range);
  return entry && timeOf(entry, rules)?.find(range.from);
}

const remembered = new WeakMap<XmlElement, { readonly rules: TimeRules; readonly time: ConferenceTime | undefined }>();

/** What one entry says, made once. */
function timeOf(entry: XmlElement, rules: TimeRules): ConferenceTime | undefined {
  let known = remembered.get(entry);
  if (known?.rules !== rules) {
    const time = ConferenceTime.of(xcon('conference-time', {}, [entry]), rules);
    remembered.set(entry, (known = { rules, time }));
  }
  return known.time;
}

/** What a range of a series is told as. @throws {Refusal} conflict */
export function timesOfRange(
  time: XmlElement | undefined,
  range: OccurrenceRange,
  rules: TimeRules,
  moved?: NewTime,
): XmlElement {
  const entry = entryOf(time, range);
  const set = plan(baseOf(entry), rules);
  if (time === undefined || entry === undefined || set?.find(range.from) === undefined)
    throw new Refusal('conflict', `There is no occurrence ${range.from}: the ids stand in the list of occurrences.`);
  if (range.to !== undefined && set.find(range.to) === undefined)
    throw new Refusal('conflict', `There is no occurrence ${range.to} of the same series.`);
  return time.withChildren([entryOfRange(entry, range, rules, moved)]);
}

function entryOfRange(
  entry: XmlElement,
  range: OccurrenceRange,
  rules: TimeRules,
  moved: NewTime | undefined,
): XmlElement {
  return understood(() => {
    const base = partOfSeries(baseOf(entry), range, rules, moved);
    const [before, after] = [baseOf(entry), base].map((text) => planOf(text, rules).start);
    return withBase(withOffsetsMoved(entry, (after ?? 0) - (before ?? 0)), base);
  });
}

export const withBase = (entry: XmlElement, base: string): XmlElement =>
  entry.withChildren(entry.children.map((one) => (isBase(one) ? one.withChildren([base]) : one)));

const isBase = (child: XmlElement['children'][number]): child is XmlElement =>
  typeof child !== 'string' && 'is' in child && child.is(XCON, 'base');

/** @throws {Refusal} for times that are none, or can't be */
function understood<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (!(error instanceof UnusableTime)) throw new Refusal('malformed', 'The base can not be read as times.');
    throw new Refusal(error.flaw === 'malformed' ? 'malformed' : 'conflict', error.message);
  }
}

/**
 * What stands for which occurrences after the times of a series have changed; what has none left keeps what it had. What
 * an edit has set already stays.
 */
export function carryChildren(edit: ObjectEdit, rules: TimeRules): void {
  const { header } = edit.now;
  if (header.children === undefined || header.children !== edit.before.header.children) return;
  if (hasSamePlans(edit.before, edit.now)) return;
  const children = header.children.map((child) => {
    const range = carriedRange(child, edit.before, edit.now, rules) ?? child;
    return isSameRange(range, child) ? child : { ...range, uri: child.uri };
  });
  if (children.some((child, index) => child !== header.children?.[index])) edit.setHeader({ ...header, children });
}

/** Whether children stand for the same occurrences of both. */
export const hasSamePlans = (before: ConferenceObject, after: ConferenceObject): boolean =>
  timeElementOf(before) === timeElementOf(after) && before.header.stands?.entry === after.header.stands?.entry;

/** Undefined where nothing is left. */
export function carriedRange(
  range: OccurrenceRange,
  before: ConferenceObject,
  after: ConferenceObject,
  rules: TimeRules,
): OccurrenceRange | undefined {
  const was = entryOf(timeElementOf(before), range);
  const old = plan(baseOf(was), rules);
  if (was === undefined || old?.find(range.from) === undefined) return undefined;
  const entries = entriesOf(timeElementOf(after)).map((entry, place) => ({ place, set: plan(baseOf(entry), rules) }));
  const place = after.header.stands === undefined ? (range.entry ?? 0) : 0;
  // That of the same UID, else that in the same place, else any.
  const rank = (one: (typeof entries)[number]): number =>
    (old.uid !== '' && one.set?.uid === old.uid ? 0 : 2) + (one.place === place ? 0 : 1);
  for (const { set, place: entry } of entries.toSorted((a, b) => rank(a) - rank(b) || a.place - b.place)) {
    const found = set && carried(range, old, set);
    const { stands } = after.header;
    if (found !== undefined) return rangeOf({ ...found, entry: stands === undefined ? entry : (stands.entry ?? 0) });
  }
  return undefined;
}

/** What a child's entry becomes with its parent's times; what the child set otherwise stays. @throws {Refusal} conflict */
export function followTimes(
  own: XmlElement,
  stands: OccurrenceRange & { readonly moved?: true },
  range: OccurrenceRange,
  [before, after]: readonly [XmlElement | undefined, XmlElement | undefined],
  rules: TimeRules,
): XmlElement {
  const [entry] = entriesOf(own);
  const moved = stands.moved === true ? newTimeIn(baseOf(entry)) : undefined;
  const [was] = entriesOf(timesOfRange(before, stands, rules, moved));
  const [will] = entriesOf(timesOfRange(after, range, rules, moved));
  if (will === undefined) return own;
  const followed = inherited(ENTRY, was, will, entry) ?? will;
  return own.withChildren([withBase(followed, baseOf(will))]);
}

/** Occurrences that are compared where somebody sends back the rule of a child. */
const COMPARED = 50;

/**
 * The times that somebody sets. For a child they say when its first occurrence begins, and how long each takes; its rule
 * is the series'. Offsets that are not sent move along.
 * @throws {Refusal} malformed, conflict
 */
export function timesAsked(edit: ObjectEdit, asked: XmlElement, rules: TimeRules): XmlElement {
  const { stands } = edit.now.header;
  const current = timeElementOf(edit.now);
  const [entry, ...more] = entriesOf(asked);
  const [old] = entriesOf(current);
  if (stands === undefined || old === undefined) return kept(current, asked, rules);
  if (entry === undefined || more.length > 0)
    throw new Refusal('conflict', 'What stands for occurrences of a series has one entry: when its first one is.');
  const sent = baseOf(entry);
  if (sent.trim() === baseOf(old).trim()) return kept(current, asked, rules);
  const base = understood(() => partOfSeries(baseOf(old), stands, rules, newTimeIn(sent)));
  const plans = [sent, base].map((text) => plan(text, rules));
  if (plans[0]?.recurs === true && !isSamePlan(plans[0], plans[1]))
    throw new Refusal(
      'conflict',
      'The rule is that of the series: change it there, or these occurrences one at a time.',
    );
  if (isSamePlan(plan(baseOf(old), rules), plans[1]))
    return kept(current, asked.withChildren([withBase(entry, baseOf(old))]), rules);
  edit.setHeader({ ...edit.now.header, stands: { ...stands, moved: true } });
  return kept(current, asked.withChildren([withBase(entry, base)]), rules);
}

const isSamePlan = (one: RecurrenceSet | undefined, other: RecurrenceSet | undefined): boolean =>
  JSON.stringify(firstOf(one)) === JSON.stringify(firstOf(other));

function firstOf(set: RecurrenceSet | undefined): (number | undefined)[] {
  const found: (number | undefined)[] = [];
  for (const { start, end } of set?.from(-Infinity) ?? []) {
    if (found.length >= 2 * COMPARED) break;
    found.push(start, end);
  }
  return found;
}

const kept = (current: XmlElement | undefined, asked: XmlElement, rules: TimeRules): XmlElement =>
  withOffsetsKept(current, asked, (base) => plan(base, rules)?.start);
