import type { ObjectEdit } from '../model/conference-object.ts';
import { CONFERENCE_INFO, POLICY } from '../model/names.ts';
import { Part } from '../model/part.ts';
import { type UserRecord, userRecord } from '../model/user.ts';
import { XmlElement } from '../xml/element.ts';
import { STATE_SECTION } from './lists.ts';

/**
 * An occurrence begins with the first user who has an endpoint in the conference or waits with one, and ends when the
 * last of them has left; then everything that belongs to the occurrence alone is gone. Call after a change of users.
 */
export function settleOccurrence(edit: ObjectEdit): void {
  const { header, counts } = edit.now;
  const somebody = counts.connected + counts.pending > 0;
  if (header.kind === 'blueprint' || header.active === somebody) return;
  if (somebody) edit.setHeader({ ...header, active: true });
  else endOccurrence(edit);
}

/** Guests and people not on the lists, endpoints, the lock, an announced end and anonymous numbers end with the occurrence. */
export function endOccurrence(edit: ObjectEdit): void {
  edit.setHeader({ ...edit.now.header, active: false, anonymous: 0 });
  for (const [key, record] of edit.now.users) {
    if (record.facts.origin === 'joined') edit.setUser(key, undefined);
    else if (record.facts.endpoints > 0 || record.facts.number !== undefined)
      edit.setUser(key, withoutEndpoints(record));
  }
  const state = edit.now.sections.get(STATE_SECTION)?.element;
  if (state !== undefined && !state.elements.every(isOfReservation)) {
    edit.setSection(STATE_SECTION, Part.of(state.withChildren(state.elements.filter(isOfReservation))));
  }
}

/** Whether an element of conference-state outlives an occurrence. */
export const isOfReservation = (child: XmlElement): boolean =>
  !child.is(CONFERENCE_INFO, 'locked') && !child.is(POLICY, 'ends') && !child.is(POLICY, 'mixing');

/** The user as the reservation has her. */
export function withoutEndpoints({ part, facts }: UserRecord): UserRecord {
  const { origin, alias } = facts;
  const kept = { origin, ...(alias && { alias }) };
  if (facts.endpoints === 0) return userRecord(part.element, kept, part);
  const children = part.element.children.filter(
    (child) => !(child instanceof XmlElement && child.is(CONFERENCE_INFO, 'endpoint')),
  );
  return userRecord(part.element.withChildren(children), kept);
}
