import type { ConferenceObject } from '../model/conference-object.ts';
import { normaliseAddress, parseXconUserId, type XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, XCON } from '../model/names.ts';
import { addressesOf } from '../model/user.ts';
import type { XmlElement } from '../xml/element.ts';
import { DESCRIPTION_SECTION } from './lists.ts';

// Tokens stand among the identities of parts, so that a filter looks only at objects that may hold what it names. A token
// begins with a sign with which no identity begins. Filters are asked of documents all the same: a token may promise too
// much, never too little.

/** Of parts that were written before there were tokens: they may hold anything. */
export const UNKNOWN = '=?';
const ACTIVE = '=active';

/** Characters of a value that a token has. */
const LENGTH = 64;
/** Media, and days, that one conference has tokens for; with more it may have any. */
const MOST = 16;
/** Characters in which days are looked for. */
const LONGEST = 16_384;
const ANY_DAY = '=day ?';
const ANY_MEDIUM = '=media ?';

const atMost = (tokens: readonly string[], any: string): readonly string[] =>
  tokens.length > MOST && new Set(tokens).size > MOST ? [any] : tokens;

/** Half of a character beyond the basic plane is no text. */
const cut = (value: string): string =>
  value.length <= LENGTH ? value : value.slice(0, LENGTH).replace(/[\uD800-\uDBFF]$/, '');

const valued = (kind: 'subject' | 'display-text' | 'media' | 'user' | 'address', value: string): string =>
  `=${kind} ${cut(value)}`;

/** Every eight digits in a row, with or without the dashes of a date. */
const daysIn = (text: string): string[] =>
  [...text.matchAll(/(?=(\d{4})(-?)(\d{2})\2(\d{2}))/g)].map(
    ([, year = '', , month = '', day = '']) => year + month + day,
  );

const dayTokens = (text: string): readonly string[] =>
  text.length > LONGEST
    ? [ANY_DAY]
    : atMost(
        daysIn(text).map((day) => `=day ${day}`),
        ANY_DAY,
      );

/** What a description tells, and whether the conference is active. */
export function descriptionTokens(object: ConferenceObject): string[] {
  const description = object.sections.get(DESCRIPTION_SECTION)?.element;
  if (description === undefined) return [];
  const texts = (parent: XmlElement | undefined, local: string, namespace = CONFERENCE_INFO): string[] =>
    parent?.all(namespace, local).map(({ text }) => text) ?? [];
  const media = description.first(CONFERENCE_INFO, 'available-media')?.elements ?? [];
  const times = description.first(XCON, 'conference-time')?.elements ?? [];
  const when = times.flatMap((entry) => [...texts(entry, 'base', XCON), ...texts(entry, START, XCON)]);
  return [
    ...new Set([
      ...texts(description, 'subject').map((text) => valued('subject', text)),
      ...texts(description, 'display-text').map((text) => valued('display-text', text)),
      ...atMost(
        media.flatMap((entry) => texts(entry, 'type')).map((text) => valued('media', text)),
        ANY_MEDIUM,
      ),
      ...(when.length > 0 ? dayTokens(when.join('\n')) : []),
      ...(object.header.active ? [ACTIVE] : []),
    ]),
  ];
}

/** A guest is known by what she is shown as; nobody's list is found by it. */
export function guestTokens(object: ConferenceObject, key: XconUserId): string[] {
  const record = object.users.get(key);
  const alias = record?.facts.alias;
  if (record === undefined || alias === undefined) return [];
  return [valued('user', alias), ...addressesOf(record.part.element).map((address) => valued('address', address))];
}

const START = 'mixing-start-offset';
const DESCRIPTION = '/conference-info/conference-description';
const USER = '/conference-info/users/user';

/** What a value in a place of the document has as tokens; one of them is with every object that has it there. */
const EQUAL: Readonly<Record<string, (value: string) => readonly string[] | undefined>> = {
  [`${DESCRIPTION}/subject`]: (value) => [valued('subject', value)],
  [`${DESCRIPTION}/display-text`]: (value) => [valued('display-text', value)],
  [`${DESCRIPTION}/available-media/entry/type`]: (value) => [valued('media', value), ANY_MEDIUM],
  '/conference-info/conference-state/active': (value) => (value === 'true' ? [ACTIVE] : undefined),
  [`${USER}/@entity`]: (value) => {
    const user = parseXconUserId(value);
    return user === undefined ? undefined : [user, valued('user', user)];
  },
  [`${USER}/endpoint/@entity`]: addressed,
  [`${USER}/associated-aors/entry/uri`]: addressed,
};

function addressed(value: string): readonly string[] | undefined {
  if (!/^[a-z][a-z0-9+.-]*:./i.test(value.trim())) return undefined;
  const address = normaliseAddress(value);
  return [address, valued('address', address)];
}

const TIMES = new Set([`${DESCRIPTION}/conference-time/entry/base`, `${DESCRIPTION}/conference-time/entry/${START}`]);

/** The tokens of which an object has one whose document has this text in this place; undefined when nothing tells. */
export const tokensOfValue = (place: string, value: string): readonly string[] | undefined =>
  EQUAL[place]?.(value) ?? tokensOfPiece(place, value);

/** The same of a text that holds this piece. */
export function tokensOfPiece(place: string, piece: string): readonly string[] | undefined {
  const [day] = TIMES.has(place) ? daysIn(piece) : [];
  return day === undefined ? undefined : [`=day ${day}`, ANY_DAY];
}

/** Of elements that are not RFC 4575's. */
export const namespaceOf = (local: string, parent: string): string =>
  local === 'conference-time' || parent.includes('/conference-time') ? XCON : CONFERENCE_INFO;
