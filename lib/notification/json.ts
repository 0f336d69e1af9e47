import { usersIn } from '../conference/difference.ts';
import { sectionNames, shownSection, shownSettings, shownUser, type Sight } from '../conference/sight.ts';
import type { PartName } from '../model/conference-object.ts';
import { CONFERENCE, type ElementDefinition, USER, USERS } from '../model/definitions.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import { childDefinition, expanded, keyOf } from '../model/shape.ts';
import type { ValueType } from '../model/values.ts';
import { XmlElement } from '../xml/element.ts';

// A conference document as JSON, for pages: an element is a member under its name, what may stand in a keyed list is
// an object by key (so that a merge patch can name one item), in any other list an array; attributes begin with `@`.
// Extensions that the model does not know are left out.

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

const SECTIONS = new Map(CONFERENCE.children().map((definition) => [expanded(definition), definition]));
const USERS_NAME = `{${CONFERENCE_INFO}}users`;

/** The whole document; {@link jsonPatch} changes it. */
export function jsonDocument(sight: Sight): JsonObject {
  const users = Object.fromEntries(
    [...sight.object.users.keys()].flatMap((key) => {
      const user = shownUser(sight, key);
      return user === undefined ? [] : [[nameOf(user), jsonOf(USER, user)]];
    }),
  );
  return withMembers(
    { entity: sight.object.uri },
    [...sectionNames()].map((name) => [
      localOf(name),
      name === USERS_NAME ? { user: users, ...settingsOf(sight) } : sectionOf(sight, name),
    ]),
  );
}

/** The merge patch (RFC 7396) from one document to the next. */
export function jsonPatch(before: Sight, now: Sight, touched: readonly PartName[]): JsonObject {
  const changes: [string, Json | undefined][] = [];
  for (const name of sectionNames()) {
    if (name === USERS_NAME) changes.push([localOf(name), usersPatch(before, now, touched)]);
    else changes.push([localOf(name), patchOf(sectionOf(before, name), sectionOf(now, name))]);
  }
  return withMembers({}, changes);
}

function usersPatch(before: Sight, now: Sight, touched: readonly PartName[]): JsonObject | undefined {
  const users: [string, Json | undefined][] = [];
  for (const key of usersIn(touched)) {
    const [old, shown] = [shownUser(before, key), shownUser(now, key)];
    // Under another name it is another user.
    if (old !== undefined && (shown === undefined || nameOf(old) !== nameOf(shown))) users.push([nameOf(old), null]);
    if (shown === undefined) continue;
    const known = old !== undefined && nameOf(old) === nameOf(shown) ? jsonOf(USER, old) : undefined;
    users.push([nameOf(shown), patchOf(known, jsonOf(USER, shown))]);
  }
  const user = withMembers({}, users);
  const settings = patchOf(settingsOf(before), settingsOf(now));
  const patch = { ...(Object.keys(user).length > 0 && { user }), ...(settings as JsonObject | undefined) };
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** A user as she stands in the document. */
export const jsonUser = (user: XmlElement): Json => jsonOf(USER, user);

const nameOf = (user: XmlElement): string => user.attribute('entity') ?? '';
const localOf = (name: string): string => name.slice(name.indexOf('}') + 1);

function sectionOf(sight: Sight, name: string): Json | undefined {
  const definition = SECTIONS.get(name);
  const shown = shownSection(sight, name);
  return definition && shown && jsonOf(definition, shown);
}

function settingsOf(sight: Sight): JsonObject {
  const settings = shownSettings(sight);
  return settings === undefined ? {} : (jsonOf(USERS, settings) as JsonObject);
}

function jsonOf(definition: ElementDefinition, element: XmlElement): Json {
  const attributes = element.attributes
    .filter(({ namespace }) => namespace === '')
    .map(({ local, value }): [string, Json] => [`@${local}`, value]);
  if (definition.type !== undefined) {
    const value = valueOf(definition.type, element.text);
    return attributes.length === 0 ? value : withMembers({ value }, attributes);
  }
  const members = new Map<string, Json>(attributes);
  for (const child of element.children) {
    const its = child instanceof XmlElement ? childDefinition(definition, child) : undefined;
    if (its === undefined || !(child instanceof XmlElement)) continue;
    members.set(child.local, added(members.get(child.local), its, child));
  }
  return withMembers({}, [...members]);
}

/** What stands under a name when one more element of the name is there. */
function added(known: Json | undefined, definition: ElementDefinition, element: XmlElement): Json {
  const json = jsonOf(definition, element);
  const key = keyOf(definition, element);
  if (key !== undefined) return withMembers((known ?? {}) as JsonObject, [[key, json]]);
  if (!definition.many) return json;
  return [...((known ?? []) as readonly Json[]), json];
}

function valueOf({ name, exact }: ValueType, text: string): Json {
  const trimmed = text.trim();
  if (name === 'boolean') return trimmed === 'true' || trimmed === '1';
  if (/^(unsignedInt|nonNegativeInteger|int\b)/.test(name) && /^[+-]?\d{1,15}$/.test(trimmed)) return Number(trimmed);
  return exact === true ? text : trimmed;
}

/** What a merge patch says to turn one value into the other; undefined when there is nothing to say. */
export function patchOf(before: Json | undefined, after: Json | undefined): Json | undefined {
  if (after === undefined) return before === undefined ? undefined : null;
  if (before === undefined || !isObject(before) || !isObject(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? undefined : after;
  }
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const member = (object: JsonObject, name: string): Json | undefined =>
    Object.hasOwn(object, name) ? object[name] : undefined;
  const patch = withMembers(
    {},
    [...names].map((name) => [name, patchOf(member(before, name), member(after, name))]),
  );
  return Object.keys(patch).length === 0 ? undefined : patch;
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names come from documents: `__proto__` is one like any other. */
function withMembers(object: JsonObject, members: readonly (readonly [string, Json | undefined])[]): JsonObject {
  return Object.fromEntries([
    ...Object.entries(object),
    ...members.filter(([, value]) => value !== undefined),
  ]) as JsonObject;
}
