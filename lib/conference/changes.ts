import type { ConferenceObject, PartName } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';

/** A durable change of one object, as followers are woken by it; the change log has the same under a position. */
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
 * Asked before a change of a conference object is committed. A refusal is thrown (`Refusal`). Called without a change
 * to judge for reads. It may wait; the change is then built anew if the object moved on meanwhile.
 */
export type Guard = (proposal: Proposal) => Promise<void> | void;

/** A change that the rules allow, before it is committed. */
export interface Proposal {
  readonly uri: XconUri;
  readonly before?: ConferenceObject;
  readonly after?: ConferenceObject;
  readonly touched: readonly PartName[];
  readonly by: string;
}
