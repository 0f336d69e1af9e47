import { type ConferenceObject, ObjectEdit, objectWith, type SidebarKind } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info, POLICY, XCON } from '../model/names.ts';
import { Part } from '../model/part.ts';
import { isTrue } from '../model/values.ts';
import type { Caller } from './calls.ts';
import type { Edited } from './object-change.ts';
import { removeUser } from './enrolment.ts';
import { DESCRIPTION_SECTION } from './lists.ts';
import { settleOccurrence } from './occurrence.ts';
import { beyond, Refusal } from './refusal.ts';
import { type Standing, standingOf } from './standing.ts';
import { hidesAttendees } from './views.ts';
import { appearanceOf } from './visibility.ts';

// A sidebar is a conference object of its own that lives in the context of a main conference (RFC 5239 §9.4). What is
// written here keeps the two together: every set of changes leaves each main conference with an entry for each of its
// sidebars, and an internal sidebar with nobody who is not in the main conference.

/** The main conference of a sidebar; undefined for what is none. */
export const mainConferenceOf = ({ header }: ConferenceObject): XconUri | undefined =>
  isSidebar(header.kind) ? header.parent?.uri : undefined;

export const isSidebar = (kind: string): kind is SidebarKind => kind === 'sidebar-by-val' || kind === 'sidebar-by-ref';

/** Whether an entry of a main conference is a sidebar by value. */
export const isByValue = (entry: Part): boolean => entry.element.first(CONFERENCE_INFO, 'uri') === undefined;

/**
 * What the main conference holds of a sidebar. One by value shows the sidebar itself, so it carries the version that is
 * to be found there: each of its changes changes the main conference.
 */
export function entryOf({ uri, version, header }: ConferenceObject): Part {
  if (header.kind === 'sidebar-by-ref') return Part.of(info('entry', {}, [info('uri', {}, [uri])]));
  return Part.of(info('entry', { entity: uri }).withAttribute('version', String(version), POLICY));
}

/**
 * The standing of a caller in an object, of which `main` is the main conference if it is a sidebar. The organizers of a
 * conference govern its sidebars; an internal one knows nobody who is a stranger outside.
 */
export function standingIn(object: ConferenceObject, main: ConferenceObject | undefined, caller: Caller): Standing {
  const own = standingOf(object, caller);
  if (main === undefined) return own;
  const { level } = standingOf(main, caller);
  if (level === 'organizer') return { ...own, level };
  return object.header.kind === 'sidebar-by-val' && level === undefined ? { ...own, level } : own;
}

/**
 * Whether somebody may make a sidebar: who takes part in the conference, where it allows sidebars (RFC 6501 §4.2.2).
 * @throws {Refusal} not-allowed, not-for-this-object, resources-exhausted
 */
export function checkMayMake(main: ConferenceObject, { level }: Standing, most: number): void {
  const allowed = main.sections.get(DESCRIPTION_SECTION)?.element.first(XCON, 'allow-sidebars')?.text.trim();
  if (!isTrue(allowed)) throw new Refusal('not-for-this-object', 'This conference allows no sidebars.');
  if (level === 'invited') throw new Refusal('not-allowed', 'Join the conference before you make a sidebar of it.');
  if (main.sidebars.size >= most) throw beyond('conference.sidebars', `A conference has at most ${most} sidebars.`);
}

/**
 * Whom a change brings into an internal sidebar is in the main conference, as far as the caller knows: otherwise he
 * could try out who is there unseen.
 * @throws {Refusal} not-allowed
 */
export function checkMembers(edit: ObjectEdit, main: ConferenceObject, caller: Caller): void {
  if (edit.now.header.kind !== 'sidebar-by-val') return;
  const { self, level = 'invited' } = standingOf(main, caller);
  const own = caller.kind === 'user' ? caller.principal.userId : self;
  const hides = hidesAttendees(main);
  for (const { kind, key } of edit.touched) {
    const user = kind === 'user' ? edit.now.users.get(key as XconUserId) : undefined;
    if (user === undefined || edit.before.users.has(key as XconUserId) || key === own) continue;
    const names = [key, ...user.facts.addresses];
    const found = names.map((name) => memberKey(main, name)).find((one) => one !== undefined);
    const facts = found === undefined ? undefined : main.users.get(found)?.facts;
    if (found === self && found !== undefined) continue;
    if (facts !== undefined && appearanceOf(facts, level, hides) === 'plain') continue;
    throw new Refusal('not-allowed', 'An internal sidebar is for members of its main conference.');
  }
}

const memberKey = (main: ConferenceObject, name: string): XconUserId | undefined =>
  main.users.has(name as XconUserId) ? (name as XconUserId) : main.addresses.get(name);

/** The main conference with the entry of a sidebar that was made or changed. */
export function withEntry(main: ConferenceObject, sidebar: ConferenceObject): Edited & { after: ConferenceObject } {
  return changed(main, (edit) => edit.setSidebar(sidebar.uri, entryOf(sidebar)));
}

/** The main conference without the entry of a sidebar. */
export function withoutEntry(main: ConferenceObject, uri: XconUri): Edited {
  return changed(main, (edit) => edit.setSidebar(uri, undefined));
}

/**
 * What a change of a conference does to its sidebars: they end with its occurrence (RFC 5239 §9.4), and who is no longer
 * in it is no longer in the internal ones. Their entries are part of the change.
 */
export async function followMain(
  edit: ObjectEdit,
  newest: (uri: XconUri) => Promise<ConferenceObject | undefined>,
): Promise<readonly Edited[]> {
  const { before } = edit;
  if (before.sidebars.size === 0) return [];
  const ends = before.header.active && !edit.now.header.active;
  const gone = edit.touched
    .filter(({ kind, key }) => kind === 'user' && !edit.now.users.has(key as XconUserId))
    .map(({ key }) => key as XconUserId);
  if (!ends && gone.length === 0) return [];
  const followed: Edited[] = [];
  for (const [uri, entry] of before.sidebars) {
    if (!ends && !isByValue(entry)) continue;
    const sidebar = await newest(uri);
    if (ends) edit.setSidebar(uri, undefined);
    if (sidebar === undefined) continue;
    if (ends) followed.push({ before: sidebar, touched: [] });
    else if (gone.some((key) => sidebar.users.has(key))) {
      const edited = changed(sidebar, (inside) => {
        for (const key of gone) if (inside.now.users.has(key)) removeUser(inside, key);
        settleOccurrence(inside);
      });
      edit.setSidebar(uri, entryOf(edited.after));
      followed.push(edited);
    }
  }
  return followed;
}

function changed(before: ConferenceObject, work: (edit: ObjectEdit) => void): Edited & { after: ConferenceObject } {
  const edit = new ObjectEdit(before);
  work(edit);
  return { before, after: objectWith(edit.now, { version: before.version + 1 }), touched: edit.touched };
}
