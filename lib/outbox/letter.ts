/** What is to be delivered; plain data, as it is stored. */
export interface OutgoingLetter {
  /** Sorts in the order in which letters of one lane are delivered. */
  readonly id: string;
  /** When what it tells happened, in milliseconds since 1970. */
  readonly at: number;
  /** Set when nobody tries to deliver it any more. */
  readonly dead?: { readonly at: number; readonly reason: string };
}

/** How letters stand to one another. */
export interface Sorting<Letter> {
  /** Those of a group share their limits. */
  groupOf(letter: Letter): string;
  /** Those of a lane are delivered one after the other, those of others meanwhile; lanes of two groups are two. */
  laneOf(letter: Letter): string;
}

export interface OutboxLimits {
  /** Letters of one group that wait; one more is given up at once. */
  readonly waiting: number;
  /** Given-up letters of one group that are remembered; the oldest goes. */
  readonly dead: number;
  /** Deliveries at the same time. */
  readonly inFlight: number;
  /** Deliveries at the same time of one group, each of another lane. */
  readonly inFlightPerGroup: number;
  /** The wait after a first failure, in milliseconds; each further one doubles it. */
  readonly firstWait: number;
  /** The longest wait, in milliseconds. */
  readonly longestWait: number;
  /** How old a letter may be when its delivery is tried for the last time, in milliseconds. */
  readonly giveUp: number;
}

/** One timer at a time, in milliseconds. */
export interface Timers {
  after(ms: number, run: () => void): { cancel(): void };
}

/** Small records that are durable when the promise resolves. */
export interface Records<Value> {
  keep(id: string, value: Value): Promise<void>;
  forget(id: string): Promise<void>;
  all(): AsyncIterable<readonly Value[]>;
}
