/** Milliseconds (RFC 3261 §17, table 4). */
export interface Times {
  /** Estimate of a round trip. */
  readonly t1: number;
  /** Longest interval between retransmissions of a non-INVITE request or an INVITE response. */
  readonly t2: number;
  /** How long a message stays in the network. */
  readonly t4: number;
  /** Until 100 answers an INVITE whose user is silent (§17.2.1). */
  readonly trying: number;
}

export const timesDefaults: Times = { t1: 500, t2: 4_000, t4: 5_000, trying: 200 };

/** The timers of RFC 3261 table 4 that a user agent has, with L and M of RFC 6026; `100` sends Trying. */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M' | '100' | 'cancelled';
