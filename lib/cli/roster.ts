import type { Json, JsonObject } from '../notification/json.ts';

/** A user of a conference, in a line. */
export interface Row {
  readonly key: string;
  readonly name: string;
  readonly roles: string;
  /** `connected`, `on-hold`, `pending` …; `invited` without an endpoint. */
  readonly state: string;
  readonly media: string;
  /** When she came, where that is known. */
  readonly since: Date | undefined;
}

export interface Roster {
  readonly title: string;
  readonly active: boolean;
  readonly rows: readonly Row[];
}

/** What a merge patch makes of a document (RFC 7396). */
export function merged(document: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const members = new Map<string, Json>(isObject(document) ? Object.entries(document) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else members.set(name, merged(members.get(name), value));
  }
  return Object.fromEntries(members);
}

/** The roster of a conference document; who is in it comes first, in the order of the document. */
export function rosterOf(document: Json): Roster {
  const users = Object.entries(objectAt(document, 'users', 'user')).map(([key, user]) => rowOf(key, user));
  const isHere = ({ state }: Row): boolean => STATES[state]?.here === true;
  return {
    title: textAt(document, 'conference-description', 'display-text') || textAt(document, 'entity'),
    active: at(document, 'conference-state', 'active') === true,
    rows: [...users.filter(isHere), ...users.filter((row) => !isHere(row))],
  };
}

function rowOf(key: string, user: Json): Row {
  const endpoints = Object.values(objectAt(user, 'endpoint'));
  const state = endpoints.map((one) => textAt(one, 'status')).sort((a, b) => orderOf(a) - orderOf(b))[0];
  const whens = endpoints.map((one) => Date.parse(textAt(one, 'joining-info', 'when'))).filter(Number.isFinite);
  const roles = at(user, 'roles', 'entry');
  return {
    key,
    name: textAt(user, 'display-text') || key.replace(/^xcon-userid:/, ''),
    roles: (Array.isArray(roles) ? roles : []).map((role) => printable(String(role))).join(', '),
    state: state ?? 'invited',
    media: [...new Set(endpoints.flatMap((one) => Object.values(objectAt(one, 'media')).map(mediumOf)))].join(' '),
    since: whens.length === 0 ? undefined : new Date(Math.min(...whens)),
  };
}

const ARROWS: Readonly<Record<string, string>> = { sendrecv: '⇄', sendonly: '→', recvonly: '←', inactive: '–' };

const mediumOf = (medium: Json): string =>
  `${textAt(medium, 'type') || 'media'}${ARROWS[textAt(medium, 'status')] ?? ''}`;

interface State {
  readonly mark: string;
  readonly colour: number;
  readonly here?: true;
}

/** How the states of an endpoint look (RFC 4575 §5.7.3), those that tell most of a user first. */
const STATES: Readonly<Record<string, State>> = {
  connected: { mark: '●', colour: 32, here: true },
  'muted-via-focus': { mark: '◍', colour: 33, here: true },
  'on-hold': { mark: '◐', colour: 33, here: true },
  alerting: { mark: '◌', colour: 36 },
  'dialing-in': { mark: '◌', colour: 36 },
  'dialing-out': { mark: '◌', colour: 36 },
  pending: { mark: '◌', colour: 35 },
  disconnecting: { mark: '○', colour: 90 },
  disconnected: { mark: '○', colour: 90 },
};
const OTHER: State = { mark: '·', colour: 90 };

const orderOf = (state: string): number => (Object.keys(STATES).indexOf(state) + 1 || Infinity) - 1;

export interface Look {
  readonly columns: number;
  readonly lines: number;
  readonly colours: boolean;
  /** When a user was first seen where her document does not say when she came. */
  readonly seen: ReadonlyMap<string, Date>;
  readonly now: Date;
}

/** The roster as lines for a terminal. */
export function linesOf({ title, active, rows }: Roster, look: Look): string[] {
  const paint = (colour: number, text: string): string => (look.colours ? `\x1b[${colour}m${text}\x1b[0m` : text);
  const here = rows.filter(({ state }) => STATES[state]?.here === true).length;
  const head = `${paint(1, title)}  ${active ? paint(32, 'active') : paint(90, 'not active')}  ${paint(90, `${here} here`)}`;
  const room = Math.max(1, look.lines - 4);
  const shown = rows.slice(0, rows.length > room ? room - 1 : room);
  const since = shown.map((row) => sinceOf(row.since ?? look.seen.get(row.key), look.now));
  const cells = shown.map((row, index) => [row.name, row.roles, row.state, row.media, since[index] ?? '']);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...cells.map((row) => widthOf(row[column] ?? '')), 0));
  const body = shown.map((row, index) => {
    const { mark, colour } = STATES[row.state] ?? OTHER;
    const columns = (cells[index] ?? []).map((cell, column) => padded(cell, widths[column] ?? 0));
    const line = cut(columns.filter((_, column) => (widths[column] ?? 0) > 0).join('  '), look.columns - 3);
    return `${paint(colour, mark)}  ${colour === 90 ? paint(90, line) : line}`.trimEnd();
  });
  const more = rows.length - shown.length;
  return [head, '', ...body, ...(more > 0 ? [paint(90, `   and ${more} more`)] : []), ''];
}

/** What changed between two rosters, in words: one line each. */
export function changesBetween(before: Roster | undefined, now: Roster): string[] {
  if (before === undefined) return [`${now.title}: ${now.rows.length} users`, ...now.rows.map(inWords)];
  const known = new Map(before.rows.map((row) => [row.key, row]));
  const changes: string[] = [];
  if (before.title !== now.title) changes.push(`now called ${now.title}`);
  if (before.active !== now.active) changes.push(now.active ? 'active' : 'not active');
  for (const row of now.rows) {
    if (known.get(row.key) === undefined || inWords(row) !== inWords(known.get(row.key) ?? row))
      changes.push(inWords(row));
    known.delete(row.key);
  }
  return [...changes, ...[...known.values()].map(({ name }) => `${name}: gone`)];
}

const inWords = ({ name, state, roles, media }: Row): string =>
  `${name}: ${[state, roles, media].filter((text) => text !== '').join('; ')}`;

function sinceOf(since: Date | undefined, now: Date): string {
  if (since === undefined) return '';
  const minutes = Math.max(0, Math.floor((now.getTime() - since.getTime()) / 60_000));
  const clock = since.toTimeString().slice(0, 5);
  if (minutes < 60) return `since ${clock}, ${minutes} min`;
  return minutes < 24 * 60
    ? `since ${clock}, ${Math.floor(minutes / 60)} h`
    : `since ${since.toISOString().slice(0, 10)}`;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const at = (json: Json | undefined, ...path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>(
    (inner, name) => (isObject(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    json,
  );

function objectAt(json: Json, ...path: readonly string[]): JsonObject {
  const found = at(json, ...path);
  return isObject(found) ? found : {};
}

function textAt(json: Json, ...path: readonly string[]): string {
  const found = at(json, ...path);
  const text = isObject(found) ? found['value'] : found;
  return typeof text === 'string' ? printable(text) : '';
}

/** Names come from other people: none may speak to the terminal. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();

const segments = new Intl.Segmenter();
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;

/** Columns of a terminal. */
const widthOf = (text: string): number =>
  [...segments.segment(text)].reduce((sum, { segment }) => sum + (WIDE.test(segment) ? 2 : 1), 0);

const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  for (const { segment } of segments.segment(text)) {
    if (widthOf(kept + segment) > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
