import type { ObjectHeader, ObjectKind, PartName } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { UserFacts } from '../model/user.ts';

/** A part as a row: its UTF-8 text and, for a user, what is known beside it. */
export interface StoredPart extends PartName {
  readonly bytes: Buffer;
  readonly facts?: UserFacts;
}

export interface StoredObject {
  readonly uri: XconUri;
  readonly version: number;
  readonly header: ObjectHeader;
}

/** One part before and after a change; an absent side means that the part was not there or is gone. */
export interface PartChange extends PartName {
  readonly before?: Buffer;
  readonly after?: Buffer;
  readonly facts?: UserFacts;
  /** Of a user: her facts before, where origin, number or alias were others or she is gone. */
  readonly factsBefore?: UserFacts;
  /** Under whose XCON-USERIDs and addresses (or `*@domain`) lists of conferences find this object; normalised. */
  readonly identities: readonly string[];
}

/** The change of one object within a set. */
export interface ObjectChange {
  readonly uri: XconUri;
  /** The version that the object has before; 0 makes a new one. */
  readonly expected: number;
  /** The version that it has after; 0 deletes it with all its parts. */
  readonly version: number;
  readonly header: ObjectHeader;
  readonly parts: readonly PartChange[];
  /** What the change takes of the server. */
  readonly booking?: Booking;
  /** Who did it: an XCON-USERID or the name of a part of the server. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** How much more of the server's room is taken, also by whom. */
export interface Booking {
  readonly owner: string;
  /** Place in time (`booking`), conferences and participants more from there on, and so on; in the order of places. */
  readonly steps: readonly number[];
}

/** A count of all bookings. */
export interface BookingState {
  /** How times were read for it. */
  readonly rules: string;
  readonly era: number;
  /** Whether every conference is in it. */
  readonly isCounted: boolean;
}

/** A conference, and from when on there is more to book for it (`booked.plan.more` of its header). */
export interface Bookable {
  readonly uri: XconUri;
  readonly more: number;
}

/** Where sums of bookings live: of each owner, and of all under the name `''`. */
export interface BookingRepository {
  /** The sums of steps at places from `from` to before `until`. */
  bookings(owner: string, from: number, until: number): Promise<number[]>;
  /** Undefined where nothing was ever counted. */
  bookingState(): Promise<BookingState | undefined>;
  /** Forgets all sums. */
  countBookingsAnew(state: BookingState): Promise<void>;
  bookingsCounted(): Promise<void>;
  /** Conferences that have more to book before a moment, the earliest first, behind `after`. */
  bookable(query: { before: number; after?: Bookable; limit: number }): Promise<Bookable[]>;
  /** Forgets sums at places from 0 to before `before`, and those that are nothing. */
  trimBookings(before: number): Promise<void>;
}

/** What the clock has to do for an object, and when (`due` of its header). */
export interface DueStep {
  readonly uri: XconUri;
  /** Milliseconds since 1970. */
  readonly due: number;
}

/** A clock that is about to take steps. */
export interface Claim {
  /** No other clock has this name. */
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Milliseconds for which nobody else gets what is claimed; at least 1. */
  readonly lease: number;
  readonly limit: number;
}

export interface Claimed {
  /** The earliest first. */
  readonly steps: readonly DueStep[];
  /** When there is more to claim if nothing changes: what comes due or is no longer leased; Infinity for nothing. */
  readonly next: number;
}

/** Steps that were claimed and not taken. */
export interface PutOff {
  readonly owner: string;
  readonly uris: readonly XconUri[];
  readonly now: number;
  readonly until: number;
}

/**
 * Timers with leases. The timer of an object is `due` of its header: a change of the object sets the next one and ends
 * the lease in one commit. Between claim and change the lease keeps other clocks off, until its end or until a clock
 * that was set back shows a moment before its beginning. It saves work; that a step is taken once lies in the version.
 */
export interface TimerRepository {
  /** Leases what is due and not leased, to the same owner neither; of two claims each step goes to one. */
  claim(claim: Claim): Promise<Claimed>;
  /** Leases them until another moment, those that the owner still has. */
  putOff(steps: PutOff): Promise<void>;
}

/** Changes that become durable together or not at all. */
export type ChangeSet = readonly ObjectChange[];

/** A change as the log keeps it, under a position that only grows. */
export interface LoggedChange extends Omit<ObjectChange, 'booking'> {
  readonly position: number;
}

/** An object had another version than a change expected, or was there already. Nothing was written. */
export class VersionConflict extends Error {
  readonly uri: XconUri;

  constructor(uri: XconUri) {
    super(`${uri} has another version in the store`);
    this.uri = uri;
  }
}

export interface ListedObject {
  readonly uri: XconUri;
  readonly header: ObjectHeader;
  /** The text of the section `conference-description`, for lists that show a name. */
  readonly description?: Buffer;
}

/**
 * Where conference objects live, as the rules need it. A resolved `write` is durable: it survives a kill and a power
 * cut. After either the store opens to a prefix of whole sets that holds every resolved one.
 */
export interface ConferenceRepository extends BookingRepository, TimerRepository {
  /** The object and then its parts, sections first, users and sidebars in the order of their making, in slices. */
  load(uri: XconUri): Promise<{ object: StoredObject; parts: AsyncIterable<readonly StoredPart[]> } | undefined>;
  /**
   * Writes the sets in order, each whole, after those of the calls before. When one call fails, those that were made
   * before its failure was told fail too.
   * @throws {VersionConflict} from the first set whose expectation fails; sets before it are written, none after.
   */
  write(sets: readonly ChangeSet[]): Promise<void>;
  /** Objects of a kind found under any of the identities (all objects when undefined), by URI after `after`. */
  list(query: {
    kind: ObjectKind;
    identities?: readonly string[];
    after?: string;
    limit: number;
  }): Promise<ListedObject[]>;
  count(kind: ObjectKind): Promise<number>;
  /** The objects whose header names this one as the parent that they depend on, at most `limit`. */
  dependants(uri: XconUri, limit: number): Promise<XconUri[]>;
  /** Logged changes after a position, oldest first, of one object (from its version `from` on) or of all. */
  changes(query: { after: number; limit: number; uri?: XconUri; from?: number }): Promise<LoggedChange[]>;
  /** The position of the newest change, whether or not it is in the log still; 0 when there was none. */
  newestPosition(): Promise<number>;
  /** The last position that a follower of the log has dealt with; 0 when it is new. */
  position(follower: string): Promise<number>;
  setPosition(follower: string, position: number): Promise<void>;
  /**
   * Forgets logged changes from before `before`, in milliseconds since 1970. The store itself forgets those too many
   * versions back. Neither forgets what a follower has not dealt with, nor one between two that stay.
   */
  trimLog(before: number): Promise<void>;
}
