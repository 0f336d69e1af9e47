import type { XmlElement } from '../xml/element.ts';
import type { Audience } from './definitions.ts';
import { normaliseAddress, type XconUserId } from './identifiers.ts';
import { CONFERENCE_INFO, XCON } from './names.ts';
import { Part } from './part.ts';

/** What the server knows of a user of a conference beside the `user` element. */
export interface UserFacts {
  /** Normalised addresses: associated-aors and endpoint entities that are URIs; none of a guest, who proved none. */
  readonly addresses: readonly string[];
  /** Has an endpoint in the conference now. */
  readonly connected: boolean;
  /** Waits to be let in: has a pending endpoint and none in the conference. */
  readonly pending: boolean;
  /** How many endpoints the element holds, in the conference or not. */
  readonly endpoints: number;
  /** Every endpoint has left or is leaving; of one without an endpoint nothing is said. */
  readonly gone?: true;
  readonly anonymity: Anonymity;
  /** The level that the user's roles give, if they give one. */
  readonly privilege?: Privilege;
  readonly origin: Origin;
  /** N of `anonymousN` while the occurrence goes on. */
  readonly number?: number;
  /** A guest: the entity under which others see her, for her XCON-USERID is her secret. */
  readonly alias?: XconUserId;
}

/**
 * How the user came into the conference: named in the reservation; made with a target of the allowed-users-list; or
 * in the occurrence only, with which it ends.
 */
export type Origin = 'named' | 'invited' | 'joined';

export type Privilege = Extract<Audience, 'moderator' | 'organizer'>;

export type Anonymity = 'none' | 'semi-private' | 'private' | 'hidden';

export interface UserRecord {
  readonly part: Part;
  readonly facts: UserFacts;
}

/** Facts that follow from the element, joined with those that do not. */
export function userRecord(
  element: XmlElement,
  kept: Pick<UserFacts, 'origin' | 'number' | 'alias'>,
  part: Part = Part.of(element),
): UserRecord {
  const { origin, number, alias } = kept;
  const statuses = endpointsOf(element).map(statusOf);
  const connected = statuses.some((status) => IN_CONFERENCE.has(status));
  const gone = statuses.length > 0 && statuses.every((status) => LEFT.has(status));
  const privilege = alias === undefined ? privilegeOf(rolesOf(element)) : undefined;
  // One literal, for one that is put together piece by piece takes ten times the time and room.
  const facts: Writable<UserFacts> = {
    origin,
    addresses: alias === undefined ? addressesOf(element) : [],
    connected,
    pending: !connected && statuses.includes('pending'),
    endpoints: statuses.length,
    anonymity: anonymityOf(element),
  };
  if (number !== undefined) facts.number = number;
  if (alias !== undefined) facts.alias = alias;
  if (gone) facts.gone = true;
  if (privilege !== undefined) facts.privilege = privilege;
  return { part, facts };
}

type Writable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

/** Two users of one conference never share an address. */
export class AddressTaken extends Error {
  readonly address: string;

  constructor(address: string) {
    super(`another user of the conference has the address ${address}`);
    this.address = address;
  }
}

const IN_CONFERENCE = new Set(['connected', 'on-hold', 'muted-via-focus']);
const IS_URI = /^[a-z][a-z0-9+.-]*:./i;

/**
 * Normalised associated-aors and endpoint entities, each once, in document order. The Contact of who has called in is no
 * address: anybody writes there what he likes.
 */
export function addressesOf(user: XmlElement): string[] {
  const aors = user.first(CONFERENCE_INFO, 'associated-aors')?.all(CONFERENCE_INFO, 'entry') ?? [];
  const addresses = new Set<string>();
  const add = (written = ''): void => {
    if (IS_URI.test(written.trim())) addresses.add(normaliseAddress(written));
  };
  for (const entry of aors) add(entry.first(CONFERENCE_INFO, 'uri')?.text);
  for (const endpoint of endpointsOf(user)) if (!hasDialledIn(endpoint)) add(endpoint.attribute('entity'));
  return [...addresses];
}

const hasDialledIn = (endpoint: XmlElement): boolean =>
  endpoint.first(CONFERENCE_INFO, 'joining-method')?.text.trim() === 'dialed-in';

export const endpointsOf = (user: XmlElement): XmlElement[] => user.all(CONFERENCE_INFO, 'endpoint');

export const entityOf = (endpoint: XmlElement): string | undefined => endpoint.attribute('entity')?.trim();

/** The status of an endpoint (RFC 4575 §5.7.3), `''` when it has none. */
export const statusOf = (endpoint: XmlElement): string => endpoint.first(CONFERENCE_INFO, 'status')?.text.trim() ?? '';

/** Whether one of the user's endpoints is in the conference now. */
export const isConnected = (user: XmlElement): boolean =>
  endpointsOf(user).some((endpoint) => IN_CONFERENCE.has(statusOf(endpoint)));

const LEFT = new Set(['disconnecting', 'disconnected']);

/** RFC 6501 §4.6.5.1; `anonymous`, as RFC 6503 §10.3 says, is `private`. An unknown value hides as `private` does. */
export function anonymityOf(user: XmlElement): Anonymity {
  const value = user.first(XCON, 'provide-anonymity')?.text.trim() ?? '';
  if (value === '' || value === 'none') return 'none';
  return value === 'hidden' || value === 'semi-private' ? value : 'private';
}

/** The user's roles, trimmed and in lower case (RFC 6501 §4.6.5.2). */
export function rolesOf(user: XmlElement): string[] {
  const entries = user.first(CONFERENCE_INFO, 'roles')?.all(CONFERENCE_INFO, 'entry') ?? [];
  return entries.map((entry) => entry.text.trim().toLowerCase());
}

const ORGANIZING = new Set(['organizer', 'administrator']);

/** What roles give: organizer and administrator see and change all (RFC 6503 §10.2, by local policy). */
export function privilegeOf(roles: readonly string[]): Privilege | undefined {
  if (roles.some((role) => ORGANIZING.has(role))) return 'organizer';
  return roles.includes('moderator') ? 'moderator' : undefined;
}

/** In the conference now, or brought into the occurrence though not yet by an endpoint; not who was sent away. */
export const isPresent = (facts: UserFacts): boolean =>
  facts.connected || (facts.origin === 'joined' && !facts.pending && facts.gone !== true);

/** The entity of the Nth anonymous user of an occurrence, the same for all who may not know her. */
export const anonymousEntity = (number: number): XconUserId =>
  `xcon-userid:anonymous${String(number)}@anonymous.invalid` as XconUserId;
