import { setImmediate as turn } from 'node:timers/promises';
import type { Principal } from '../directory/principal.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { normaliseAddress, parseXconUserId, type XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info, POLICY } from '../model/names.ts';
import { addressesOf } from '../model/user.ts';
import { XmlElement } from '../xml/element.ts';
import { isPerson, normaliseTarget } from './lists.ts';
import { beyond } from './refusal.ts';

/** The users of the system, as the rules need them. */
export interface People {
  principalById(userId: XconUserId): Promise<Principal | undefined>;
  principalByAddress(address: string): Promise<Principal | undefined>;
  servesDomain(domain: string): boolean;
  /** The domain in which identifiers are made. */
  readonly domain: string;
}

/** Names that are looked up before other work gets a turn of the event loop. */
const SLICE = 100;

/** Who of the directory a request speaks of, looked up before the rules run, for they run without waiting. */
export class Identities {
  readonly #byName: ReadonlyMap<string, Principal>;

  constructor(byName: ReadonlyMap<string, Principal> = new Map()) {
    this.#byName = byName;
  }

  /**
   * Looks up every id and address in the users, lists and endpoints of an element; the caller is known already.
   * @throws {Refusal} when it names more than `most` users and targets, for the rules then run without a pause.
   */
  static async in(
    element: XmlElement | undefined,
    people: People,
    caller: Principal | undefined,
    most: number,
  ): Promise<Identities> {
    const found = new Map<string, Principal>();
    if (caller !== undefined) {
      for (const name of [caller.userId, ...caller.addresses]) found.set(name, caller);
    }
    const named: (readonly string[])[] = [];
    if (element !== undefined) collectNames(element, named);
    if (named.length === 0) return new Identities(found);
    if (named.length > most) {
      throw beyond('conference.named', `Name at most ${most} users and targets in one request.`);
    }
    for (const [index, name] of [...new Set(named.flat())].entries()) {
      if (index % SLICE === SLICE - 1) await turn();
      if (found.has(name)) continue;
      const id = parseXconUserId(name);
      const principal =
        id === undefined
          ? await people.principalByAddress(name)
          : ((await people.principalById(id)) ?? (await people.principalByAddress(sipOf(id))));
      if (principal === undefined) continue;
      found.set(name, principal).set(principal.userId, principal);
    }
    return new Identities(found);
  }

  /** The user of the directory with this id or normalised address. */
  of(name: string): Principal | undefined {
    return this.#byName.get(name);
  }
}

const sipOf = (id: XconUserId): string => `sip:${id.slice('xcon-userid:'.length)}`;

/** Adds the names of each user and target. */
function collectNames(element: XmlElement, named: (readonly string[])[]): void {
  if (element.is(CONFERENCE_INFO, 'user')) {
    const id = parseXconUserId(element.attribute('entity') ?? '');
    named.push(id === undefined ? addressesOf(element) : [...addressesOf(element), id]);
    return;
  }
  if (element.local === 'target') {
    const target = normaliseTarget(element.attribute('uri') ?? '');
    named.push(isPerson(target) ? [target] : []);
  }
  for (const child of element.children) if (child instanceof XmlElement) collectNames(child, named);
}

/**
 * The user of a conference that a name leads to: an id, an address, the identity under which a guest or an anonymous
 * user is shown, or an id that a client made of a SIP address. A guest's own id is no name for others.
 */
export function findUser(object: ConferenceObject, name: string): XconUserId | undefined {
  const id = parseXconUserId(name);
  if (id === undefined) return object.addresses.get(normaliseAddress(name));
  const record = object.users.get(id);
  if (record !== undefined && record.facts.alias === undefined) return id;
  return object.addresses.get(id) ?? object.addresses.get(sipOf(id));
}

/** Names the focus that has a user in the conference, where it is another than ours. */
export const PUBLISHED_BY = 'published-by';

export const isPublished = (user: XmlElement): boolean => user.attribute(PUBLISHED_BY, POLICY) !== undefined;

/** The associated-aors of a user of the directory: as the directory has them, never as a request says. */
export const aorsOf = (addresses: readonly string[]): XmlElement =>
  info(
    'associated-aors',
    {},
    addresses.map((address) => info('entry', {}, [info('uri', {}, [address])])),
  );

/** The element with this child in place of the one of the same name, or removed. */
export function withChild(element: XmlElement, local: string, child: XmlElement | undefined): XmlElement {
  const at = element.children.findIndex((one) => one instanceof XmlElement && one.is(CONFERENCE_INFO, local));
  const rest = element.children.filter((_, index) => index !== at);
  if (child === undefined) return element.withChildren(rest);
  return element.withChildren(
    at < 0 ? [...rest, child] : element.children.map((one, index) => (index === at ? child : one)),
  );
}
