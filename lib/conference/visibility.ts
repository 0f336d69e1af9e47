import { AUDIENCES, type Audience, type ElementDefinition, USER } from '../model/definitions.ts';
import { CONFERENCE_INFO, info, XCON } from '../model/names.ts';
import { childDefinition } from '../model/shape.ts';
import { endpointsOf, statusOf, type UserFacts } from '../model/user.ts';
import { XmlElement, type XmlNode } from '../xml/element.ts';

/** Who sees all there is. */
const ALL = AUDIENCES.at(-1);

/** The part of an element that a level may see; the element itself where it may see all of it. */
export function seenBy(level: Audience, definition: ElementDefinition, element: XmlElement): XmlElement | undefined {
  if (level === ALL) return element;
  if (AUDIENCES.indexOf(definition.sees) > AUDIENCES.indexOf(level)) return undefined;
  if (definition.type !== undefined) return element;
  const children: XmlNode[] = [];
  for (const child of element.children) {
    const its = child instanceof XmlElement ? childDefinition(definition, child) : undefined;
    const seen = its === undefined || !(child instanceof XmlElement) ? child : seenBy(level, its, child);
    if (seen !== undefined) children.push(seen);
  }
  const all = children.length === element.children.length && children.every((one, at) => one === element.children[at]);
  return all ? element : element.withChildren(children);
}

/** How one user of a conference appears to a reader: as stored, as the level sees her, without a name, or not at all. */
export type Appearance = 'self' | 'plain' | 'anonymous' | 'absent';

/**
 * RFC 6501 §4.6.5.1, RFC 6503 §10.3. The hidden and the semi-private are known to moderators, the private to
 * organizers only; before they come in, none of them is announced. Where a conference hides its attendees, those
 * without privilege see themselves and the privileged.
 */
export function appearanceOf(facts: UserFacts, level: Audience, hidesAttendees: boolean): Appearance {
  if (level === 'organizer') return 'plain';
  if (level === 'moderator') {
    if (facts.anonymity !== 'private') return 'plain';
    return facts.number === undefined ? 'absent' : 'anonymous';
  }
  if (facts.anonymity === 'hidden') return 'absent';
  if (hidesAttendees && facts.privilege === undefined) return 'absent';
  if (facts.origin === 'joined' && (level === 'invited' || facts.pending)) return 'absent';
  if (facts.anonymity === 'none') return 'plain';
  return level === 'invited' || !facts.connected ? 'absent' : 'anonymous';
}

/** The user as a level sees her; those who wait to be let in are the moderators' matter. */
export function plainUser(user: XmlElement, facts: UserFacts, level: Audience): XmlElement {
  const named = facts.alias === undefined ? user : user.withAttribute('entity', facts.alias);
  if (level === 'organizer') return named;
  const seen = seenBy(level, USER, named) ?? named;
  if (level === 'moderator') return seen;
  const pending = endpointsOf(seen).filter((endpoint) => statusOf(endpoint) === 'pending');
  return pending.length === 0
    ? seen
    : seen.withChildren(seen.children.filter((child) => !pending.includes(child as XmlElement)));
}

const KEPT_OF_ENDPOINT = new Set(['status', 'joining-method', 'disconnection-method']);
const KEPT_OF_MEDIA = new Set(['type', 'label', 'status']);

const keep = (element: XmlElement, names: ReadonlySet<string>): XmlElement[] =>
  element.elements.filter((child) => child.namespace === CONFERENCE_INFO && names.has(child.local));

/** The endpoints that stand in the anonymous view of a user, in their order. */
export const shownEndpoints = (user: XmlElement): XmlElement[] =>
  endpointsOf(user).filter((endpoint) => statusOf(endpoint) !== 'pending');

/** The user under a name that tells nothing (RFC 4575 §5.6): only that somebody is there, and with which media. */
export function anonymousUser(user: XmlElement, facts: UserFacts): XmlElement {
  const name = `anonymous${String(facts.number ?? 0)}`;
  const endpoints = shownEndpoints(user).map((endpoint, index) =>
    info(
      'endpoint',
      { entity: index === 0 ? `sip:${name}@anonymous.invalid` : `sip:${name}.${index}@anonymous.invalid` },
      [
        ...keep(endpoint, KEPT_OF_ENDPOINT),
        ...endpoint
          .all(CONFERENCE_INFO, 'media')
          .map((media, at) => info('media', { id: String(at + 1) }, keep(media, KEPT_OF_MEDIA))),
      ],
    ),
  );
  const anonymity = user.first(XCON, 'provide-anonymity');
  return info('user', { entity: `xcon-userid:${name}@anonymous.invalid` }, [
    info('display-text', {}, [name]),
    ...endpoints,
    ...(anonymity === undefined ? [] : [anonymity]),
  ]);
}
