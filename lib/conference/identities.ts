import type { ConferenceObject, PartName } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { targetsOf, USERS_SECTION } from './lists.ts';

/** Under which names lists of conferences find an object through one of its parts. */
export function identitiesOf(object: ConferenceObject, { kind, key }: PartName): readonly string[] {
  if (kind === 'user') {
    const facts = object.users.get(key as XconUserId)?.facts;
    return facts === undefined || facts.alias !== undefined ? [] : [key, ...facts.addresses];
  }
  if (kind === 'section' && key === USERS_SECTION) {
    return [...targetsOf(object, 'allowed-users-list')].filter((target) => target.startsWith('*@'));
  }
  return [];
}
