import { CONFERENCE_INFO } from '../model/names.ts';
import type { XmlElement } from '../xml/element.ts';
import { isGenerated, type Placeholders } from './auto-generate.ts';
import { type AskedUser, askedUsers } from './roster.ts';

/** A `conference-info` or `users` of a request with its placeholders replaced, and which users' ids those were. */
export interface RequestDocument {
  readonly element: XmlElement;
  readonly users: readonly AskedUser[];
}

export function readRequest(raw: XmlElement, placeholders: Placeholders, highest: () => number): RequestDocument {
  const element = placeholders.replace(raw, highest);
  const generated = usersOf(raw).map((user) => isGenerated(user.attribute('entity')));
  const users = usersOf(element).map((user, index) => ({ element: user, generated: generated[index] === true }));
  return { element, users };
}

const usersOf = (element: XmlElement): XmlElement[] =>
  element.is(CONFERENCE_INFO, 'users')
    ? askedUsers(element)
    : element.all(CONFERENCE_INFO, 'users').flatMap(askedUsers);

/**
 * Media that a client sends again with placeholder labels, because it never kept what the server made of them, are the
 * media that are there: matched by type and display-text, each once (gap of RFC 6503 §4.3 that clients live in).
 */
export function matchMedia(raw: XmlElement, current: XmlElement | undefined, placeholders: Placeholders): void {
  const there = mediaOf(current);
  for (const entry of mediaOf(raw)) {
    const label = entry.attribute('label');
    if (label === undefined || !isGenerated(label)) continue;
    const at = there.findIndex((one) => sameText(one, entry, 'type') && sameText(one, entry, 'display-text'));
    const known = at < 0 ? undefined : there.splice(at, 1)[0]?.attribute('label');
    if (known !== undefined) placeholders.assign(label, known);
  }
}

function mediaOf(element: XmlElement | undefined): XmlElement[] {
  const description = element?.is(CONFERENCE_INFO, 'conference-description')
    ? element
    : element?.first(CONFERENCE_INFO, 'conference-description');
  return description?.first(CONFERENCE_INFO, 'available-media')?.all(CONFERENCE_INFO, 'entry') ?? [];
}

const sameText = (one: XmlElement, other: XmlElement, local: string): boolean =>
  one.first(CONFERENCE_INFO, local)?.text.trim() === other.first(CONFERENCE_INFO, local)?.text.trim();
