import {
  type ConferenceObject,
  emptyObject,
  ObjectEdit,
  type OccurrenceRange,
  type PartName,
} from '../model/conference-object.ts';
import { same } from '../model/compare.ts';
import { USER } from '../model/definitions.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { XCON, xcon } from '../model/names.ts';
import { Part } from '../model/part.ts';
import { normalise } from '../model/shape.ts';
import { AddressTaken, endpointsOf, type Origin, type UserRecord, userRecord } from '../model/user.ts';
import { isSameRange, rangeOf } from '../schedule/range.ts';
import type { XmlElement } from '../xml/element.ts';
import { followTimes, timeElementOf, timesOfRange } from './child-times.ts';
import { inherited } from './inheriting.ts';
import { DESCRIPTION_SECTION, STATE_SECTION } from './lists.ts';
import { withoutEndpoints } from './occurrence.ts';
import { Refusal } from './refusal.ts';
import { sectionDefinition } from './sections.ts';
import type { TimeRules } from './times.ts';

/**
 * A child that stands for some occurrences of a series (RFC 5239 §7.4): the reservation part of its parent with the times
 * of these occurrences. To be edited as if it were there already; it becomes version 1.
 * @throws {Refusal} conflict where there are no such occurrences
 */
export function childOf(
  parent: ConferenceObject,
  uri: XconUri,
  range: OccurrenceRange,
  rules: TimeRules,
): ConferenceObject {
  const series = parent.header.stands?.series ?? parent.uri;
  const { attributes } = parent.header;
  const edit = new ObjectEdit(
    emptyObject(uri, {
      kind: 'conference',
      parent: { uri: parent.uri, independent: false },
      ...(attributes && { attributes }),
      stands: { series, ...rangeOf(range) },
      active: false,
      anonymous: 0,
    }),
  );
  for (const [key, part] of parent.sections) if (key !== STATE_SECTION) edit.setSection(key, part);
  for (const [key, record] of parent.users) {
    const kept = reserved(record);
    if (kept !== undefined) edit.setUser(key, kept);
  }
  setTimes(edit, timesOfRange(timeElementOf(parent), range, rules));
  setParent(edit, parent.uri);
  return edit.now;
}

/** RFC 6501 §4.2.3. */
export function setParent(edit: ObjectEdit, uri: XconUri): void {
  edit.setHeader({ ...edit.now.header, parent: { uri, independent: false } });
  rewriteDescription(edit, 'cloning-parent', xcon('cloning-parent', {}, [uri]));
}

const setTimes = (edit: ObjectEdit, time: XmlElement): void => rewriteDescription(edit, 'conference-time', time);

function rewriteDescription(edit: ObjectEdit, local: string, child: XmlElement): void {
  const definition = sectionDefinition(DESCRIPTION_SECTION);
  const element = edit.now.sections.get(DESCRIPTION_SECTION)?.element;
  if (definition === undefined || element === undefined) return;
  const old = element.first(XCON, local);
  if (old !== undefined && same(old, child)) return;
  const rest = element.elements.filter((one) => one !== old);
  edit.setSection(DESCRIPTION_SECTION, Part.of(normalise(definition, element.withChildren([...rest, child]))));
}

/** A change of the parent that its child follows. */
export interface ParentChange {
  readonly before: ConferenceObject;
  readonly after: ConferenceObject;
  /** What may differ; anything where nothing is said. */
  readonly touched?: readonly PartName[];
  /** What the child stands for now. */
  readonly range: OccurrenceRange;
}

/** A child follows its parent in all that it has not set otherwise. @throws {Refusal} conflict where it can not */
export function followParent(edit: ObjectEdit, change: ParentChange, rules: TimeRules): void {
  const { before, after, range } = change;
  const touched = change.touched ?? [
    ...[...new Set([...before.sections.keys(), ...after.sections.keys()])].map(
      (key) => ({ kind: 'section', key }) as const,
    ),
    ...[...new Set([...before.users.keys(), ...after.users.keys()])].map((key) => ({ kind: 'user', key }) as const),
  ];
  for (const { kind, key } of touched) {
    if (kind === 'user') followUser(edit, key as XconUserId, before, after);
    else if (kind === 'section' && key !== STATE_SECTION) followSection(edit, key, before, after);
  }
  const [old, next] = [before, after].map(timeElementOf);
  const { stands } = edit.now.header;
  const own = timeElementOf(edit.now);
  if (stands === undefined || own === undefined) return;
  const isMoved = !isSameRange(range, stands);
  if (old !== next || isMoved) setTimes(edit, followTimes(own, stands, range, [old, next], rules));
  if (!isMoved) return;
  const { series, moved } = stands;
  edit.setHeader({ ...edit.now.header, stands: { series, ...rangeOf(range), ...(moved && { moved }) } });
}

function followSection(edit: ObjectEdit, key: string, before: ConferenceObject, after: ConferenceObject): void {
  const part = edit.now.sections.get(key);
  const [old, next, own] = [before.sections.get(key), after.sections.get(key), part].map((one) => one?.element);
  const definition = sectionDefinition(key);
  if (definition === undefined) {
    const follows = own === undefined || old === undefined ? own === old : same(own, old);
    if (follows) edit.setSection(key, after.sections.get(key));
    return;
  }
  const time = own?.first(XCON, 'conference-time');
  const [was, will, has] = [old, next, own].map(key === DESCRIPTION_SECTION ? withoutTimes : asItIs);
  const merged = inherited(definition, was, will, has);
  if (merged === has) return;
  const whole = merged && time ? normalise(definition, merged.withChildren([...merged.children, time])) : merged;
  edit.setSection(key, whole === undefined ? undefined : Part.of(whole));
}

const asItIs = (element: XmlElement | undefined): XmlElement | undefined => element;
const withoutTimes = (element: XmlElement | undefined): XmlElement | undefined =>
  element?.withChildren(element.elements.filter((child) => !child.is(XCON, 'conference-time')));

function followUser(edit: ObjectEdit, key: XconUserId, before: ConferenceObject, after: ConferenceObject): void {
  const [old, next] = [before, after].map(({ users }) => reserved(users.get(key)));
  const record = edit.now.users.get(key);
  const own = reserved(record);
  if (isSame(old, next)) return;
  const settled = isSame(own, old) ? followed(record, next) : kept(record, old, next);
  if (settled === record) return;
  try {
    edit.setUser(key, settled);
  } catch (error) {
    if (!(error instanceof AddressTaken)) throw error;
    // Who is new to the parent is in the child already, under an id of its own.
    if (record === undefined) return;
    throw new Refusal('conflict', 'An address of a user belongs to somebody else at some of the occurrences.');
  }
}

/** As the parent has her; who is in the occurrence stays in it. */
function followed(record: UserRecord | undefined, next: UserRecord | undefined): UserRecord | undefined {
  if (record === undefined) return next;
  const { facts, part } = record;
  if (next === undefined) {
    if (facts.origin === 'joined') return record;
    return facts.connected || facts.pending ? { part, facts: { ...facts, origin: 'joined' } } : undefined;
  }
  const element = next.part.element.withChildren([...next.part.element.children, ...endpointsOf(part.element)]);
  return userRecord(normalise(USER, element), factsOf(record, next.facts.origin));
}

/** As the child has her, but for what is new to both. */
function kept(
  record: UserRecord | undefined,
  old: UserRecord | undefined,
  next: UserRecord | undefined,
): UserRecord | undefined {
  if (record === undefined || next === undefined) return record;
  const element = inherited(USER, old?.part.element, next.part.element, record.part.element) ?? record.part.element;
  const origin = record.facts.origin === old?.facts.origin ? next.facts.origin : record.facts.origin;
  return userRecord(element, factsOf(record, origin));
}

const factsOf = ({ facts: { number, alias } }: UserRecord, origin: Origin) => ({
  origin,
  ...(number !== undefined && { number }),
  ...(alias !== undefined && { alias }),
});

/** What of a user the reservation has. */
const reserved = (record: UserRecord | undefined): UserRecord | undefined =>
  record === undefined || record.facts.origin === 'joined' ? undefined : withoutEndpoints(record);

const isSame = (one: UserRecord | undefined, other: UserRecord | undefined): boolean =>
  one === other ||
  (one !== undefined &&
    other !== undefined &&
    one.facts.origin === other.facts.origin &&
    same(one.part.element, other.part.element));

/** Whether an edit leaves everything as it was, however it is written. */
export const changesNothing = ({ before, now, touched }: ObjectEdit): boolean =>
  touched.every(({ kind, key }) => {
    if (kind === 'user') {
      const [old, next] = [before, now].map(({ users }) => users.get(key as XconUserId));
      return isSame(old, next);
    }
    const [old, next] = [before, now].map(({ sections }) => sections.get(key)?.element);
    return old === next || (old !== undefined && next !== undefined && same(old, next));
  });

/** Whether a change is of more than what goes on now. */
export function changesReservation({ before, now, touched }: ObjectEdit): boolean {
  if (before.header.children !== now.header.children) return true;
  return touched.some(({ kind, key }) => {
    if (kind === 'section') return key !== STATE_SECTION;
    if (kind !== 'user') return false;
    const [old, next] = [before, now].map(({ users }) => reserved(users.get(key as XconUserId)));
    return !isSame(old, next);
  });
}
