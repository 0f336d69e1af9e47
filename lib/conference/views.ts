import { setImmediate as turn } from 'node:timers/promises';
import type { Audience, ElementDefinition } from '../model/definitions.ts';
import { CONFERENCE, USERS } from '../model/definitions.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { info, POLICY, PREFIXES } from '../model/names.ts';
import type { Part } from '../model/part.ts';
import { expanded } from '../model/shape.ts';
import type { UserRecord } from '../model/user.ts';
import type { XmlElement } from '../xml/element.ts';
import { serialize } from '../xml/serialize.ts';
import type { Call, Profile, View } from './calls.ts';
import { DESCRIPTION_SECTION, STATE_SECTION, USERS_SECTION } from './lists.ts';
import { dressDescription, dressUser, dressUsers, listOf, withFirstUriOnly } from './profiles.ts';
import { remembered } from './remembered-views.ts';
import type { Standing } from './standing.ts';
import { timeDefaults, type TimeRules } from './times.ts';
import { anonymousUser, appearanceOf, plainUser, seenBy } from './visibility.ts';

/** For whom a view is made. */
export interface Reader {
  readonly level: Audience;
  /** Always sees himself as he is. */
  readonly self: XconUserId | undefined;
  readonly profile: Profile;
  /** How times are read for a profile that has them put in other words. */
  readonly rules?: TimeRules | undefined;
  /** The answer to a change carries only the first of the conference's URIs, the SIP URI. */
  readonly firstUriOnly?: boolean;
}

/** How somebody of this standing reads. */
export const readerOf = ({ profile }: Call, { level, self }: Standing): Reader => ({
  level: level ?? 'invited',
  self,
  profile,
});

/** Users rendered before other work gets a turn of the event loop. */
const SLICE = 200;

const rendered = new WeakMap<Part, Map<string, Buffer | undefined>>();

/** Text that depends on nothing but a part and a name of a class of readers is made once. */
function once(part: Part, readers: string, make: () => Buffer | undefined): Buffer | undefined {
  let made = rendered.get(part);
  if (made === undefined) rendered.set(part, (made = new Map<string, Buffer | undefined>()));
  if (!made.has(readers)) made.set(readers, make());
  return made.get(readers);
}

const bytesOf = (element: XmlElement): Buffer => Buffer.from(serialize(element, { scope: PREFIXES }), 'utf8');

/** The modelled sections in the model's order. */
const SECTIONS = CONFERENCE.children().map((definition) => ({ key: expanded(definition), definition }));
const MODELLED: ReadonlySet<string> = new Set(SECTIONS.map(({ key }) => key));

/** Sections that are made for their reader: what stands in `sidebars-by-ref` and in `sidebars-by-val`. */
export type SidebarSections = ReadonlyMap<string, readonly Buffer[]>;

export const NO_SIDEBARS: SidebarSections = new Map();

/** The inside of `conference-info` as its reader may see it, with the sections of sidebars that were made for him. */
export function viewOf(object: ConferenceObject, reader: Reader, sidebars = NO_SIDEBARS): View | Promise<View> {
  const isSmall = object.users.size <= remembered.users && sidebars.size === 0;
  // What Linphone is shown changes with the time of day; who changes an object is shown each version once.
  if (!isSmall || reader.profile !== 'standard' || reader.firstUriOnly === true)
    return makeView(object, reader, sidebars);
  const readers = `${reader.level} ${reader.self ?? ''} ${object.uri}`;
  const known = remembered.views.get(readers);
  return known?.object === object ? known.view : rememberedView(object, reader, readers);
}

async function rememberedView(object: ConferenceObject, reader: Reader, readers: string): Promise<View> {
  const { attributes, content } = await makeView(object, reader, NO_SIDEBARS);
  const view = { attributes, content: [Buffer.concat(content)] };
  remembered.views.set(readers, { object, view });
  return view;
}

async function makeView(object: ConferenceObject, reader: Reader, sidebars: SidebarSections): Promise<View> {
  const content: Buffer[] = [];
  for (const { key, definition } of SECTIONS) {
    if (key === USERS_SECTION) content.push(...(await usersElement(object, reader)));
    else if (key === STATE_SECTION) content.push(...seenState(object, reader).map(bytesOf));
    else content.push(...(sidebars.get(key) ?? sectionElement(object, key, definition, reader)));
  }
  for (const [key, part] of object.sections) {
    if (!MODELLED.has(key)) content.push(part.bytes);
  }
  return { attributes: object.header.attributes ?? [], content };
}

function sectionElement(
  object: ConferenceObject,
  key: string,
  definition: ElementDefinition,
  reader: Reader,
): readonly Buffer[] {
  const part = object.sections.get(key);
  if (part === undefined) return [];
  if (reader.profile !== 'standard' && key === DESCRIPTION_SECTION) {
    const seen = seenBy(reader.level, definition, part.element);
    return seen === undefined ? [] : [bytesOf(dressDescription(seen, object, reader.rules ?? timeDefaults))];
  }
  const shortened = reader.firstUriOnly === true && key === DESCRIPTION_SECTION;
  const make = (): Buffer | undefined => {
    const visible = seenBy(reader.level, definition, part.element);
    if (visible === undefined) return undefined;
    const shown = shortened ? withFirstUriOnly(visible) : visible;
    return shown === part.element ? part.bytes : bytesOf(shown);
  };
  // Who changes an object is shown each version once.
  const seen = shortened ? make() : once(part, reader.level, make);
  return seen === undefined ? [] : [seen];
}

/** `conference-state` with what the server counts: the hidden only for those who may see them. */
export function seenState(object: ConferenceObject, reader: Reader): readonly XmlElement[] {
  const stored = object.sections.get(STATE_SECTION)?.element ?? info('conference-state');
  if (object.header.kind === 'blueprint') return stored.children.length === 0 ? [] : [stored];
  if (reader.level === 'invited') return [];
  const count = visibleCount(object, reader);
  return [
    stored.withChildren([
      ...(count === undefined ? [] : [info('user-count', {}, [String(count)])]),
      info('active', {}, [String(object.header.active)]),
      ...stored.children,
    ]),
  ];
}

function visibleCount(object: ConferenceObject, reader: Reader): number | undefined {
  if (reader.level === 'moderator' || reader.level === 'organizer') return object.counts.connected;
  if (hidesAttendees(object)) return undefined;
  const self = reader.self === undefined ? undefined : object.users.get(reader.self)?.facts;
  const himself = self?.connected === true && self.anonymity === 'hidden' ? 1 : 0;
  return object.counts.connected - object.counts.hidden + himself;
}

/** A conference of our policy `attendees="hidden"` shows its attendees to the privileged only. */
export const hidesAttendees = (object: ConferenceObject): boolean =>
  object.sections.get(USERS_SECTION)?.element.attribute('attendees', POLICY) === 'hidden';

async function usersElement(object: ConferenceObject, reader: Reader): Promise<readonly Buffer[]> {
  const { users, sections } = object;
  const isSmall = users.size <= remembered.users && reader.profile === 'standard';
  const part = sections.get(USERS_SECTION);
  const readers = `${reader.level} ${reader.self ?? ''}`;
  const known = isSmall ? remembered.rosters.get(users) : undefined;
  if (known?.readers === readers && known.part === part) return [known.element];
  const { content } = await usersView(object, reader);
  if (part === undefined && content.length === 0) return [];
  const empty = serialize((part?.element ?? info('users')).withChildren([]), { scope: PREFIXES });
  const pieces = [Buffer.from(`${empty.slice(0, -2)}>`), ...content, Buffer.from('</info:users>')];
  if (!isSmall) return pieces;
  const element = Buffer.concat(pieces);
  remembered.rosters.set(users, { part, readers, element });
  return [element];
}

/** The inside of `users` as its reader may see it; a large roster is made in slices. */
export async function usersView(object: ConferenceObject, reader: Reader): Promise<View> {
  const content: Buffer[] = [];
  const hides = hidesAttendees(object);
  let made = 0;
  for (const [key, record] of object.users) {
    const bytes = userBytes(object, key, record, reader, hides);
    if (bytes !== undefined) content.push(bytes);
    if (++made % SLICE === 0) await turn();
  }
  const part = object.sections.get(USERS_SECTION);
  const settings = settingsBytes(object, part, reader, hides);
  return { attributes: part?.element.attributes ?? [], content: [...content, ...settings] };
}

function settingsBytes(
  object: ConferenceObject,
  part: Part | undefined,
  reader: Reader,
  hides: boolean,
): readonly Buffer[] {
  if (reader.profile !== 'standard') return dressedSettings(object, part, reader, hides);
  if (part === undefined) return [];
  const bytes = once(part, `${reader.level} inside`, () =>
    Buffer.concat((seenBy(reader.level, USERS, part.element)?.elements ?? []).map(bytesOf)),
  );
  return bytes === undefined || bytes.length === 0 ? [] : [bytes];
}

/** For Linphone, which knows who is invited from the list alone: whoever sees the invited users sees them there. */
function dressedSettings(
  object: ConferenceObject,
  part: Part | undefined,
  reader: Reader,
  hides: boolean,
): readonly Buffer[] {
  const dressed = part && seenBy(reader.level, USERS, dressUsers(part.element, object));
  const settings = (dressed?.elements ?? []).map(bytesOf);
  if (reader.level === 'organizer' || reader.level === 'moderator') return settings;
  const seen = [...object.users].filter(
    ([key, { facts }]) =>
      facts.privilege !== 'organizer' && (key === reader.self || appearanceOf(facts, reader.level, hides) === 'plain'),
  );
  return seen.length === 0
    ? settings
    : [...settings, bytesOf(listOf(seen.map(([key, { facts }]) => facts.alias ?? key)))];
}

function userBytes(
  object: ConferenceObject,
  key: XconUserId,
  record: UserRecord,
  reader: Reader,
  hides: boolean,
): Buffer | undefined {
  const { part, facts } = record;
  if (reader.profile !== 'standard') {
    const element = userElement(object, key, record, reader, hides);
    return element === undefined ? undefined : bytesOf(element);
  }
  if (key === reader.self) return part.bytes;
  const appearance = appearanceOf(facts, reader.level, hides);
  if (appearance === 'absent') return undefined;
  if (appearance === 'anonymous') {
    return once(part, `anonymous ${String(facts.number)}`, () => bytesOf(anonymousUser(part.element, facts)));
  }
  if (reader.level === 'organizer' && facts.alias === undefined) return part.bytes;
  return once(part, reader.level, () => {
    const seen = plainUser(part.element, facts, reader.level);
    return seen === part.element ? part.bytes : bytesOf(seen);
  });
}

/** Whether a reader sees his own user just as others of his level see it. */
export function sharesViewOfOthers(object: ConferenceObject, reader: Reader): boolean {
  const record = reader.self === undefined ? undefined : object.users.get(reader.self);
  if (record === undefined || reader.self === undefined) return true;
  const other = { ...reader, self: undefined };
  return userBytes(object, reader.self, record, other, hidesAttendees(object)) === record.part.bytes;
}

/** One user as the reader may see her; undefined where he may not. */
export function userElement(
  object: ConferenceObject,
  key: XconUserId,
  record: UserRecord,
  reader: Reader,
  hides = hidesAttendees(object),
): XmlElement | undefined {
  const seen = seenUser(key, record, reader, hides);
  return seen === undefined || reader.profile === 'standard' ? seen : dressUser(seen);
}

function seenUser(
  key: XconUserId,
  { part, facts }: UserRecord,
  reader: Reader,
  hides: boolean,
): XmlElement | undefined {
  if (key === reader.self) return part.element;
  const appearance = appearanceOf(facts, reader.level, hides);
  if (appearance === 'absent') return undefined;
  return appearance === 'anonymous' ? anonymousUser(part.element, facts) : plainUser(part.element, facts, reader.level);
}
