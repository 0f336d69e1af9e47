import type { ConferenceObject } from '../model/conference-object.ts';
import { CONFERENCE_INFO, info, XCON, xcon } from '../model/names.ts';
import { XmlElement } from '../xml/element.ts';
import { eventOf, singleEvent } from '../schedule/base.ts';
import { entryWith } from './child-times.ts';
import { isPerson, normaliseTarget } from './lists.ts';
import { findUser } from './people.ts';
import { type TimeRules, timesOf } from './times.ts';

const mapChildren = (element: XmlElement, change: (child: XmlElement) => XmlElement): XmlElement =>
  element.withChildren(element.children.map((child) => (child instanceof XmlElement ? change(child) : child)));

const mapNamed = (
  element: XmlElement,
  namespace: string,
  local: string,
  change: (child: XmlElement) => XmlElement,
): XmlElement => mapChildren(element, (child) => (child.is(namespace, local) ? change(child) : child));

/** Only the first of the conference's URIs, the SIP URI: some clients take no second one. */
export function withFirstUriOnly(description: XmlElement): XmlElement {
  const uris = description.first(CONFERENCE_INFO, 'conf-uris');
  if (uris === undefined || uris.children.length === 1) return description;
  return mapNamed(description, CONFERENCE_INFO, 'conf-uris', () => uris.withChildren(uris.elements.slice(0, 1)));
}

/**
 * For Linphone: one URI, and one event in UTC with a duration in hours, minutes and seconds: the occurrence that goes on or
 * comes next, of those for which nothing else stands.
 */
export function dressDescription(description: XmlElement, object: ConferenceObject, rules: TimeRules): XmlElement {
  const shown = timesOf(object, rules)?.shownAt(Date.now());
  return mapNamed(withFirstUriOnly(description), XCON, 'conference-time', (time) => {
    const found = shown === undefined ? undefined : entryWith(time, shown.id, rules);
    const entries = found === undefined ? time.children : [found.entry];
    return mapNamed(time.withChildren(entries), XCON, 'entry', (entry) =>
      mapNamed(entry, XCON, 'base', (base) => {
        const event =
          found === undefined || shown === undefined ? singleEvent(base.text) : eventOf(shown, found.set.uid);
        return base.withChildren([event]);
      }),
    );
  });
}

/** For Linphone: a target that is one person carries the entity of that person's user. */
export const dressUsers = (users: XmlElement, object: ConferenceObject): XmlElement =>
  mapNamed(users, XCON, 'allowed-users-list', (list) =>
    mapNamed(list, XCON, 'target', (target) => {
      const name = normaliseTarget(target.attribute('uri') ?? '');
      const key = isPerson(name) ? findUser(object, name) : undefined;
      const entity = key && (object.users.get(key)?.facts.alias ?? key);
      return entity === undefined ? target : target.withAttribute('uri', entity);
    }),
  );

/** An allowed-users-list of people who may dial in. */
export const listOf = (entities: readonly string[]): XmlElement =>
  xcon(
    'allowed-users-list',
    {},
    entities.map((uri) => xcon('target', { uri, method: 'dial-in' })),
  );

/** For Linphone: every user has associated-aors with a SIP address, by which it pairs invitees. */
export function dressUser(user: XmlElement): XmlElement {
  const entries = user.first(CONFERENCE_INFO, 'associated-aors')?.all(CONFERENCE_INFO, 'entry') ?? [];
  const isSip = (entry: XmlElement): boolean => /^\s*sips?:/i.test(entry.first(CONFERENCE_INFO, 'uri')?.text ?? '');
  if (entries.some(isSip)) return user;
  const sip = (user.attribute('entity') ?? '').replace(/^xcon-userid:/, 'sip:');
  const aors = info('associated-aors', {}, [...entries, info('entry', {}, [info('uri', {}, [sip])])]);
  const name = user.first(CONFERENCE_INFO, 'display-text');
  const rest = user.children.filter(
    (child) => child !== name && !(child instanceof XmlElement && child.is(CONFERENCE_INFO, 'associated-aors')),
  );
  return user.withChildren([...(name === undefined ? [] : [name]), aors, ...rest]);
}
