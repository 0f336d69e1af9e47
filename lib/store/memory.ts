import {
  VersionConflict,
  type Bookable,
  type BookingState,
  type ChangeSet,
  type Claim,
  type Claimed,
  type ConferenceRepository,
  type ListedObject,
  type LoggedChange,
  type ObjectChange,
  type PartChange,
  type PutOff,
  type StoredObject,
  type StoredPart,
} from '../conference/repository.ts';
import type { DirectoryRepository, StoredUser } from '../directory/repository.ts';
import type { ObjectKind, PartName } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { DESCRIPTION, LOG_VERSIONS, SLICE, SECTIONS_FIRST } from './layout.ts';
import { MemoryBookings } from './memory-bookings.ts';
import { MemoryLog } from './memory-log.ts';
import { MemoryRecords } from './memory-records.ts';
import { MemoryTimers } from './memory-timers.ts';
import { MemoryUsers } from './memory-users.ts';
import type { Records } from './records.ts';

interface HeldPart {
  readonly part: StoredPart;
  readonly identities: readonly string[];
}

interface HeldObject {
  readonly stored: StoredObject;
  /** In the order of their making; a replaced part keeps its place. */
  readonly parts: Map<string, HeldPart>;
}

/** Holds everything in the process: for tests and for servers whose conferences may end with them. */
export class MemoryStore implements ConferenceRepository, DirectoryRepository {
  readonly #objects = new Map<XconUri, HeldObject>();
  /** Identity → object → how many of its parts name that identity. */
  readonly #members = new Map<string, Map<XconUri, number>>();
  readonly #users = new MemoryUsers();
  readonly #records = new Map<string, MemoryRecords<unknown>>();
  readonly #log: MemoryLog;
  readonly #bookings = new MemoryBookings();
  readonly #timers = new MemoryTimers();

  /** `logVersions`: versions of an object that stay in the change log, at most. */
  constructor({ logVersions = LOG_VERSIONS }: { readonly logVersions?: number } = {}) {
    this.#log = new MemoryLog(logVersions);
  }

  /** Records of one kind. */
  records<Value>(kind: string): Records<Value> {
    let records = this.#records.get(kind);
    if (records === undefined) this.#records.set(kind, (records = new MemoryRecords<unknown>()));
    return records as MemoryRecords<Value>;
  }

  load(uri: XconUri): ReturnType<ConferenceRepository['load']> {
    const held = this.#objects.get(uri);
    if (held === undefined) return Promise.resolve(undefined);
    const parts = [...held.parts.values()].map(({ part }) => part);
    const ordered = SECTIONS_FIRST.flatMap((kind) => parts.filter((part) => part.kind === kind));
    return Promise.resolve({ object: held.stored, parts: slices(ordered) });
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- nothing to wait for, but failures are rejections
  async write(sets: readonly ChangeSet[]): Promise<void> {
    for (const set of sets) {
      this.#expect(set);
      for (const change of set) this.#apply(change);
    }
  }

  list(query: Parameters<ConferenceRepository['list']>[0]): Promise<ListedObject[]> {
    const { kind, identities, after = '', limit } = query;
    const found =
      identities?.flatMap((identity) => [...(this.#members.get(identity)?.keys() ?? [])]) ?? this.#objects.keys();
    const listed = [...new Set(found)]
      .filter((uri) => uri > after && this.#objects.get(uri)?.stored.header.kind === kind)
      .sort()
      .slice(0, limit)
      .map((uri) => this.#listed(uri));
    return Promise.resolve(listed);
  }

  count(kind: ObjectKind): Promise<number> {
    return Promise.resolve([...this.#objects.values()].filter(({ stored }) => stored.header.kind === kind).length);
  }

  dependants(uri: XconUri, limit: number): Promise<XconUri[]> {
    const all = [...this.#objects.values()].map(({ stored }) => stored);
    const children = all.filter(({ header }) => header.parent?.uri === uri && !header.parent.independent);
    return Promise.resolve(
      children
        .map((child) => child.uri)
        .sort()
        .slice(0, limit),
    );
  }

  claim(claim: Claim): Promise<Claimed> {
    return Promise.resolve(this.#timers.claim(claim));
  }

  putOff(steps: PutOff): Promise<void> {
    this.#timers.putOff(steps);
    return Promise.resolve();
  }

  bookings(owner: string, from: number, until: number): Promise<number[]> {
    return Promise.resolve(this.#bookings.of(owner, from, until));
  }

  bookingState(): Promise<BookingState | undefined> {
    return Promise.resolve(this.#bookings.state);
  }

  countBookingsAnew(state: BookingState): Promise<void> {
    this.#bookings.countAnew(state);
    return Promise.resolve();
  }

  bookingsCounted(): Promise<void> {
    const { state } = this.#bookings;
    if (state !== undefined) this.#bookings.state = { ...state, isCounted: true };
    return Promise.resolve();
  }

  bookable({ before, after, limit }: Parameters<ConferenceRepository['bookable']>[0]): Promise<Bookable[]> {
    const all = [...this.#objects.values()].map(({ stored }) => stored);
    const found = all.map(({ uri, header }) => ({ uri, more: header.booked?.plan?.more ?? Infinity }));
    const reached = found.filter((one) => one.more < before && (after === undefined || inOrder(after, one) < 0));
    return Promise.resolve(reached.sort(inOrder).slice(0, limit));
  }

  trimBookings(before: number): Promise<void> {
    this.#bookings.trim(before);
    return Promise.resolve();
  }

  changes(query: Parameters<ConferenceRepository['changes']>[0]): Promise<LoggedChange[]> {
    return Promise.resolve(this.#log.changes(query));
  }

  newestPosition(): Promise<number> {
    return Promise.resolve(this.#log.newest);
  }

  position(follower: string): Promise<number> {
    return Promise.resolve(this.#log.position(follower));
  }

  setPosition(follower: string, position: number): Promise<void> {
    this.#log.setPosition(follower, position);
    return Promise.resolve();
  }

  trimLog(before: number): Promise<void> {
    this.#log.trim(before);
    return Promise.resolve();
  }

  addUser(user: StoredUser): Promise<void> {
    return this.#users.add(user);
  }

  replaceUser(user: StoredUser): Promise<void> {
    return this.#users.replace(user);
  }

  removeUser(userId: XconUserId): Promise<boolean> {
    return this.#users.remove(userId);
  }

  userById(userId: XconUserId): Promise<StoredUser | undefined> {
    return this.#users.find((user) => user.userId === userId);
  }

  userByLogin(login: string, domain: string): Promise<StoredUser | undefined> {
    return this.#users.find((user) => user.login === login && user.domain === domain);
  }

  userByAddress(address: string): Promise<StoredUser | undefined> {
    return this.#users.find((user) => user.addresses.includes(address));
  }

  users(query: Parameters<DirectoryRepository['users']>[0]): Promise<StoredUser[]> {
    return this.#users.list(query);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** A set is written whole: every version in it is compared before its first change. */
  #expect(set: ChangeSet): void {
    const versions = new Map<XconUri, number>();
    for (const { uri, expected, version } of set) {
      const now = versions.get(uri) ?? this.#objects.get(uri)?.stored.version ?? 0;
      if (now !== expected) throw new VersionConflict(uri);
      versions.set(uri, version);
    }
  }

  #apply({ booking, ...change }: ObjectChange): void {
    const { uri, version, header } = change;
    if (booking !== undefined) this.#bookings.take(booking);
    const parts = this.#objects.get(uri)?.parts ?? new Map<string, HeldPart>();
    if (version === 0) this.#remove(uri, parts);
    else {
      for (const part of change.parts) this.#applyPart(uri, parts, part);
      this.#objects.set(uri, { stored: { uri, version, header }, parts });
    }
    this.#timers.set(uri, version === 0 ? undefined : header.due);
    this.#log.append(change);
  }

  #remove(uri: XconUri, parts: ReadonlyMap<string, HeldPart>): void {
    for (const { identities } of parts.values()) this.#count(uri, identities, -1);
    this.#objects.delete(uri);
  }

  #applyPart(uri: XconUri, parts: Map<string, HeldPart>, change: PartChange): void {
    const name = nameOf(change);
    this.#count(uri, parts.get(name)?.identities ?? [], -1);
    if (change.after === undefined) {
      parts.delete(name);
      return;
    }
    const { kind, key, after, facts, identities } = change;
    parts.set(name, { part: { kind, key, bytes: after, ...(facts && { facts }) }, identities });
    this.#count(uri, identities, 1);
  }

  #count(uri: XconUri, identities: readonly string[], step: 1 | -1): void {
    for (const identity of new Set(identities)) {
      const objects = this.#members.get(identity) ?? new Map<XconUri, number>();
      const parts = (objects.get(uri) ?? 0) + step;
      if (parts > 0) objects.set(uri, parts);
      else objects.delete(uri);
      if (objects.size > 0) this.#members.set(identity, objects);
      else this.#members.delete(identity);
    }
  }

  #listed(uri: XconUri): ListedObject {
    const held = this.#objects.get(uri);
    if (held === undefined) throw new Error(`${uri} is listed but not held`);
    const description = held.parts.get(nameOf(DESCRIPTION))?.part.bytes;
    return { uri, header: held.stored.header, ...(description && { description }) };
  }
}

const inOrder = (a: Bookable, b: Bookable): number => a.more - b.more || (a.uri < b.uri ? -1 : Number(a.uri > b.uri));

const nameOf = ({ kind, key }: PartName): string => `${kind} ${key}`;

// eslint-disable-next-line @typescript-eslint/require-await -- the interface streams, a process's own memory need not
async function* slices(parts: readonly StoredPart[]): AsyncGenerator<readonly StoredPart[]> {
  for (let start = 0; start < parts.length; start += SLICE) yield parts.slice(start, start + SLICE);
}
