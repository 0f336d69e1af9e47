import type { ConferenceObject, PartName } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import type { UserRecord } from '../model/user.ts';
import type { XmlElement } from '../xml/element.ts';
import type { Caller } from './calls.ts';
import type { Refusal } from './refusal.ts';

/**
 * A change of one object: proposed, as guards judge it, and durable, as followers are woken by it; the change log has the
 * same under a position.
 */
export interface Change {
  readonly uri: XconUri;
  /** Absent when the object is new. */
  readonly before?: ConferenceObject;
  /** Absent when the object was deleted. */
  readonly after?: ConferenceObject;
  readonly touched: readonly PartName[];
  readonly by: string;
}

export type ChangeListener = (change: Change) => void;

/**
 * Asked before a change that the rules allow is committed; throws a `Refusal` to stop it. It may wait; the change is then
 * built anew if the object moved on meanwhile.
 */
export type Guard = (proposal: Change) => Promise<void> | void;

/** Somebody who comes into a conference by a change, or is to be called into it. */
export interface Arrival {
  readonly user: XconUserId;
  readonly record: UserRecord;
  /** With which she comes; none where she is in without one. */
  readonly endpoints: readonly XmlElement[];
  /** As it is to be. */
  readonly object: ConferenceObject;
  /** Who makes the change, and as what the conference knows him. */
  readonly caller: Caller;
  readonly callersRecord: UserRecord | undefined;
  /** Whether she comes by herself; otherwise the caller adds her. */
  readonly joins: boolean;
}

/** Asked of each arrival before the change is checked and committed: why it can not be, if it can not. */
export type ArrivalGuard = (arrival: Arrival) => Refusal | undefined;
