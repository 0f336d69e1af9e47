import type { Audience } from '../model/definitions.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { domainOf, type XconUserId } from '../model/identifiers.ts';
import { isPresent, rolesOf, type UserRecord } from '../model/user.ts';
import type { Caller } from './calls.ts';
import { targetsOf } from './lists.ts';

/** What somebody is to one conference. */
export interface Standing {
  /** Undefined for a stranger, to whom the conference does not exist. */
  readonly level: Audience | undefined;
  /** The caller's own user in the conference, if there is one. */
  readonly self: XconUserId | undefined;
  readonly record: UserRecord | undefined;
}

/**
 * The standing of a caller: a user by id or by a proven address, a guest by her secret id. A guest's id opens nothing
 * to anybody who is authenticated as somebody else.
 */
export function standingOf(object: ConferenceObject, caller: Caller): Standing {
  const self = selfOf(object, caller);
  const record = self === undefined ? undefined : object.users.get(self);
  if (caller.kind === 'user' && caller.principal.systemAdministrator) return { level: 'organizer', self, record };
  if (record === undefined)
    return { level: isInvited(object, caller) ? 'invited' : undefined, self: undefined, record };
  return { level: record.facts.privilege ?? (isPresent(record.facts) ? 'participant' : 'invited'), self, record };
}

function selfOf(object: ConferenceObject, caller: Caller): XconUserId | undefined {
  switch (caller.kind) {
    case 'newcomer':
      return undefined;
    case 'guest':
      return object.users.get(caller.userId)?.facts.alias === undefined ? undefined : caller.userId;
    case 'user': {
      const { userId, addresses } = caller.principal;
      const own = object.users.get(userId);
      if (own !== undefined) return own.facts.alias === undefined ? userId : undefined;
      const found = addresses.map((one) => object.addresses.get(one)).find(Boolean);
      return found === undefined || object.users.get(found)?.facts.alias !== undefined ? undefined : found;
    }
  }
}

function isInvited(object: ConferenceObject, caller: Caller): boolean {
  return caller.kind === 'user' && isListed(targetsOf(object, 'allowed-users-list'), caller.principal);
}

/** Whether a list of targets names a user: by id, by address, by `*@domain`, or by a role that she has. */
export function isListed(
  targets: ReadonlySet<string>,
  user: { readonly userId: string; readonly addresses: readonly string[] },
  record?: UserRecord,
): boolean {
  if (targets.size === 0) return false;
  return (
    [user.userId, ...user.addresses].some((name) => targets.has(name) || targets.has(`*@${domainOf(name) ?? ''}`)) ||
    (record !== undefined && rolesOf(record.part.element).some((role) => targets.has(role)))
  );
}
