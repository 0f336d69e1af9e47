import type { ConferenceObject, ObjectEdit, RunningOccurrence } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { info, POLICY } from '../model/names.ts';
import { Part } from '../model/part.ts';
import { rolesOf } from '../model/user.ts';
import { XmlElement } from '../xml/element.ts';
import { STATE_SECTION } from './lists.ts';

/** The element of conference-state that says that media are mixed. */
export const MIXING = 'mixing';

/**
 * Whether media are mixed after an edit (RFC 6501 §4.2.5): from the start offset on as soon as the first one is there whom it
 * requires, until the last one leaves whom the end offset requires.
 */
export function mixesNow(running: RunningOccurrence, edit: ObjectEdit, now: number): boolean {
  const { mixes = running.start, mixingNeeds, needs, mixing } = running;
  if (mixing === true) return isThere(needs, edit, true);
  return now >= mixes && isThere(mixingNeeds, edit, false) && isThere(needs, edit, false);
}

/** Whether somebody of a role is connected; nobody is asked whom an edit can not have changed. */
function isThere(role: string | undefined, edit: ObjectEdit, was: boolean): boolean {
  if (role === undefined) return true;
  if (ANYBODY.has(role)) return edit.now.counts.connected > 0;
  const users = edit.touched.filter(({ kind }) => kind === 'user').map(({ key }) => key as XconUserId);
  if (users.some((key) => has(edit.now, key, role))) return true;
  const maySay = was ? users.some((key) => has(edit.before, key, role)) : users.length === 0;
  return maySay ? [...edit.now.users.keys()].some((key) => has(edit.now, key, role)) : was;
}

/** Roles that need not be given to anybody. */
const ANYBODY = new Set(['user', 'participant', 'other']);

function has({ users }: ConferenceObject, key: XconUserId, role: string): boolean {
  const record = users.get(key);
  return record !== undefined && record.facts.connected && rolesOf(record.part.element).includes(role);
}

/** Shows in conference-state whether media are mixed. */
export function showMixing(edit: ObjectEdit, isMixing: boolean): void {
  const state = edit.now.sections.get(STATE_SECTION)?.element ?? info('conference-state');
  const rest = state.children.filter((child) => !(child instanceof XmlElement && child.is(POLICY, MIXING)));
  if (isMixing === rest.length < state.children.length) return;
  const shown = isMixing ? [new XmlElement(POLICY, MIXING, [], ['true'])] : [];
  edit.setSection(STATE_SECTION, Part.of(state.withChildren([...rest, ...shown])));
}
