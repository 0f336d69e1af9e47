import type { XconUserId } from '../model/identifiers.ts';
import { XCON } from '../model/names.ts';
import { isPresent } from '../model/user.ts';
import { isTrue } from '../model/values.ts';
import type { Work } from './control-parts.ts';
import { removeUser } from './enrolment.ts';
import { withoutEndpoints } from './occurrence.ts';
import { Refusal } from './refusal.ts';
import type { Standing } from './standing.ts';
import { noSuchUser, targetUser } from './target-user.ts';

/**
 * userRequest/delete: endpoints leave; who is named only in the occurrence is gone, who is invited stays invited. A
 * moderator who removes somebody that is not in takes the invitation back with it.
 */
export function leave(work: Work, entity: XconUserId | undefined): void {
  const { edit, standing } = work;
  const key = targetUser(edit.now, standing, entity);
  const record = edit.now.users.get(key);
  if (record === undefined) throw noSuchUser();
  const isIn = isPresent(record.facts) || record.facts.pending;
  if (key === standing.self) {
    if (isIn) edit.setUser(key, record.facts.origin === 'joined' ? undefined : withoutEndpoints(record));
    else if (record.facts.privilege === 'organizer') {
      throw new Refusal('not-allowed', 'The organizer stays organizer: delete the conference, or name another first.');
    } else removeUser(edit, key);
    return;
  }
  if (!mayRemoveOthers(standing)) throw new Refusal('not-allowed', 'You may not remove others from this conference.');
  if (record.facts.privilege !== undefined && standing.level !== 'organizer') {
    throw new Refusal('not-allowed', 'Only an organizer may remove a moderator or an organizer.');
  }
  if (isIn && record.facts.origin === 'invited') edit.setUser(key, withoutEndpoints(record));
  else removeUser(edit, key);
}

function mayRemoveOthers({ level, record }: Standing): boolean {
  if (level === 'moderator' || level === 'organizer') return true;
  return (
    level === 'participant' && isTrue(record?.part.element.first(XCON, 'allow-remove-users-dynamically')?.text.trim())
  );
}
