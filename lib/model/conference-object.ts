import { Map, OrderedMap } from 'immutable';
import type { XmlAttribute } from '../xml/element.ts';
import type { XconUri, XconUserId } from './identifiers.ts';
import type { Part } from './part.ts';
import { AddressTaken, anonymousEntity, isPresent, type UserFacts, type UserRecord } from './user.ts';

/** A sidebar by value stands whole in its main conference's document, one by reference as a URI (RFC 6501 §4.7, §4.8). */
export type SidebarKind = 'sidebar-by-val' | 'sidebar-by-ref';
export type ObjectKind = 'blueprint' | 'conference' | SidebarKind;
/** What has users. */
export const CONFERENCES: readonly ObjectKind[] = ['conference', 'sidebar-by-val', 'sidebar-by-ref'];

/** What the server knows of an object beside its document; never shown as such. */
export interface ObjectHeader {
  readonly kind: ObjectKind;
  /**
   * The object that it was cloned from; a child that is not independent obeys its parent (RFC 5239 §7.1). A sidebar's is
   * its main conference.
   */
  readonly parent?: { readonly uri: XconUri; readonly independent: boolean };
  /** Attributes of foreign namespaces on `conference-info`, given back untouched. */
  readonly attributes?: readonly XmlAttribute[];
  /** True while an occurrence goes on. */
  readonly active: boolean;
  /** How many anonymous identities this occurrence has handed out. */
  readonly anonymous: number;
  /** What goes on, where the conference has times. */
  readonly occurrence?: RunningOccurrence;
  /** When the last occurrence that is over was to begin: none up to then begins again. */
  readonly passed?: number;
  /** When the clock has to change the conference next. */
  readonly due?: number;
  /** What the conference takes of the server; absent where that was not counted yet. */
  readonly booked?: BookedRoom;
  /** The version since which calendars show the same: words, times and invited people. */
  readonly planned?: number;
  /** Of a dependent child of a series (RFC 5239 §7.4). */
  readonly stands?: StandsFor;
  /** The children that stand for some of its occurrences. */
  readonly children?: readonly SeriesChild[];
}

/** Room for a conference. */
export interface BookedRoom {
  /** The count of all bookings that has this one; all are counted anew when times are read by other rules. */
  readonly era: number;
  /** Who is charged. */
  readonly owner: string;
  /** Of a conference with times. */
  readonly plan?: PlannedRoom;
}

export interface PlannedRoom {
  /** For so many in each occurrence. */
  readonly people: number;
  /** Up to this bucket of time (`conference/booking`). */
  readonly until: number;
  /** The first moment from there on, in milliseconds since 1970, that is to be booked when it comes within reach. */
  readonly more?: number;
  /** The ids of occurrences for which there was no room when they came within reach. */
  readonly without?: readonly string[];
}

/** Occurrences of a series by their ids; without `to` those from the first on (THISANDFUTURE). Both ends belong to it. */
export interface OccurrenceRange {
  /** `20301007T070000Z`: when the first one was to begin before anybody moved it. */
  readonly from: string;
  readonly to?: string;
  /** Which entry of the series' `conference-time` plans them, counted from 0; the first where it is not said. */
  readonly entry?: number;
}

/** A conference object that stands for some occurrences of a series. */
export interface SeriesChild extends OccurrenceRange {
  readonly uri: XconUri;
}

/** What a child stands for. */
export interface StandsFor extends OccurrenceRange {
  /** The series as a whole, whose SIP URI it has; its parent may be another child. */
  readonly series: XconUri;
  /** It has times of its own, and does not move with the series. */
  readonly moved?: true;
}

/** An occurrence whose window is open; moments are milliseconds since 1970. */
export interface RunningOccurrence {
  /** When it was to begin before anybody moved it: `20301007T070000Z`; empty where none of the times made it begin. */
  readonly id: string;
  readonly start: number;
  /** When those whom the conference calls are called, where that is not at its start. */
  readonly asks?: number;
  /** When nobody comes in any more. */
  readonly closes?: number;
  /** Absent where it lasts until the last one leaves. */
  readonly ends?: number;
  /** When its end is to be announced, and whether that was done. */
  readonly warns?: number;
  readonly announced?: true;
  readonly extendable?: true;
  /** The role without which it does not go on. */
  readonly needs?: string;
  /** When media begin to be mixed, where that is not at its start, and the role that this needs too. */
  readonly mixes?: number;
  readonly mixingNeeds?: string;
  /** Media are mixed. */
  readonly mixing?: boolean;
}

/** A part by name: `section` is any other child of `conference-info`, keyed by its expanded name. */
export interface PartName {
  readonly kind: 'section' | 'user' | 'sidebar';
  readonly key: string;
}

/**
 * A conference object (RFC 5239 §5) as an immutable value; a change shares every part that it did not touch. The
 * section `users` holds all of that element but its `user` children. The part of a sidebar is an `entry`: with its URI,
 * or bare under its entity and with the version of the object that a reader finds in it.
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
  readonly counts: Counts;
}

/** Numbers of users, kept up to date by each change so that no rule walks the roster. */
export interface Counts {
  /** Have an endpoint in the conference. */
  readonly connected: number;
  /** Are connected and can not be seen by others. */
  readonly hidden: number;
  /** Take part in the occurrence, with or without an endpoint. */
  readonly present: number;
  /** Wait to be let in. */
  readonly pending: number;
  /** May do all. */
  readonly organizers: number;
  /** Are in the occurrence only. */
  readonly joined: number;
}

const NOBODY: Counts = { connected: 0, hidden: 0, present: 0, pending: 0, organizers: 0, joined: 0 };

export function emptyObject(uri: XconUri, header: ObjectHeader): ConferenceObject {
  return {
    uri,
    version: 0,
    header,
    sections: OrderedMap(),
    users: OrderedMap(),
    sidebars: OrderedMap(),
    addresses: Map(),
    counts: NOBODY,
  };
}

/** The object with other parts. Spelled out, for V8 gives each object that begins with a spread a shape of its own. */
export const objectWith = (
  object: ConferenceObject,
  {
    version = object.version,
    header = object.header,
    sections = object.sections,
    users = object.users,
    sidebars = object.sidebars,
    addresses = object.addresses,
    counts = object.counts,
  }: Partial<Omit<ConferenceObject, 'uri'>>,
): ConferenceObject => ({ uri: object.uri, version, header, sections, users, sidebars, addresses, counts });

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

  /** Goes on with an edit that was begun with what this one has made. */
  goOn(next: ObjectEdit): void {
    for (const { kind, key } of next.touched) this.#touch(kind, key);
    this.#now = next.now;
  }

  setHeader(header: ObjectHeader): void {
    this.#now = objectWith(this.#now, { header });
  }

  setSection(key: string, part: Part | undefined): void {
    const sections = part === undefined ? this.#now.sections.delete(key) : this.#now.sections.set(key, part);
    if (sections === this.#now.sections) return;
    this.#touch('section', key);
    this.#now = objectWith(this.#now, { sections });
  }

  setSidebar(key: XconUri, part: Part | undefined): void {
    const sidebars = part === undefined ? this.#now.sidebars.delete(key) : this.#now.sidebars.set(key, part);
    if (sidebars === this.#now.sidebars) return;
    this.#touch('sidebar', key);
    this.#now = objectWith(this.#now, { sidebars });
  }

  /** @throws {AddressTaken} when another user of this conference has one of the addresses. */
  setUser(key: XconUserId, record: UserRecord | undefined): void {
    const old = this.#now.users.get(key);
    if (old === record) return;
    this.#touch('user', key);
    this.#now = objectWith(this.#now, {
      users:
        record === undefined ? this.#now.users.delete(key) : inPlace(this.before.users, this.#now.users, key, record),
      addresses: this.#readdress(key, old?.facts, record?.facts),
      counts: recount(this.#now.counts, old?.facts, record?.facts),
    });
  }

  #touch(kind: PartName['kind'], key: string): void {
    this.#touched.set(`${kind} ${key}`, { kind, key });
  }

  #readdress(key: XconUserId, old: UserFacts | undefined, next: UserFacts | undefined): Map<string, XconUserId> {
    const given = namesOf(old);
    const taken = namesOf(next);
    if (given.length === taken.length && given.every((name, index) => name === taken[index]))
      return this.#now.addresses;
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

/** A user who comes back within one edit keeps her place, as in the store. */
function inPlace<K, V>(before: OrderedMap<K, V>, now: OrderedMap<K, V>, key: K, value: V): OrderedMap<K, V> {
  const next = now.set(key, value);
  if (now.has(key) || !before.has(key)) return next;
  const kept = before.flatMap((_, one) => (next.has(one) ? [[one, next.get(one) as V]] : []));
  return kept.merge(next);
}

/** The names that lead to a user beside her id: addresses, a guest's alias, the anonymous identity of the occurrence. */
function namesOf(facts: UserFacts | undefined): readonly string[] {
  if (facts === undefined) return [];
  const names = facts.alias === undefined ? facts.addresses : [facts.alias];
  return facts.number === undefined ? names : [...names, anonymousEntity(facts.number)];
}

function recount(counts: Counts, old: UserFacts | undefined, next: UserFacts | undefined): Counts {
  const change = (has: (facts: UserFacts) => boolean): number =>
    Number(next !== undefined && has(next)) - Number(old !== undefined && has(old));
  return {
    connected: counts.connected + change((facts) => facts.connected),
    hidden: counts.hidden + change((facts) => facts.connected && facts.anonymity === 'hidden'),
    present: counts.present + change(isPresent),
    pending: counts.pending + change((facts) => facts.pending),
    organizers: counts.organizers + change((facts) => facts.privilege === 'organizer'),
    joined: counts.joined + change((facts) => facts.origin === 'joined'),
  };
}
