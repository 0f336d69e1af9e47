import type { ConferenceObject, ObjectEdit } from '../model/conference-object.ts';
import { generateXconUserId, parseXconUserId, type XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info, XCON } from '../model/names.ts';
import { Part } from '../model/part.ts';
import { isEmpty } from '../model/shape.ts';
import { addressesOf, AddressTaken, type Origin, type UserFacts, userRecord } from '../model/user.ts';
import type { XmlElement } from '../xml/element.ts';
import { isPerson, normaliseTarget, targetsOf, USERS_SECTION } from './lists.ts';
import { aorsOf, findUser, type Identities, withChild } from './people.ts';
import { Refusal } from './refusal.ts';

/**
 * Puts a user into the conference or changes her: what is known beside her element is kept, one who becomes anonymous
 * gets her number for the occurrence.
 * @throws {Refusal} conflict when an address of hers belongs to somebody else.
 */
export function enrol(
  edit: ObjectEdit,
  key: XconUserId,
  element: XmlElement,
  kept: { origin: Origin; alias?: XconUserId },
  identities: Identities,
): void {
  const old = edit.now.users.get(key);
  const facts: Pick<UserFacts, 'origin' | 'number' | 'alias'> = {
    ...(old?.facts.number !== undefined && { number: old.facts.number }),
    ...(kept.alias !== undefined && { alias: kept.alias }),
    origin: kept.origin,
  };
  if (facts.alias === undefined) refuseAddressesOfOthers(key, element, identities);
  const named = element.attribute('entity') === key ? element : element.withAttribute('entity', key);
  const record = userRecord(named, facts);
  const { anonymity } = record.facts;
  if (facts.number === undefined && (anonymity === 'private' || anonymity === 'semi-private')) {
    const number = edit.now.header.anonymous + 1;
    edit.setHeader({ ...edit.now.header, anonymous: number });
    set(edit, key, { ...record, facts: { ...record.facts, number } });
  } else if (old === undefined || old.part.element !== named || old.facts.origin !== facts.origin)
    set(edit, key, record);
}

function set(edit: ObjectEdit, ...user: Parameters<ObjectEdit['setUser']>): void {
  try {
    edit.setUser(...user);
  } catch (error) {
    if (error instanceof AddressTaken) throw addressConflict();
    throw error;
  }
}

function refuseAddressesOfOthers(key: XconUserId, element: XmlElement, identities: Identities): void {
  const others = addressesOf(element).some((address) => {
    const owner = identities.of(address)?.userId;
    return owner !== undefined && owner !== key;
  });
  if (others) throw addressConflict();
}

const addressConflict = (): Refusal =>
  new Refusal('conflict', 'An address of the user belongs to another user: name that user instead.');

/**
 * Under which id a `user` element of a request goes: that of the user of the conference or of the directory whom its
 * entity or, where the id was left to the server, one of its addresses leads to; else its own, new one.
 */
export function userIdFor(
  object: ConferenceObject,
  user: XmlElement,
  identities: Identities,
  generated: boolean,
): XconUserId | undefined {
  const entity = user.attribute('entity') ?? '';
  if (!generated) return findUser(object, entity) ?? identities.of(parseXconUserId(entity) ?? '')?.userId;
  for (const address of addressesOf(user)) {
    const known = identities.of(address)?.userId ?? object.addresses.get(address);
    if (known !== undefined) return known;
  }
  return undefined;
}

/** A user of the directory is shown under the name and the addresses that the directory has. */
export function asInDirectory(user: XmlElement, key: XconUserId, identities: Identities): XmlElement {
  const principal = identities.of(key);
  if (principal === undefined) return user;
  const addressed = principal.addresses.length === 0 ? user : placeAors(user, aorsOf(principal.addresses));
  const named = addressed.first(CONFERENCE_INFO, 'display-text') !== undefined || principal.displayText === undefined;
  if (named) return addressed;
  return addressed.withChildren([info('display-text', {}, [principal.displayText]), ...addressed.children]);
}

function placeAors(user: XmlElement, aors: XmlElement): XmlElement {
  const rest = withChild(user, 'associated-aors', undefined);
  const at = rest.elements.findIndex((child) => child.local === 'display-text') + 1;
  return rest.withChildren([...rest.elements.slice(0, at), aors, ...rest.elements.slice(at)]);
}

/**
 * Every target that is one person has a user, made with it and removed with it, unless that user is connected or named
 * otherwise. Call after the section `users` has changed.
 */
export function enrolTargets(edit: ObjectEdit, identities: Identities, domain: string): void {
  const before = targetsOf(edit.before, 'allowed-users-list');
  const after = targetsOf(edit.now, 'allowed-users-list');
  if (before === after) return;
  const list = edit.now.sections.get(USERS_SECTION)?.element.first(XCON, 'allowed-users-list');
  for (const target of list?.all(XCON, 'target') ?? []) {
    const uri = (target.attribute('uri') ?? '').trim();
    const name = normaliseTarget(uri);
    if (isPerson(name) && !before.has(name)) invite(edit, name, uri, identities, domain);
  }
  for (const name of before) if (isPerson(name) && !after.has(name)) uninvite(edit, name, after);
}

function invite(edit: ObjectEdit, name: string, uri: string, identities: Identities, domain: string): void {
  const known = findUser(edit.now, name) ?? identities.of(name)?.userId;
  const key = known ?? parseXconUserId(name) ?? generateXconUserId(domain);
  const old = edit.now.users.get(key);
  if (old !== undefined) {
    // A guest leaves with the occurrence, whatever list her name stands on.
    if (old.facts.origin === 'joined' && old.facts.alias === undefined)
      enrol(edit, key, old.part.element, { ...old.facts, origin: 'invited' }, identities);
    return;
  }
  const bare = info('user', { entity: key }, name === key ? [] : [aorsOf([uri])]);
  enrol(edit, key, asInDirectory(bare, key, identities), { origin: 'invited' }, identities);
}

/** Takes a user out of the conference, and every target that is she off the allowed-users-list. */
export function removeUser(edit: ObjectEdit, key: XconUserId): void {
  const record = edit.now.users.get(key);
  edit.setUser(key, undefined);
  const names = new Set<string>([key, ...(record?.facts.addresses ?? [])]);
  const targets = targetsOf(edit.now, 'allowed-users-list');
  const users = edit.now.sections.get(USERS_SECTION)?.element;
  if (users === undefined || ![...names].some((name) => targets.has(name))) return;
  const withoutHer = (list: XmlElement): XmlElement =>
    list.withChildren(
      list.elements.filter(
        (child) => !child.is(XCON, 'target') || !names.has(normaliseTarget(child.attribute('uri') ?? '')),
      ),
    );
  const children = users.elements
    .map((child) => (child.is(XCON, 'allowed-users-list') ? withoutHer(child) : child))
    .filter((child) => !isEmpty(child));
  edit.setSection(USERS_SECTION, Part.of(users.withChildren(children)));
}

function uninvite(edit: ObjectEdit, name: string, after: ReadonlySet<string>): void {
  const key = findUser(edit.now, name);
  const record = key === undefined ? undefined : edit.now.users.get(key);
  if (key === undefined || record?.facts.origin !== 'invited') return;
  if ([key, ...record.facts.addresses].some((other) => after.has(other))) return;
  if (!record.facts.connected && !record.facts.pending) edit.setUser(key, undefined);
  else edit.setUser(key, { ...record, facts: { ...record.facts, origin: 'joined' } });
}
