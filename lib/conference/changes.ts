import type { ConferenceObject, PartName } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';

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
