import { LRUCache } from 'lru-cache';
import type { ConferenceObject } from '../model/conference-object.ts';
import type { Part } from '../model/part.ts';
import type { View } from './calls.ts';

/** What this process remembers of the views of small conferences; what is read of a large one is put together each time. */
export interface ViewLimits {
  /** Of views. */
  readonly bytes: number;
  /** Of rosters, which most changes of a conference leave as they are. */
  readonly rosterBytes: number;
  /** Users that a small conference has at most. */
  readonly users: number;
}

export const viewDefaults: ViewLimits = { bytes: 67_108_864, rosterBytes: 16_777_216, users: 100 };

interface RememberedView {
  /** The very value that was looked at: what has changed is another, whatever its version. */
  readonly object: ConferenceObject;
  readonly view: View;
}

/** A roster as it was shown last. */
interface RememberedRoster {
  readonly part: Part | undefined;
  readonly readers: string;
  readonly element: Buffer;
}

interface Remembered {
  /** By class of readers and URI. */
  readonly views: LRUCache<string, RememberedView>;
  readonly rosters: LRUCache<ConferenceObject['users'], RememberedRoster>;
  readonly users: number;
}

export let remembered = withLimits(viewDefaults);

/** Sets how much this process remembers, and forgets what it did. */
export function rememberViews(limits: ViewLimits): void {
  remembered = withLimits(limits);
}

function withLimits({ bytes, rosterBytes, users }: ViewLimits): Remembered {
  return {
    // The message that carries a view is remembered with it.
    views: new LRUCache({
      maxSize: bytes,
      sizeCalculation: ({ view }, readers) => 2 * (sizeOf(view) + readers.length),
    }),
    rosters: new LRUCache({
      maxSize: rosterBytes,
      sizeCalculation: ({ element, readers }) => element.length + readers.length,
    }),
    users,
  };
}

const sizeOf = ({ content }: View): number => content.reduce((sum, { length }) => sum + length, 0);
