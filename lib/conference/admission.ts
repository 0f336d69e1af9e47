import { CONFERENCE_INFO } from '../model/names.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { isTrue } from '../model/values.ts';
import type { Caller } from './calls.ts';
import { DESCRIPTION_SECTION, type ListName, STATE_SECTION, targetsOf, usersSetting } from './lists.ts';
import { passwordsOf } from './passwords.ts';
import { type Obstacle, Refusal } from './refusal.ts';
import { isListed, type Standing } from './standing.ts';

/** How somebody who may come in comes in. */
export type Entry = 'in' | 'pending';

/**
 * The same words for what is not there and what the caller may not know of; those who are nobody here yet are asked to
 * authenticate for either.
 */
export const unknownTo = (caller: Caller): Refusal =>
  caller.kind === 'user'
    ? new Refusal('no-such-conference', 'There is no such conference for you: check its XCON-URI.')
    : new Refusal('authentication-required', 'Authenticate to use a conference.');

/**
 * Whether the caller may join on his own (RFC 6501 §4.6.1, §4.6.2): the admission policy says who, join-handling how.
 * Those with privilege always may. To a stranger whom the policy turns away the conference does not exist.
 * @param isDirected the operator is called for whom the conference directs to him; she waits
 */
export function admit(object: ConferenceObject, caller: Caller, standing: Standing, isDirected = false): Entry {
  if (standing.level === 'moderator' || standing.level === 'organizer') return 'in';
  const handling = usersSetting(object, 'join-handling') ?? 'block';
  const turnedAway = (why: string, obstacle?: Obstacle): Refusal =>
    standing.level === undefined ? unknownTo(caller) : new Refusal('not-allowed', why, undefined, obstacle);
  switch (entitlement(object, caller, standing)) {
    case 'unauthenticated':
      throw unknownTo(caller);
    case 'banned':
      throw standing.level === undefined ? unknownTo(caller) : banned();
    case 'unlisted':
      if (handling === 'confirm') return 'pending'; // RFC 6501 §4.6.2
      throw turnedAway('You are not on the list of those who may join this conference.');
    case 'entitled':
  }
  switch (handling) {
    case 'allow':
      return 'in';
    case 'confirm':
      return 'pending';
    case 'authenticate':
      if (caller.kind === 'user') return 'in';
      throw unknownTo(caller);
    case 'directed-operator':
      if (isDirected) return 'pending';
      throw turnedAway('Ask the operator of the conference to bring you in.', { is: 'operator' });
    default:
      throw turnedAway('This conference takes nobody in now.');
  }
}

/** Whether the conference has an operator bring people in (RFC 6501 §4.6.1). */
export const isDirecting = (object: ConferenceObject): boolean =>
  usersSetting(object, 'join-handling') === 'directed-operator';

export const banned = (): Refusal => new Refusal('not-allowed', 'You are banned from this conference.');

/** Whether everybody who has an account may come in by himself, without being listed and without a password. */
export const isPublic = (object: ConferenceObject): boolean =>
  policyOf(object) !== 'closedAuthenticated' &&
  ['allow', 'confirm', 'authenticate'].includes(usersSetting(object, 'join-handling') ?? 'block') &&
  passwordsOf(object).length === 0;

const policyOf = (object: ConferenceObject): string | undefined => usersSetting(object, 'user-admission-policy');

type Entitlement = 'entitled' | 'unlisted' | 'banned' | 'unauthenticated';

function entitlement(object: ConferenceObject, caller: Caller, standing: Standing): Entitlement {
  const policy = policyOf(object);
  if (policy === 'anonymous') return 'entitled';
  if (caller.kind !== 'user') return 'unauthenticated';
  const isOn = (list: ListName): boolean => isListed(targetsOf(object, list), caller.principal, standing.record);
  if (policy === 'closedAuthenticated') return isOn('allowed-users-list') ? 'entitled' : 'unlisted';
  return policy === 'openAuthenticated' && isOn('deny-users-list') ? 'banned' : 'entitled';
}

/** Whether somebody who is brought in is banned (RFC 6501 §4.6.4, only with the policy openAuthenticated). */
export const isBanned = (object: ConferenceObject, user: { userId: string; addresses: readonly string[] }): boolean =>
  policyOf(object) === 'openAuthenticated' && isListed(targetsOf(object, 'deny-users-list'), user);

/**
 * Room for so many more: a locked conference takes nobody (RFC 4575 §5.5.3), a full one has no resources left.
 * @throws {Refusal} not-allowed, resources-exhausted
 */
export function checkRoom(object: ConferenceObject, mostUsers: number, more = 1): void {
  const state = object.sections.get(STATE_SECTION)?.element;
  if (isTrue(state?.first(CONFERENCE_INFO, 'locked')?.text.trim())) {
    const why = 'The conference is locked: ask a moderator to unlock it.';
    throw new Refusal('not-allowed', why, undefined, { is: 'locked' });
  }
  const most = object.sections.get(DESCRIPTION_SECTION)?.element.first(CONFERENCE_INFO, 'maximum-user-count')?.text;
  const limit = Math.min(mostUsers, most === undefined ? Infinity : Number(most));
  if (object.counts.present + object.counts.pending + more > limit) {
    const why = 'The conference is full: try again when somebody has left.';
    const setting = limit === mostUsers ? { setting: 'conference.users' } : {};
    throw new Refusal('resources-exhausted', why, undefined, { is: 'full', ...setting });
  }
}
