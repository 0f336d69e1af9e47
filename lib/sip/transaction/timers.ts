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

/** The timers of RFC 3261 table 4 and RFC 6026 that a user agent has. Each is an input of its machine when it fires. */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M' | '100' | 'cancelled';

/** Milliseconds; undefined when the timer isn't used. `previous` is the last interval of the same timer. */
export type Interval = (times: Times, reliable: boolean, previous: number) => number | undefined;

/** 64·T1, the longest that one side waits for the other. */
export const patience = (times: Times): number => 64 * times.t1;

const overUnreliable =
  (interval: (times: Times, previous: number) => number): Interval =>
  (times, reliable, previous) =>
    reliable ? undefined : interval(times, previous);

/** Absorbs retransmissions, which reliable transports don't know. */
const absorb =
  (interval: (times: Times) => number): Interval =>
  (times, reliable) =>
    reliable ? 0 : interval(times);

const doubled = (times: Times, previous: number): number => Math.min(2 * previous, times.t2);

/** What the machines' effects on timers mean: which timer, and when it fires. */
export const schedule = {
  'start A': ['A', overUnreliable(({ t1 }) => t1)],
  'double A': ['A', (_times, _reliable, previous) => 2 * previous],
  'start B': ['B', patience],
  // At least 32 s, whatever our T1: the server's is unknown (§17.1.1.2).
  'start D': ['D', absorb((times) => Math.max(patience(times), 32_000))],
  'start E': ['E', overUnreliable(({ t1 }) => t1)],
  'double E': ['E', overUnreliable(doubled)],
  'slow E': ['E', overUnreliable(({ t2 }) => t2)],
  'start F': ['F', patience],
  'start G': ['G', overUnreliable(({ t1 }) => t1)],
  'double G': ['G', overUnreliable(doubled)],
  'start H': ['H', patience],
  'start I': ['I', absorb(({ t4 }) => t4)],
  'start J': ['J', absorb(patience)],
  'start K': ['K', absorb(({ t4 }) => t4)],
  'start L': ['L', patience],
  'start M': ['M', patience],
  'start 100': ['100', ({ trying }) => trying],
  // When the client's Timer E reaches T2 (RFC 4320 §4.1).
  'start late 100': ['100', timeToT2],
  'start cancelled': ['cancelled', patience],
} as const satisfies Record<string, readonly [TimerName, Interval]>;

export type TimerStart = keyof typeof schedule;

/** The sum of Timer E's intervals before the one that is T2. */
function timeToT2({ t1, t2 }: Times): number {
  let time = 0;
  for (let interval = t1; interval < t2; interval *= 2) time += interval;
  return time;
}
