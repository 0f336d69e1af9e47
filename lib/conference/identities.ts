import type { Principal } from '../directory/principal.ts';
import type { ConferenceObject, PartName } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { DESCRIPTION_SECTION, targetsOf, USERS_SECTION } from './lists.ts';
import { descriptionTokens, guestTokens } from './tokens.ts';

/** Under which names and tokens lists find an object through one of its parts. */
export function identitiesOf(object: ConferenceObject, { kind, key }: PartName): readonly string[] {
  if (kind === 'user') {
    const facts = object.users.get(key as XconUserId)?.facts;
    if (facts === undefined) return [];
    return facts.alias === undefined ? [key, ...facts.addresses] : guestTokens(object, key as XconUserId);
  }
  if (kind !== 'section') return [];
  if (key === DESCRIPTION_SECTION) return descriptionTokens(object);
  return key === USERS_SECTION
    ? [...targetsOf(object, 'allowed-users-list')].filter((target) => target.startsWith('*@'))
    : [];
}

/** Under which of these names lists find what concerns a user: her id, her addresses, their domains. */
export function identitiesOfUser({ userId, addresses }: Principal): string[] {
  const names = [userId, ...addresses];
  const domains = names.flatMap((name) => (name.includes('@') ? [`*${name.slice(name.lastIndexOf('@'))}`] : []));
  return [...new Set([...names, ...domains])];
}
