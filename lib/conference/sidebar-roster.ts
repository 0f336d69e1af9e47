import type { ConferenceObject, ObjectEdit } from '../model/conference-object.ts';
import { USER } from '../model/definitions.ts';
import { info, XCON, xcon } from '../model/names.ts';
import { Part } from '../model/part.ts';
import { userRecord } from '../model/user.ts';
import { appearsAsHerself, withoutPower } from './cloning.ts';
import { targetsOf, USERS_SECTION } from './lists.ts';
import { withoutEndpoints } from './occurrence.ts';
import { mergeSection } from './sections.ts';
import { isListed } from './standing.ts';
import { hidesAttendees, type Reader } from './views.ts';
import { seenBy } from './visibility.ts';

/**
 * Invites into a new sidebar whom its creator sees in the main conference, and puts each of them on the list with which
 * he then chooses among them (RFC 6504 §7.1). Without `all` it starts with nobody. Guests stay where their secret counts.
 */
export function inheritRoster(edit: ObjectEdit, parent: ConferenceObject, reader: Reader, all: boolean): void {
  if (!all) {
    dropList(edit);
    return;
  }
  const listed = targetsOf(edit.now, 'allowed-users-list');
  const users = edit.now.sections.get(USERS_SECTION)?.element;
  const targets = users?.first(XCON, 'allowed-users-list')?.all(XCON, 'target') ?? [];
  const hides = hidesAttendees(parent);
  for (const [key, record] of parent.users) {
    const { alias, pending, addresses } = record.facts;
    if (alias !== undefined || pending || !appearsAsHerself(key, record.facts, reader, hides)) continue;
    const shown = seenBy(reader.level, USER, withoutPower(withoutEndpoints(record).part.element));
    if (shown === undefined) continue;
    edit.setUser(key, userRecord(shown, { origin: 'invited' }));
    if (!isListed(listed, { userId: key, addresses })) targets.push(xcon('target', { uri: key, method: 'dial-in' }));
  }
  mergeSection(edit, USERS_SECTION, info('users', {}, [xcon('allowed-users-list', {}, targets)]));
}

function dropList(edit: ObjectEdit): void {
  const users = edit.now.sections.get(USERS_SECTION)?.element;
  if (users?.first(XCON, 'allowed-users-list') === undefined) return;
  const rest = users.elements.filter((child) => !child.is(XCON, 'allowed-users-list'));
  edit.setSection(USERS_SECTION, Part.of(users.withChildren(rest)));
}
