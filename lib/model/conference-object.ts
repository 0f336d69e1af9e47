import { Map, OrderedMap } from 'immutable';
import type { XmlAttribute } from '../xml/element.ts';
import type { XconUri, XconUserId } from './identifiers.ts';
import type { Part } from './part.ts';
import { AddressTaken, type UserFacts, type UserRecord } from './user.ts';

export type ObjectKind = 'blueprint' | 'conference';

/** What the server knows of an object beside its document; never shown as such. */
export interface ObjectHeader {
  readonly kind: ObjectKind;
  /** The object that it was cloned from; a child that is not independent obeys its parent (RFC 5239 §7.1). */
  readonly parent?: { readonly uri: XconUri; readonly independent: boolean };
  /** Attributes of foreign namespaces on `conference-info`, given back untouched. */
  readonly attributes?: readonly XmlAttribute[];
  /** True while an occurrence goes on. */
  readonly active: boolean;
  /** How many anonymous identities this occurrence has handed out. */
  readonly anonymous: number;
}

/** A part by name: `section` is any other child of `conference-info`, keyed by its expanded name. */
export interface PartName {
  readonly kind: 'section' | 'user' | 'sidebar';
  readonly key: string;
}

/**
 * A conference object (RFC 5239 §5) as an immutable value; a change shares every part that it did not touch. The
 * section `users` holds all of that element but its `user` children, `sidebars-by-val` likewise but its entries.
 */
export interface ConferenceObject {
  readonly uri: XconUri;
  /** Starts at 1, one more with each change (RFC 6503 §4.2). */
  readonly version: number;
  readonly header: ObjectHeader;
  readonly sections: OrderedMap<string, Part>;
  readonly users: OrderedMap<XconUserId, UserRecord>;
  readonly sidebars: OrderedMap<XconUri, Part>;
  /** Normalised address → the one user that has it; a guest's alias leads to her too. */
  readonly addresses: Map<string, XconUserId>;
  /** Users with an endpoint in the conference. */
  readonly connected: number;
  /** Those of them whom others can not see. */
  readonly connectedHidden: number;
}

export function emptyObject(uri: XconUri, header: ObjectHeader): ConferenceObject {
  return {
    uri,
    version: 0,
    header,
    sections: OrderedMap(),
    users: OrderedMap(),
    sidebars: OrderedMap(),
    addresses: Map(),
    connected: 0,
    connectedHidden: 0,
  };
}

/** Builds the next value of an object and remembers which parts it touched. One use. */
export class ObjectEdit {
  readonly before: ConferenceObject;
  readonly #touched = new globalThis.Map<string, PartName>();
  #now: ConferenceObject;

  constructor(before: ConferenceObject) {
    this.before = before;
    this.#now = before;
  }

  get now(): ConferenceObject {
    return this.#now;
  }

  get touched(): PartName[] {
    return [...this.#touched.values()];
  }

  setHeader(header: ObjectHeader): void {
    this.#now = { ...this.#now, header };
  }

  setSection(key: string, part: Part | undefined): void {
    const sections = part === undefined ? this.#now.sections.delete(key) : this.#now.sections.set(key, part);
    if (sections === this.#now.sections) return;
    this.#touch('section', key);
    this.#now = { ...this.#now, sections };
  }

  setSidebar(key: XconUri, part: Part | undefined): void {
    const sidebars = part === undefined ? this.#now.sidebars.delete(key) : this.#now.sidebars.set(key, part);
    if (sidebars === this.#now.sidebars) return;
    this.#touch('sidebar', key);
    this.#now = { ...this.#now, sidebars };
  }

  /** @throws {AddressTaken} when another user of this conference has one of the addresses. */
  setUser(key: XconUserId, record: UserRecord | undefined): void {
    const old = this.#now.users.get(key);
    if (old === record) return;
    const { connected, connectedHidden } = this.#now;
    this.#touch('user', key);
    this.#now = {
      ...this.#now,
      users: record === undefined ? this.#now.users.delete(key) : this.#now.users.set(key, record),
      addresses: this.#readdress(key, old?.facts, record?.facts),
      connected: connected + count(record?.facts) - count(old?.facts),
      connectedHidden: connectedHidden + countHidden(record?.facts) - countHidden(old?.facts),
    };
  }

  #touch(kind: PartName['kind'], key: string): void {
    this.#touched.set(`${kind} ${key}`, { kind, key });
  }

  #readdress(key: XconUserId, old: UserFacts | undefined, next: UserFacts | undefined): Map<string, XconUserId> {
    const given = namesOf(old);
    const taken = namesOf(next);
    return this.#now.addresses.withMutations((map) => {
      for (const address of given) map.delete(address);
      for (const address of taken) {
        const owner = map.get(address);
        if (owner !== undefined && owner !== key) throw new AddressTaken(address);
        map.set(address, key);
      }
    });
  }
}

const namesOf = (facts: UserFacts | undefined): readonly string[] =>
  facts === undefined ? [] : facts.alias === undefined ? facts.addresses : [...facts.addresses, facts.alias];
const count = (facts: UserFacts | undefined): number => (facts?.connected === true ? 1 : 0);
const countHidden = (facts: UserFacts | undefined): number =>
  facts?.connected === true && facts.anonymity === 'hidden' ? 1 : 0;
