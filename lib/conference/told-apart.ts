import type { ConferenceObject, OccurrenceRange } from '../model/conference-object.ts';
import { calendarTargetOf } from '../directory/calendar-users.ts';
import type { XconUri } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info, XCON, xcon } from '../model/names.ts';
import { isSameRange } from '../schedule/range.ts';
import { type EventWords, type Override, OverriddenSeries, wordsIn } from '../schedule/overrides.ts';
import type { XmlElement } from '../xml/element.ts';
import { baseOf, entriesOf, timeElementOf, withBase } from './child-times.ts';
import { DESCRIPTION_SECTION, isPerson, normaliseTarget, USERS_SECTION } from './lists.ts';
import { findUser, type People, withChild } from './people.ts';
import type { TimeRules } from './times.ts';

/** What changes for some occurrences of a series. */
export interface OccurrenceChange {
  readonly range: OccurrenceRange;
  /** `conference-info`. */
  readonly changes: XmlElement;
  /** Its allowed-users-list names the persons who come; domains and roles stay as they are. */
  readonly invites?: true;
}

/** Changes of a series and of some of its occurrences that are one set: all or none (RFC 5239 §7.4). */
export interface SeriesChange {
  readonly occurrences: readonly OccurrenceChange[];
  /** Children whose occurrences are to be the series' again. */
  readonly dropped?: readonly XconUri[];
}

export interface Apart extends SeriesChange {
  /** What is left for the series itself. */
  readonly changes: XmlElement;
}

export interface Telling {
  readonly rules: TimeRules;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly people: People;
}

/**
 * Parts the changes whose `base` holds a series and events that override it: one that says other words or names other people
 * than the series, or is of what a child stands for, is of a child (RFC 5239 §7.4); undefined where there is none. What is
 * over, and what stood there already as it is, says nothing.
 * @param object undefined where the series is being made
 */
export async function toldApart(
  object: ConferenceObject | undefined,
  changes: XmlElement,
  telling: Telling,
): Promise<Apart | undefined> {
  const description = changes.first(CONFERENCE_INFO, 'conference-description');
  const time = description?.first(XCON, 'conference-time');
  if (description === undefined || time === undefined) return undefined;
  const occurrences: OccurrenceChange[] = [];
  const current = entriesOf(object && timeElementOf(object));
  const left: XmlElement[] = [];
  for (const [index, entry] of entriesOf(time).entries()) {
    const series = overridden(baseOf(entry), telling.rules);
    const known = new Set(overridden(baseOf(current[index]), telling.rules)?.overrides.map(({ text }) => text));
    const place = object?.header.stands?.entry ?? index;
    const apart: Override[] = [];
    for (const one of series?.overrides ?? []) {
      const range = { ...one.range, entry: place };
      const isOver = (one.end ?? one.start) <= telling.now;
      const hasChild = object?.header.children?.some((child) => isSameRange(child, range)) === true;
      if (series === undefined || isOver || known.has(one.text)) continue;
      const told = toldOf(one.words, [series.words], object, changes);
      if (!hasChild && Object.keys(told).length === 0) continue;
      apart.push(one);
      const words = hasChild ? { ...wordsOfSeries(one.words, object, changes), ...told } : told;
      occurrences.push({ range, ...(await changesOf(words, series.alone(one), telling.people)) });
    }
    left.push(series === undefined || apart.length === 0 ? entry : withBase(entry, series.without(apart)));
  }
  if (occurrences.length === 0) return undefined;
  const others = description.children.map((child) => (child === time ? time.withChildren(left) : child));
  return {
    changes: withChild(changes, 'conference-description', description.withChildren(others)),
    occurrences,
  };
}

/** Adds to the changes of some occurrences what their event says and they do not. */
export async function withWordsOf(
  object: ConferenceObject,
  { range, changes }: OccurrenceChange,
  people: People,
): Promise<OccurrenceChange> {
  const [entry] = entriesOf(changes.first(CONFERENCE_INFO, 'conference-description')?.first(XCON, 'conference-time'));
  const [words] = wordsIn(baseOf(entry));
  const known = entriesOf(timeElementOf(object)).flatMap((one) => wordsIn(baseOf(one)));
  const told = words === undefined ? {} : toldOf(words, known, object, changes);
  const said = changes.first(CONFERENCE_INFO, 'conference-description');
  const isSaid = (local: string): boolean => said?.first(CONFERENCE_INFO, local) !== undefined;
  const { summary, description, attendees } = told;
  const isNamed = changes.first(CONFERENCE_INFO, 'users')?.first(XCON, 'allowed-users-list') !== undefined;
  const more = await changesOf(
    {
      ...(summary !== undefined && !isSaid('subject') && { summary }),
      ...(description !== undefined && !isSaid('free-text') && { description }),
      ...(attendees !== undefined && !isNamed && { attendees }),
    },
    undefined,
    people,
  );
  return { range, changes: joined(changes, more.changes), ...(more.invites && { invites: more.invites }) };
}

/** What an event says that neither others do nor the conference, as it is after the changes. */
function toldOf(
  { summary, description, attendees }: EventWords,
  others: readonly EventWords[],
  object: ConferenceObject | undefined,
  changes: XmlElement,
): EventWords {
  const isNews = (text: string | undefined, name: 'summary' | 'description', local: string): boolean =>
    text !== undefined && !others.some((one) => one[name] === text) && text !== textOf(object, changes, local);
  const isOther =
    attendees !== undefined && !others.some((one) => one.attendees && sameOf(one.attendees) === sameOf(attendees));
  return {
    ...(summary !== undefined && isNews(summary, 'summary', 'subject') && { summary }),
    ...(description !== undefined && isNews(description, 'description', 'free-text') && { description }),
    ...(isOther && { attendees }),
  };
}

const sameOf = (addresses: readonly string[]): string =>
  JSON.stringify(addresses.map((one) => one.toLowerCase()).toSorted());

/** What a child says again that is as the series has it. */
const wordsOfSeries = (
  { summary, description }: EventWords,
  object: ConferenceObject | undefined,
  changes: XmlElement,
): EventWords => ({
  ...(summary !== undefined && { summary: textOf(object, changes, 'subject') }),
  ...(description !== undefined && { description: textOf(object, changes, 'free-text') }),
});

/** A text of the description after the changes; empty where there is none. */
function textOf(object: ConferenceObject | undefined, changes: XmlElement, local: string): string {
  const [next, now] = [
    changes.first(CONFERENCE_INFO, 'conference-description'),
    object?.sections.get(DESCRIPTION_SECTION)?.element,
  ].map((description) => description?.first(CONFERENCE_INFO, local)?.text.trim());
  return next ?? now ?? '';
}

/** SUMMARY is the subject, DESCRIPTION the free text, ATTENDEEs the allowed users. */
async function changesOf(
  { summary, description, attendees }: EventWords,
  base: string | undefined,
  people: People,
): Promise<Omit<OccurrenceChange, 'range'>> {
  const said = [
    ...(summary === undefined ? [] : [info('subject', {}, [summary])]),
    ...(description === undefined ? [] : [info('free-text', {}, [description])]),
    ...(base === undefined ? [] : [xcon('conference-time', {}, [xcon('entry', {}, [xcon('base', {}, [base])])])]),
  ];
  const uris = new Set<string>();
  for (const address of attendees ?? []) uris.add(await calendarTargetOf(address, people));
  const targets = [...uris].map((uri) => xcon('target', { uri, method: 'dial-in' }));
  return {
    changes: info('conference-info', {}, [
      ...(said.length === 0 ? [] : [info('conference-description', {}, said)]),
      ...(attendees === undefined ? [] : [info('users', {}, [xcon('allowed-users-list', {}, targets)])]),
    ]),
    ...(attendees !== undefined && { invites: true }),
  };
}

/** Both, where the second says what the first does not. */
function joined(one: XmlElement, other: XmlElement): XmlElement {
  return other.elements.reduce((all, section) => {
    const there = all.first(section.namespace, section.local);
    return withChild(all, section.local, section.withChildren([...(there?.children ?? []), ...section.children]));
  }, one);
}

/** The changes with the list as it is to be: who is on it stays as she is written, and so do domains, roles and organizers. */
export function withInvited(object: ConferenceObject, changes: XmlElement): XmlElement {
  const users = changes.first(CONFERENCE_INFO, 'users');
  const asked = users?.first(XCON, 'allowed-users-list');
  if (users === undefined || asked === undefined) return changes;
  const uriOf = (target: XmlElement): string => normaliseTarget(target.attribute('uri') ?? '');
  const personOf = (target: XmlElement): string => findUser(object, uriOf(target)) ?? uriOf(target);
  const organizes = (target: XmlElement): boolean =>
    object.users.get(personOf(target) as never)?.facts.privilege === 'organizer';
  const list = object.sections.get(USERS_SECTION)?.element.first(XCON, 'allowed-users-list');
  const names = new Set(asked.elements.map(personOf));
  const kept = (list?.all(XCON, 'target') ?? []).filter(
    (one) => !isPerson(uriOf(one)) || organizes(one) || names.has(personOf(one)),
  );
  const there = new Set(kept.map(personOf));
  const added = asked.elements.filter((one) => !organizes(one) && !there.has(personOf(one)));
  const whole = asked.withChildren([...kept, ...added]);
  return withChild(
    changes,
    'users',
    users.withChildren(users.children.map((child) => (child === asked ? whole : child))),
  );
}

/** Undefined where there is nothing that overrides a series, or nobody can read it. */
function overridden(base: string, rules: TimeRules): OverriddenSeries | undefined {
  if (!/^RECURRENCE-ID/im.test(base)) return undefined;
  try {
    return new OverriddenSeries(base, rules);
  } catch {
    return undefined; // refused where it is taken as times
  }
}
