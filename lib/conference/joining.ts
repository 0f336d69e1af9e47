import type { ConferenceObject } from '../model/conference-object.ts';
import { USER } from '../model/definitions.ts';
import { generateXconUserId, parseXconUserId, type XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info, XCON } from '../model/names.ts';
import { same } from '../model/compare.ts';
import { normalise } from '../model/shape.ts';
import {
  addressesOf,
  endpointsOf,
  isPresent,
  type Origin,
  privilegeOf,
  rolesOf,
  statusOf,
  type UserFacts,
  userRecord,
} from '../model/user.ts';
import { isTrue } from '../model/values.ts';
import { XmlElement } from '../xml/element.ts';
import { admit, checkRoom, type Entry, isBanned } from './admission.ts';
import { highestNumber, isGenerated, Placeholders } from './auto-generate.ts';
import type { Work } from './control-parts.ts';
import { asInDirectory, enrol, userIdFor } from './enrolment.ts';
import { findUser, withChild } from './people.ts';
import { Refusal } from './refusal.ts';
import { refusedChange } from './rights.ts';
import { settleEndpoints } from './roster.ts';
import type { Standing } from './standing.ts';
import { merge } from './update.ts';
import { hidesAttendees } from './views.ts';
import { appearanceOf } from './visibility.ts';

/** Who came in; `shown` is what the sender is told of one whose presence he may not know, as if she had come just now. */
export interface BroughtIn {
  readonly key: XconUserId;
  readonly shown?: XmlElement;
}

/** userRequest/create (RFC 6503 §5.3.6): somebody joins, or brings somebody else in. */
export function bringIn(
  work: Work,
  raw: XmlElement | undefined,
  checkPassword: (object: ConferenceObject, standing: Standing) => void,
): BroughtIn {
  const { call, edit, standing } = work;
  // What is wrong with her request tells a stranger nothing, not even that the conference is there.
  if (standing.level === undefined) admit(edit.before, call.caller, standing);
  const generated = raw !== undefined && isGenerated(raw.attribute('entity'));
  const asked = raw === undefined ? undefined : replaced(work, raw, undefined);
  if (call.caller.kind !== 'user') return { key: guestComes(work, asked, generated, checkPassword) };
  const { userId } = call.caller.principal;
  const key =
    asked === undefined
      ? userId
      : (userIdFor(edit.now, asked, work.identities, generated) ?? unknown(work, asked, generated));
  const own = standing.self ?? userId;
  if (key !== own && key !== userId) {
    if (standing.level === undefined) {
      throw new Refusal('not-allowed', 'Join the conference before you bring others in.');
    }
    checkPassword(edit.before, standing);
    return thirdComes(work, key, asked ?? info('user', { entity: key }));
  }
  const entry = admit(edit.before, call.caller, standing);
  checkPassword(edit.before, standing);
  comes(work, own, asked, entry, { origin: 'joined' });
  return { key: own };
}

function replaced({ people, edit }: Work, raw: XmlElement, before: XmlElement | undefined): XmlElement {
  const placeholders = new Placeholders((domain) => people.servesDomain(domain));
  const key = findUser(edit.now, raw.attribute('entity') ?? '');
  const there = before ?? (key && edit.now.users.get(key)?.part.element);
  return normalise(
    USER,
    placeholders.replace(raw, () => Math.max(highestNumber(raw), highestNumber(there))),
  );
}

/** The id of a user who is neither in the conference nor in the directory: new, or not known at all (420). */
function unknown({ people }: Work, asked: XmlElement, generated: boolean): XconUserId {
  const id = parseXconUserId(asked.attribute('entity') ?? '');
  if (generated && id !== undefined) return id;
  if (generated) return generateXconUserId(people.domain);
  throw new Refusal(
    'no-such-user',
    'No user has this entity: send AUTO_GENERATE_1 and an address of a user without one.',
  );
}

/** RFC 6503 §5.3.6, third case: she gets an id that only she learns; others see her under another. */
function guestComes(
  work: Work,
  asked: XmlElement | undefined,
  generated: boolean,
  checkPassword: (object: ConferenceObject, standing: Standing) => void,
): XconUserId {
  const { call, edit, standing, people } = work;
  const entry = admit(edit.before, call.caller, standing);
  if (edit.now.header.kind !== 'conference' || asked === undefined) {
    throw new Refusal('malformed', 'Send a userInfo with an address where you can be reached.');
  }
  checkPassword(edit.before, standing);
  if (standing.self !== undefined) {
    comes(work, standing.self, asked.withAttribute('entity', standing.self), entry, { origin: 'joined' });
    return standing.self;
  }
  if (!generated)
    throw new Refusal('malformed', `The entity of a newcomer is xcon-userid:AUTO_GENERATE_1@${people.domain}.`);
  if (addressesOf(asked).length === 0) throw new Refusal('malformed', 'Give an address where you can be reached.');
  const key = generateXconUserId(people.domain);
  comes(work, key, asked.withAttribute('entity', key), entry, {
    origin: 'joined',
    alias: generateXconUserId(people.domain),
  });
  return key;
}

/** Somebody joins on her own, or comes with another endpoint. */
function comes(
  work: Work,
  key: XconUserId,
  asked: XmlElement | undefined,
  entry: Entry,
  fresh: { origin: Origin; alias?: XconUserId },
): void {
  const { edit, identities } = work;
  const old = edit.now.users.get(key);
  if (old === undefined || !isPresent(old.facts)) room(work, old?.facts.pending === true);
  const claims = asked === undefined ? undefined : withoutClaims(asked.withAttribute('entity', key));
  const before = old && withoutEnded(old.part.element);
  const base = before ?? asInDirectory(info('user', { entity: key }), key, identities);
  const merged = claims === undefined ? base : (merge(USER, base, claims) ?? base);
  refuse(work, base, merged, true);
  if (
    asked !== undefined &&
    privilegeOf(rolesOf(asked)) !== undefined &&
    !same(rolesElement(asked), rolesElement(base))
  ) {
    throw new Refusal('not-allowed', 'You may not give yourself a role.');
  }
  const guestAors =
    fresh.alias === undefined || asked === undefined ? merged : (merge(USER, merged, aorsOnly(asked)) ?? merged);
  const reached = entry === 'pending' ? withAnEndpoint(work, guestAors) : guestAors;
  const settled = settleEndpoints(reached, before, entry);
  const { alias, origin } = old?.facts ?? fresh;
  enrol(edit, key, settled, { origin, ...(alias && { alias }) }, identities);
}

const rolesElement = (user: XmlElement): XmlElement => user.first(CONFERENCE_INFO, 'roles') ?? info('roles');

/** One who waits to be let in waits with an endpoint: with her first address where she named none. */
function withAnEndpoint({ call }: Work, user: XmlElement): XmlElement {
  if (endpointsOf(user).length > 0) return user;
  const principal = call.caller.kind === 'user' ? call.caller.principal : undefined;
  const entity = principal?.addresses[0] ?? addressesOf(user)[0];
  if (entity === undefined) throw new Refusal('malformed', 'Name the endpoint with which you wait to be let in.');
  return merge(USER, user, info('user', {}, [info('endpoint', { entity })])) ?? user;
}

/**
 * What a joining user says of herself but does not decide: addresses are the directory's matter, the state of an
 * endpoint the focus's, roles without power mean nothing.
 */
function withoutClaims(user: XmlElement): XmlElement {
  return withStatusLeftOut(withChild(withChild(user, 'associated-aors', undefined), 'roles', undefined));
}

const aorsOnly = (user: XmlElement): XmlElement =>
  user.withChildren(user.elements.filter((child) => child.is(CONFERENCE_INFO, 'associated-aors')));

/** RFC 6503 §5.3.6: a participant is brought in by somebody else. */
function thirdComes(work: Work, key: XconUserId, asked: XmlElement): BroughtIn {
  const { edit, identities, standing } = work;
  if (!mayBringOthers(standing)) throw new Refusal('not-allowed', 'You may not bring others into this conference.');
  const principal = identities.of(key);
  if (isBanned(edit.before, principal ?? { userId: key, addresses: addressesOf(asked) })) {
    throw new Refusal('not-allowed', 'This user is banned: take her off the deny-users-list first.');
  }
  const there = edit.now.users.get(key);
  const unseen = there !== undefined && !isSeen(edit.now, there.facts, standing);
  const old = unseen ? undefined : there;
  if (old === undefined || !isPresent(old.facts)) room(work, old?.facts.pending === true);
  const before = old && withoutEnded(old.part.element, asked);
  const base = before ?? asInDirectory(info('user', { entity: key }), key, identities);
  const claims = principal === undefined ? asked : withChild(asked, 'associated-aors', undefined);
  const merged = merge(USER, base, withStatusLeftOut(claims.withAttribute('entity', key))) ?? base;
  refuse(work, base, withoutPlainRoles(merged, base), false);
  const settled = settleEndpoints(merged, before, 'in');
  if (old !== undefined && settled === old.part.element) {
    throw new Refusal('conflict', 'This user is in the conference already.');
  }
  if (unseen) {
    // Nor does it show in who is refused that she is there.
    const record = userRecord(settled, { origin: 'joined' });
    work.judge({ user: key, record, endpoints: endpointsOf(settled), joins: false });
    return { key, shown: settled };
  }
  enrol(
    edit,
    key,
    settled,
    { ...(old?.facts.alias && { alias: old.facts.alias }), origin: old?.facts.origin ?? 'joined' },
    identities,
  );
  return { key };
}

/** Who comes once more comes anew with an endpoint whose call is over: with these that are asked for, or with any. */
export function withoutEnded(user: XmlElement, asked?: XmlElement): XmlElement {
  const named = asked && new Set(endpointsOf(asked).map((one) => one.attribute('entity')));
  const isEnded = (child: XmlElement): boolean =>
    child.is(CONFERENCE_INFO, 'endpoint') &&
    statusOf(child) === 'disconnected' &&
    named?.has(child.attribute('entity')) !== false;
  return user.elements.some(isEnded) ? user.withChildren(user.elements.filter((child) => !isEnded(child))) : user;
}

const isSeen = (object: ConferenceObject, facts: UserFacts, { level = 'invited' }: Standing): boolean =>
  appearanceOf(facts, level, hidesAttendees(object)) === 'plain';

const withStatusLeftOut = (user: XmlElement): XmlElement =>
  user.withChildren(
    user.elements.map((child) =>
      child.is(CONFERENCE_INFO, 'endpoint') ? withChild(child, 'status', undefined) : child,
    ),
  );

/** Roles without power are nobody's privilege to give. */
const withoutPlainRoles = (user: XmlElement, base: XmlElement): XmlElement =>
  privilegeOf(rolesOf(user)) === undefined && privilegeOf(rolesOf(base)) === undefined
    ? withChild(user, 'roles', base.first(CONFERENCE_INFO, 'roles'))
    : user;

const mayBringOthers = (standing: Standing): boolean => may(standing, 'allow-invite-users-dynamically');

/** Whether somebody may let the focus refer others to the conference (RFC 6501 §4.6.5.3). @throws {Refusal} not-allowed */
export function checkReferring(standing: Standing): void {
  if (!may(standing, 'allow-refer-users-dynamically'))
    throw new Refusal('not-allowed', 'You may not have others asked into this conference.');
}

function may({ level, record }: Standing, right: string): boolean {
  if (level === 'moderator' || level === 'organizer') return true;
  return level === 'participant' && isTrue(record?.part.element.first(XCON, right)?.text.trim());
}

/** Who waits already has her place. */
export function room({ edit, limits }: Pick<Work, 'edit' | 'limits'>, waits: boolean): void {
  if (!waits) checkRoom(edit.before, limits.users);
}

export function refuse({ call, standing }: Work, before: XmlElement, after: XmlElement, isSelf: boolean): void {
  const systemAdministrator = call.caller.kind === 'user' && call.caller.principal.systemAdministrator;
  const level =
    standing.level === 'organizer' || standing.level === 'moderator'
      ? standing.level
      : isSelf
        ? 'participant'
        : 'moderator';
  const refused = refusedChange(USER, before, after, { level, systemAdministrator }, isSelf);
  if (refused !== undefined) throw new Refusal('not-allowed', `You may not set <${refused.element}>.`);
}
