import { setImmediate as turn } from 'node:timers/promises';
import { classOf, sectionNames, shownSection, shownUser, type Sight } from '../conference/sight.ts';
import { hidesAttendees } from '../conference/views.ts';
import type { ConferenceObject, PartName } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import type { Part } from '../model/part.ts';
import type { XmlElement } from '../xml/element.ts';
import { serialize } from '../xml/serialize.ts';
import { endpointsThatLeft, phoneElement, phoneUser, presentEndpoints } from './phone.ts';

/** Users rendered before other work gets a turn of the event loop. */
const SLICE = 200;

const USERS = `{${CONFERENCE_INFO}}users`;
const NOTHING = Buffer.alloc(0);

const bytesOf = (element: XmlElement | undefined): Buffer =>
  element === undefined
    ? NOTHING
    : Buffer.from(serialize(element, { scope: [{ prefix: '', namespace: CONFERENCE_INFO }] }), 'utf8');

/**
 * The inside of an `application/conference-info+xml` document (RFC 4575 §5): unprefixed, without extensions, only users
 * who have an endpoint. With `before`, who left since then is shown once as disconnected.
 */
export async function phoneContent(
  sight: Sight,
  touched: readonly PartName[] = [],
  before?: Sight,
  keys: Iterable<XconUserId> = sight.object.users.keys(),
): Promise<Buffer> {
  const content: Buffer[] = [];
  for (const name of sectionNames()) {
    if (name === USERS) content.push(...(await phoneUsers(sight, keys, touched, before)));
    else content.push(sectionBytes(sight, name));
  }
  return Buffer.concat(content);
}

/** Whether a telephone is shown anything else than before. */
export function phoneSeesChange(before: Sight, now: Sight, touched: readonly PartName[]): boolean {
  const sections = sectionNames().filter((name) => name !== USERS);
  if (sections.some((name) => !sectionBytes(before, name).equals(sectionBytes(now, name)))) return true;
  const users = touched.filter(({ kind }) => kind === 'user').map(({ key }) => key as XconUserId);
  const own = before.reader.self ?? now.reader.self;
  return [...users, ...(own === undefined ? [] : [own])].some((key) => {
    const old = shownUser(before, key);
    const shown = shownUser(now, key);
    if (endpointsThatLeft(old, shown).length > 0) return true;
    return !bytesOf(steady(old)).equals(bytesOf(steady(shown)));
  });
}

const privileged = new WeakMap<ConferenceObject, readonly XconUserId[]>();

/** Of whom a telephone is told that can not take them all: of himself and of those who run the conference. */
export function closeTo({ object, reader }: Sight): ReadonlySet<XconUserId> {
  let keys = privileged.get(object);
  if (keys === undefined) {
    keys = [...object.users].filter(([, { facts }]) => facts.privilege !== undefined).map(([key]) => key);
    privileged.set(object, keys);
  }
  return new Set(reader.self === undefined ? keys : [reader.self, ...keys]);
}

async function phoneUsers(
  sight: Sight,
  keys: Iterable<XconUserId>,
  touched: readonly PartName[],
  before?: Sight,
): Promise<Buffer[]> {
  const users: Buffer[] = [];
  const left = before === undefined ? [] : whoLeft(before, sight, touched);
  const leavers = new Map(left.map(([key, ...elements]) => [key, Buffer.concat(elements.map(bytesOf))]));
  let made = 0;
  for (const key of keys) {
    users.push(leavers.get(key) ?? userBytes(sight, key));
    leavers.delete(key);
    if (++made % SLICE === 0) await turn();
  }
  return [Buffer.from('<users>'), ...users, ...leavers.values(), Buffer.from('</users>')];
}

type Leaver = readonly [key: XconUserId, ...shown: (XmlElement | undefined)[]];

function whoLeft(before: Sight, now: Sight, touched: readonly PartName[]): Leaver[] {
  return touched.flatMap(({ kind, key: name }): Leaver[] => {
    if (kind !== 'user') return [];
    const key = name as XconUserId;
    const [old, shown] = [shownUser(before, key), shownUser(now, key)];
    const left = endpointsThatLeft(old, shown);
    const from = shown ?? old;
    if (left.length === 0 || from === undefined) return [];
    // Under another name it is another user: nothing ties the two.
    if (old !== undefined && shown !== undefined && old.attribute('entity') !== shown.attribute('entity'))
      return [[key, phoneUser(old, left), steady(shown)]];
    const user = phoneUser(from, [...presentEndpoints(shown), ...left]);
    return user === undefined ? [] : [[key, user]];
  });
}

const steady = (user: XmlElement | undefined): XmlElement | undefined =>
  user && phoneUser(user, presentEndpoints(user));

const remembered = new WeakMap<Part, Map<string, Buffer>>();

/** Text that depends on nothing but a part and a class of readers is made once. */
function once(part: Part | undefined, readers: string, make: () => Buffer): Buffer {
  if (part === undefined) return make();
  let made = remembered.get(part);
  if (made === undefined) remembered.set(part, (made = new Map<string, Buffer>()));
  let bytes = made.get(readers);
  if (bytes === undefined) made.set(readers, (bytes = make()));
  return bytes;
}

function userBytes(sight: Sight, key: XconUserId): Buffer {
  const record = sight.object.users.get(key);
  if (record === undefined || record.facts.endpoints === 0) return NOTHING;
  const { level, self } = sight.reader;
  const hides = hidesAttendees(sight.object);
  const readers = self === key ? classOf(sight) : `${level} ${String(record.facts.number)} ${String(hides)}`;
  return once(record.part, readers, () => bytesOf(steady(shownUser(sight, key))));
}

const DERIVED = /\}(conference-state|sidebars-by-ref|sidebars-by-val)$/;

function sectionBytes(sight: Sight, name: string): Buffer {
  const make = (): Buffer => {
    const shown = shownSection(sight, name);
    return bytesOf(shown && phoneElement(shown));
  };
  return DERIVED.test(name) ? make() : once(sight.object.sections.get(name), sight.reader.level, make);
}
