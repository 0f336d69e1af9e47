import type { Principal } from '../directory/principal.ts';
import { CONFERENCE, type ElementDefinition, USER } from '../model/definitions.ts';
import { type ConferenceObject, emptyObject, ObjectEdit, type ObjectHeader } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info, POLICY, XCON, xcon } from '../model/names.ts';
import { Part } from '../model/part.ts';
import { expanded, normalise } from '../model/shape.ts';
import { rolesOf, type UserFacts, userRecord } from '../model/user.ts';
import { XmlElement } from '../xml/element.ts';
import { asInDirectory, enrol } from './enrolment.ts';
import { DESCRIPTION_SECTION, FLOOR_SECTION, STATE_SECTION } from './lists.ts';
import { isOfReservation, withoutEndpoints } from './occurrence.ts';
import { withChild, type Identities } from './people.ts';
import { generatePassword, generatesPassword } from './passwords.ts';
import { asEnforced, isEnforced } from './rights.ts';
import { hidesAttendees, type Reader } from './views.ts';
import { appearanceOf, seenBy } from './visibility.ts';

export interface CloneOptions {
  /** Of the conference passwords that the server makes. */
  readonly passwordDigits: number;
  /** Of the clone. */
  readonly sipUri: string;
}

/** A new conference object, empty; its edit becomes version 1. */
export function newObject(uri: XconUri, header: Omit<ObjectHeader, 'active' | 'anonymous'>): ObjectEdit {
  return new ObjectEdit(emptyObject(uri, { ...header, active: false, anonymous: 0 }));
}

/**
 * Copies what the reader sees of a parent into a new object (RFC 5239 §7.1): sections and, from a conference, users.
 * Nothing goes along that belongs to the parent alone: its URIs and passwords, its occurrence. What it enforces on its
 * children is marked.
 */
export function copyParent(edit: ObjectEdit, parent: ConferenceObject, reader: Reader, options: CloneOptions): void {
  copySections(edit, parent, reader, options);
  const hides = hidesAttendees(parent);
  const listed = reader.level === 'moderator' || reader.level === 'organizer';
  for (const [key, record] of parent.users) {
    if (record.facts.origin === 'joined' || !appearsAsHerself(key, record.facts, reader, hides)) continue;
    const { part } = withoutEndpoints(record);
    const shown = seenBy(reader.level, USER, withoutPower(part.element));
    // Who does not see the list of the invited does not clone it: to him they are named.
    const origin = listed ? record.facts.origin : 'named';
    if (shown !== undefined)
      edit.setUser(key, userRecord(shown, { origin }, shown === part.element ? part : undefined));
  }
}

/** All that is copied but the users. */
export function copySections(edit: ObjectEdit, parent: ConferenceObject, reader: Reader, options: CloneOptions): void {
  for (const definition of CONFERENCE.children()) {
    const key = expanded(definition);
    const part = parent.sections.get(key);
    const seen = part === undefined ? undefined : seenBy(reader.level, definition, part.element);
    if (part === undefined || seen === undefined || definition.changes === 'server') continue;
    const copied = key === DESCRIPTION_SECTION ? cloneDescription(definition, seen, edit.now, options) : seen;
    edit.setSection(key, asEnforced(copied === part.element ? part : Part.of(copied)));
  }
  for (const [key, part] of parent.sections) if (!modelled.has(key)) edit.setSection(key, part);
  endOfState(edit);
}

const modelled = new Set(CONFERENCE.children().map(expanded));

export const appearsAsHerself = (key: XconUserId, facts: UserFacts, reader: Reader, hides: boolean): boolean =>
  key === reader.self || appearanceOf(facts, reader.level, hides) === 'plain';

function cloneDescription(
  definition: ElementDefinition,
  description: XmlElement,
  { header }: ConferenceObject,
  options: CloneOptions,
): XmlElement {
  const uris = description.first(CONFERENCE_INFO, 'conf-uris');
  const protectedBefore =
    uris?.elements.some((entry) => entry.first(XCON, 'conference-password') !== undefined) === true;
  const bare = withoutXcon(withChild(description, 'conf-uris', undefined), 'cloning-parent').withAttribute(
    'conference-password',
    undefined,
    POLICY,
  );
  // Set for clones of conferences; a clone of a blueprint is independent of it (RFC 5239 §7.2).
  const parent = header.kind === 'conference' ? 'cloning-parent' : 'sidebar-parent'; // RFC 6501 §4.2.3, §4.2.4
  const named = header.parent ? [...bare.children, xcon(parent, {}, [header.parent.uri])] : bare.children;
  if (!protectedBefore && !generatesPassword(description)) return normalise(definition, bare.withChildren(named));
  const entry = info('entry', {}, [
    info('uri', {}, [options.sipUri]),
    info('purpose', {}, ['participation']),
    generatePassword(options.passwordDigits),
  ]);
  return normalise(definition, bare.withChildren([...named, info('conf-uris', {}, [entry])]));
}

const withoutXcon = (element: XmlElement, local: string): XmlElement =>
  element.withChildren(element.children.filter((child) => !(child instanceof XmlElement && child.is(XCON, local))));

/** The state of the parent's occurrence stays behind. */
function endOfState(edit: ObjectEdit): void {
  const state = edit.now.sections.get(STATE_SECTION)?.element;
  if (state !== undefined && !state.elements.every(isOfReservation)) {
    edit.setSection(STATE_SECTION, Part.of(state.withChildren(state.elements.filter(isOfReservation))));
  }
}

/**
 * What direct creation starts from: the default blueprint without what the request describes itself, so that the lists
 * of the one are not mixed with those of the other.
 */
export function withoutDescribed(edit: ObjectEdit, document: XmlElement): void {
  for (const section of document.elements) {
    const key = expanded(section);
    const part = edit.now.sections.get(key);
    if (part === undefined) continue;
    const described = new Set(section.elements.map(expanded));
    const rest = part.element.elements.filter(
      (child) => isEnforced(part.element, child) || (!described.has(expanded(child)) && !NAMES.has(child.local)),
    );
    edit.setSection(key, Part.of(part.element.withChildren(rest)));
  }
  const media = document.first(CONFERENCE_INFO, 'conference-description')?.first(CONFERENCE_INFO, 'available-media');
  if (media !== undefined && document.first(XCON, 'floor-information') === undefined)
    edit.setSection(FLOOR_SECTION, undefined);
}

/** What a blueprint is called is not what a conference described by its creator is called. */
const NAMES = new Set(['display-text', 'subject', 'free-text', 'keywords']);

const GOVERNING = ['organizer', 'administrator'];
const CREATOR_ROLES = [...GOVERNING, 'moderator'];

/** The creator is organizer, administrator and moderator of the conference, and its only organizer. */
export function enrolCreator(edit: ObjectEdit, creator: Principal, identities: Identities): void {
  for (const [key, record] of edit.now.users) {
    if (key === creator.userId || record.facts.privilege !== 'organizer') continue;
    const roles = rolesOf(record.part.element).filter((role) => role !== 'organizer');
    enrol(edit, key, withRoles(record.part.element, roles), record.facts, identities);
  }
  const old = edit.now.users.get(creator.userId)?.part.element;
  const element = asInDirectory(old ?? info('user', { entity: creator.userId }), creator.userId, identities);
  const others = rolesOf(element).filter((role) => !CREATOR_ROLES.includes(role));
  enrol(edit, creator.userId, withRoles(element, [...CREATOR_ROLES, ...others]), { origin: 'named' }, identities);
}

/** Those who govern the parent do not govern the clone. */
export function withoutPower(user: XmlElement): XmlElement {
  const roles = rolesOf(user);
  const kept = roles.filter((role) => !GOVERNING.includes(role));
  return kept.length === roles.length ? user : withRoles(user, kept);
}

function withRoles(user: XmlElement, roles: readonly string[]): XmlElement {
  const rest = withChild(user, 'roles', undefined).elements;
  if (roles.length === 0) return user.withChildren(rest);
  const element = info(
    'roles',
    {},
    roles.map((role) => info('entry', {}, [role])),
  );
  const at = rest.filter((child) => child.local === 'display-text' || child.local === 'associated-aors').length;
  return user.withChildren([...rest.slice(0, at), element, ...rest.slice(at)]);
}
