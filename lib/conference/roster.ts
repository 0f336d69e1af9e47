import type { ObjectEdit } from '../model/conference-object.ts';
import { isDeletion, merge } from './update.ts';
import { same } from '../model/compare.ts';
import { USER } from '../model/definitions.ts';
import { generateXconUserId, parseXconUserId, type XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info } from '../model/names.ts';
import { normalise } from '../model/shape.ts';
import { endpointsOf, type Origin, statusOf } from '../model/user.ts';
import { XmlElement } from '../xml/element.ts';
import type { Entry } from './admission.ts';
import { asInDirectory, enrol, removeUser, userIdFor } from './enrolment.ts';
import { type Identities, withChild } from './people.ts';
import { Refusal } from './refusal.ts';
import { unmasked } from './unmask.ts';

/** A `user` element of a request; `generated` tells that its id was left to the server (AUTO_GENERATE_n). */
export interface AskedUser {
  readonly element: XmlElement;
  readonly generated: boolean;
}

/** The users that a request brings along in `users`. */
export const askedUsers = (users: XmlElement | undefined): XmlElement[] => users?.all(CONFERENCE_INFO, 'user') ?? [];

/** Merges users that a change of the conference or of its `users` names, each by its entity (RFC 6503 §5.3.5). */
export function mergeUsers(
  edit: ObjectEdit,
  asked: readonly AskedUser[],
  identities: Identities,
  domain: string,
): void {
  const seen = new Set<XconUserId>();
  for (const { element, generated } of asked) {
    const known = userIdFor(edit.now, element, identities, generated);
    const key = known ?? ownId(element, generated, domain);
    if (seen.has(key)) throw new Refusal('malformed', 'The same user stands twice in the request.');
    seen.add(key);
    if (isDeletion(element)) removeUser(edit, key);
    else mergeUser(edit, key, element, identities);
  }
}

function ownId(element: XmlElement, generated: boolean, domain: string): XconUserId {
  const entity = parseXconUserId(element.attribute('entity') ?? '');
  if (entity !== undefined && !entity.endsWith('@anonymous.invalid')) return entity;
  if (generated) return generateXconUserId(domain);
  throw new Refusal('malformed', 'The entity of a user must be an XCON-USERID of somebody: xcon-userid:name@domain.');
}

function mergeUser(edit: ObjectEdit, key: XconUserId, change: XmlElement, identities: Identities): void {
  const old = edit.now.users.get(key);
  if (old === undefined) {
    const element = asInDirectory(normalise(USER, change.withAttribute('entity', key)), key, identities);
    enrol(edit, key, settleEndpoints(element, undefined, 'in'), { origin: 'named' }, identities);
    return;
  }
  const { alias } = old.facts;
  const merged = merge(USER, old.part.element, unmasked(change, old).withAttribute('entity', key)) ?? old.part.element;
  if (identities.of(key) !== undefined && !sameAors(old.part.element, merged)) throw aorsOfDirectory();
  const settled = settleEndpoints(merged, old.part.element, 'in');
  // Who is only sent back as she was shown is invited as before, not named.
  if (settled === old.part.element) return;
  const origin: Origin = old.facts.origin === 'joined' ? 'joined' : 'named';
  enrol(edit, key, settled, { origin, ...(alias && { alias }) }, identities);
}

export const aorsOfDirectory = (): Refusal =>
  new Refusal('protected', 'The addresses of this user come from the directory.');

export const sameAors = (one: XmlElement, other: XmlElement): boolean => {
  const [first, second] = [one, other].map(
    (user) => user.first(CONFERENCE_INFO, 'associated-aors') ?? info('associated-aors'),
  );
  return first !== undefined && second !== undefined && same(first, second);
};

/** New endpoints come in as the admission says; what a request says of their state does not count. */
export function settleEndpoints(user: XmlElement, before: XmlElement | undefined, entry: Entry): XmlElement {
  const known = new Set((before === undefined ? [] : endpointsOf(before)).map((one) => one.attribute('entity')));
  const children = user.children.map((child) => {
    if (!(child instanceof XmlElement) || !child.is(CONFERENCE_INFO, 'endpoint')) return child;
    if (known.has(child.attribute('entity')) && statusOf(child) !== '') return child;
    return withStatus(child, entry === 'in' ? 'connected' : 'pending');
  });
  return children.every((child, index) => child === user.children[index]) ? user : user.withChildren(children);
}

const BEFORE_STATUS = new Set(['display-text', 'referred']);

function withStatus(endpoint: XmlElement, value: string): XmlElement {
  if (statusOf(endpoint) === value) return endpoint;
  const rest = withChild(endpoint, 'status', undefined).elements;
  const at = rest.filter((child) => BEFORE_STATUS.has(child.local)).length;
  return endpoint.withChildren([...rest.slice(0, at), info('status', {}, [value]), ...rest.slice(at)]);
}
