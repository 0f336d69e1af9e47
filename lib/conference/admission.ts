import { CONFERENCE_INFO } from '../model/names.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { isTrue } from '../model/values.ts';
import type { Caller } from './calls.ts';
import { DESCRIPTION_SECTION, STATE_SECTION, targetsOf, usersSetting } from './lists.ts';
import { Refusal } from './refusal.ts';
import { isListed, type Standing } from './standing.ts';

/** How somebody who may come in comes in. */
export type Entry = 'in' | 'pending';

/** The same words for what is not there and what its reader may not know of. */
export const noSuchConference = (): Refusal =>
  new Refusal('no-such-conference', 'There is no such conference for you: check its XCON-URI.');

/**
 * Whether the caller may join on his own (RFC 6501 §4.6.1, §4.6.2): the admission policy says who, join-handling how.
 * Those with privilege always may. To a stranger whom the policy turns away the conference does not exist.
 */
export function admit(object: ConferenceObject, caller: Caller, standing: Standing): Entry {
  if (standing.level === 'moderator' || standing.level === 'organizer') return 'in';
  const handling = usersSetting(object, 'join-handling') ?? 'block';
  if (!isEntitled(object, caller, standing)) {
    if (handling === 'confirm' && caller.kind === 'user' && policyOf(object) === 'closedAuthenticated')
      return 'pending';
    throw turnedAway(standing, 'You are not on the list of those who may join this conference.');
  }
  switch (handling) {
    case 'allow':
      return 'in';
    case 'confirm':
      return 'pending';
    case 'authenticate':
      if (caller.kind === 'user') return 'in';
      throw new Refusal('authentication-required', 'Authenticate to join this conference.');
    case 'directed-operator':
      throw turnedAway(standing, 'Ask the operator of the conference to bring you in.');
    default:
      throw turnedAway(standing, 'This conference takes nobody in now.');
  }
}

const policyOf = (object: ConferenceObject): string | undefined => usersSetting(object, 'user-admission-policy');

const turnedAway = (standing: Standing, why: string): Refusal =>
  standing.level === undefined ? noSuchConference() : new Refusal('not-allowed', why);

function isEntitled(object: ConferenceObject, caller: Caller, standing: Standing): boolean {
  const policy = policyOf(object);
  if (policy === 'anonymous') return true;
  if (caller.kind !== 'user') throw new Refusal('authentication-required', 'Authenticate to join a conference.');
  switch (policy) {
    case 'closedAuthenticated':
      return isListed(targetsOf(object, 'allowed-users-list'), caller.principal, standing.record);
    case 'openAuthenticated':
      return !isListed(targetsOf(object, 'deny-users-list'), caller.principal, standing.record);
    default:
      return true;
  }
}

/** Whether somebody who is brought in is banned (RFC 6501 §4.6.4, only with the policy openAuthenticated). */
export const isBanned = (object: ConferenceObject, user: { userId: string; addresses: readonly string[] }): boolean =>
  policyOf(object) === 'openAuthenticated' && isListed(targetsOf(object, 'deny-users-list'), user);

/**
 * Room for one more: a locked conference takes nobody (RFC 4575 §5.5.3), a full one has no resources left.
 * @throws {Refusal} not-allowed, resources-exhausted
 */
export function checkRoom(object: ConferenceObject, mostUsers: number): void {
  const state = object.sections.get(STATE_SECTION)?.element;
  if (isTrue(state?.first(CONFERENCE_INFO, 'locked')?.text.trim())) {
    throw new Refusal('not-allowed', 'The conference is locked: ask a moderator to unlock it.');
  }
  const most = object.sections.get(DESCRIPTION_SECTION)?.element.first(CONFERENCE_INFO, 'maximum-user-count')?.text;
  const limit = Math.min(mostUsers, most === undefined ? Infinity : Number(most));
  if (object.counts.present + object.counts.pending >= limit) {
    throw new Refusal('resources-exhausted', 'The conference is full: try again when somebody has left.');
  }
}
