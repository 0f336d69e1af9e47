import type { ConferenceObject } from '../model/conference-object.ts';
import { CONFERENCE, USERS } from '../model/definitions.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { PREFIXES, XCON } from '../model/names.ts';
import { expanded } from '../model/shape.ts';
import { isTrue } from '../model/values.ts';
import type { XmlElement } from '../xml/element.ts';
import { parseFragment } from '../xml/parse.ts';
import { STATE_SECTION, USERS_SECTION } from './lists.ts';
import { type Reader, seenState, sharesViewOfOthers, type SidebarSections, userElement } from './views.ts';
import { seenBy } from './visibility.ts';

/** One version of an object as somebody may see it. */
export interface Sight {
  readonly object: ConferenceObject;
  readonly reader: Reader;
  /** The sections of sidebars, made for this reader. */
  readonly sidebars: SidebarSections;
  /** What `classOf` has found. */
  readers?: string;
}

/** What two sights of one object have in common when the same name stands for both: every byte that is shown. */
export const classOf = (sight: Sight): string => (sight.readers ??= readersOf(sight));

function readersOf({ object, reader, sidebars }: Sight): string {
  const self = reader.self;
  const isAlone = self !== undefined && (sidebars.size > 0 || !sharesViewOfOthers(object, reader));
  return isAlone ? `${reader.level} ${self}` : reader.level;
}

/** Whether the object may be watched at all (RFC 6501 §4.4.1). */
export function allowsSubscription(object: ConferenceObject): boolean {
  const state = object.sections.get(STATE_SECTION)?.element;
  const allowed = state?.first(XCON, 'allow-conference-event-subscription')?.text.trim();
  return allowed === undefined || isTrue(allowed);
}

const SECTIONS = new Map(CONFERENCE.children().map((definition) => [expanded(definition), definition]));

/** The modelled sections in the model's order, then those that the model does not know. */
export function sectionNames(...sights: readonly Sight[]): string[] {
  return [...new Set([...SECTIONS.keys(), ...sights.flatMap(({ object }) => [...object.sections.keys()])])];
}

/** A section other than `users` as a sight shows it. */
export function shownSection({ object, reader, sidebars }: Sight, key: string): XmlElement | undefined {
  const made = sidebars.get(key);
  if (made !== undefined) return parseFragment(Buffer.concat(made), PREFIXES);
  if (key === STATE_SECTION) return seenState(object, reader)[0];
  const part = object.sections.get(key);
  const definition = SECTIONS.get(key);
  if (part === undefined || definition === undefined) return part?.element;
  return seenBy(reader.level, definition, part.element);
}

/** A user as a sight shows her. */
export function shownUser({ object, reader }: Sight, key: XconUserId): XmlElement | undefined {
  const record = object.users.get(key);
  return record && userElement(object, key, record, reader);
}

/** What stands beside the users in `users`. */
export function shownSettings({ object, reader }: Sight): XmlElement | undefined {
  const part = object.sections.get(USERS_SECTION);
  return part && seenBy(reader.level, USERS, part.element);
}
