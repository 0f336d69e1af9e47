import type { Principal } from '../directory/principal.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { generateXconUserId, normaliseAddress, type XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info, POLICY } from '../model/names.ts';
import { endpointsOf, statusOf } from '../model/user.ts';
import type { XmlElement } from '../xml/element.ts';
import { unknownTo } from './admission.ts';
import type { Call } from './calls.ts';
import { enrol } from './enrolment.ts';
import { principalOf } from './callers.ts';
import type { Work } from './control-parts.ts';
import { aorsOf, PUBLISHED_BY } from './people.ts';
import { Refusal } from './refusal.ts';
import type { Standing } from './standing.ts';

// Another focus tells who is in the conference through it. Its users are its own alone: marked with its id, under ids of
// ours, their addresses unproven, so that they open nothing to anybody; no other user is touched by it.

/** Whether the conference names somebody as the focus of a user (RFC 4575 §5.6.4) or as its host (§5.4). */
export function isFocus(object: ConferenceObject, { addresses, userId }: Principal): boolean {
  const own = new Set<string>([userId, ...addresses]);
  return namesFocus(object, (address) => own.has(address));
}

/** Whether it names a focus of which this holds. */
export function namesFocus(object: ConferenceObject, holds: (address: string) => boolean): boolean {
  const names = (uri: string | undefined): boolean => uri !== undefined && holds(normaliseAddress(uri));
  const host = object.sections.get(`{${CONFERENCE_INFO}}host-info`)?.element.first(CONFERENCE_INFO, 'uris');
  const hosts = host?.all(CONFERENCE_INFO, 'entry').map((entry) => entry.first(CONFERENCE_INFO, 'uri')?.text) ?? [];
  if (hosts.some(names)) return true;
  for (const { part } of object.users.values())
    if (names(part.element.first(CONFERENCE_INFO, 'cascaded-focus')?.text)) return true;
  return false;
}

/** Anybody may take back what he published. @throws {Refusal} to who is no focus of the conference */
export function checkFocus(
  object: ConferenceObject,
  { level }: Standing,
  call: Call,
  users: readonly XmlElement[] | undefined,
): void {
  if (users?.length === 0) return;
  const principal = principalOf(call);
  if (principal !== undefined && isFocus(object, principal)) return;
  if (level === undefined) throw unknownTo(call.caller);
  throw new Refusal('not-allowed', 'The conference does not name you as a focus.');
}

/** The users whom a focus has in the conference are now these. */
export function publishUsers({ edit, call, identities, people }: Work, users: readonly XmlElement[] | undefined): void {
  if (users === undefined) return;
  const focus = principalOf(call)?.userId;
  if (focus === undefined) throw unknownTo(call.caller);
  const before = publishedBy(edit.before, focus);
  for (const user of users) {
    const entity = user.attribute('entity')?.trim() ?? '';
    const known = before.get(entity);
    before.delete(entity);
    const endpoints = endpointsOf(user).flatMap((endpoint) => ownEndpoint(endpoint));
    if (entity === '' || endpoints.length === 0) continue;
    const key = known ?? generateXconUserId(people.domain);
    const alias = edit.now.users.get(key)?.facts.alias ?? generateXconUserId(people.domain);
    const name = user.first(CONFERENCE_INFO, 'display-text');
    const element = info('user', { entity: key }, [...(name ? [name] : []), aorsOf([entity]), ...endpoints]);
    enrol(edit, key, element.withAttribute(PUBLISHED_BY, focus, POLICY), { origin: 'joined', alias }, identities);
  }
  for (const key of before.values()) edit.setUser(key, undefined);
}

/** The users of a focus by the entities that it gave them. */
function publishedBy({ users }: ConferenceObject, focus: XconUserId): Map<string, XconUserId> {
  const published = new Map<string, XconUserId>();
  for (const [key, { part, facts }] of users) {
    if (facts.alias === undefined || part.element.attribute(PUBLISHED_BY, POLICY) !== focus) continue;
    const [entry] = part.element.first(CONFERENCE_INFO, 'associated-aors')?.all(CONFERENCE_INFO, 'entry') ?? [];
    published.set(entry?.first(CONFERENCE_INFO, 'uri')?.text ?? '', key);
  }
  return published;
}

/** What of an endpoint is a matter of who is in the conference and how. */
const KEPT = new Set([
  'display-text',
  'referred',
  'status',
  'joining-method',
  'joining-info',
  'disconnection-method',
  'disconnection-info',
  'media',
]);

function ownEndpoint(endpoint: XmlElement): XmlElement[] {
  const entity = endpoint.attribute('entity');
  if (entity === undefined) return [];
  const kept = endpoint.elements.filter(({ namespace, local }) => namespace === CONFERENCE_INFO && KEPT.has(local));
  if (statusOf(endpoint) !== '') return [info('endpoint', { entity }, kept)];
  const at = kept.findIndex(({ local }) => local !== 'display-text' && local !== 'referred');
  const front = at < 0 ? kept.length : at;
  const status = info('status', {}, ['connected']);
  return [info('endpoint', { entity }, [...kept.slice(0, front), status, ...kept.slice(front)])];
}
