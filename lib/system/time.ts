import { type Clock, TimerWheel } from '../sip/clock.ts';

/** The time by which a system lives. */
export interface Time {
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly date: () => number;
}

export const realTime = (): Time => ({ clock: new TimerWheel(), date: Date.now });
