import type { XmlElement } from '../xml/element.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { normaliseAddress, parseXconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, XCON } from '../model/names.ts';
import type { Part } from '../model/part.ts';

export type ListName = 'allowed-users-list' | 'deny-users-list';

export const USERS_SECTION = `{${CONFERENCE_INFO}}users`;
export const DESCRIPTION_SECTION = `{${CONFERENCE_INFO}}conference-description`;
export const STATE_SECTION = `{${CONFERENCE_INFO}}conference-state`;
export const FLOOR_SECTION = `{${XCON}}floor-information`;

const remembered = new WeakMap<Part, Map<ListName, ReadonlySet<string>>>();
const NONE: ReadonlySet<string> = new Set();

/** The targets of a list (RFC 6501 §4.6.3, §4.6.4) as they are compared; made once for each value of the section. */
export function targetsOf(object: ConferenceObject, list: ListName): ReadonlySet<string> {
  const part = object.sections.get(USERS_SECTION);
  if (part === undefined) return NONE;
  let lists = remembered.get(part);
  if (lists === undefined) remembered.set(part, (lists = new Map<ListName, ReadonlySet<string>>()));
  let targets = lists.get(list);
  if (targets === undefined) lists.set(list, (targets = readTargets(part.element, list)));
  return targets;
}

function readTargets(users: XmlElement, list: ListName): ReadonlySet<string> {
  const items = users.first(XCON, list)?.all(XCON, 'target') ?? [];
  return new Set(items.map((target) => normaliseTarget(target.attribute('uri') ?? '')));
}

/** A target as it is compared: an XCON-USERID, an address, `*@domain` whatever the scheme before it, or a role. */
export function normaliseTarget(uri: string): string {
  const text = uri.trim();
  const wildcard = /^(?:[a-z][a-z0-9+.-]*:)?(\*@.+)$/i.exec(text);
  return wildcard?.[1]?.toLowerCase() ?? parseXconUserId(text) ?? normaliseAddress(text);
}

/** Whether the target is one person: a URI, and neither a role, a domain nor an identity of the anonymous. */
export const isPerson = (target: string): boolean =>
  target.includes(':') && !target.startsWith('*@') && !target.endsWith('@anonymous.invalid');

/** The value of a simple child of the section `users`, trimmed (join-handling, user-admission-policy). */
export const usersSetting = (object: ConferenceObject, local: string): string | undefined =>
  object.sections.get(USERS_SECTION)?.element.first(XCON, local)?.text.trim();
