import { DAY_BUCKETS, DAY_PLACES } from './booking.ts';

export interface RoomLimits {
  /** Conferences at once. */
  readonly conferences: number;
  /** Participants of all of them at once. */
  readonly participants: number;
}

export type Counts = readonly [conferences: number, participants: number];

/** What a booking takes of one day, from one of its buckets to another. */
export interface Stretch {
  readonly day: number;
  readonly from: number;
  readonly until: number;
  readonly conferences: number;
  readonly participants: number;
}

/** What is taken on one day: of the server, or of what one user made. */
export class BookingPage {
  readonly #counts = new Int32Array(2 * DAY_BUCKETS);
  /** How many need it in memory: until then it holds what is not stored yet. */
  holders = 0;

  constructor(steps: readonly number[]) {
    for (const stretch of stretchesOf(steps)) this.add(stretch, 1);
  }

  /** Takes so much more, or gives it back with -1. */
  add({ from, until, conferences, participants }: Stretch, sign: 1 | -1): void {
    for (let place = 2 * from; place < 2 * until; place += 2) {
      this.#counts[place] = (this.#counts[place] ?? 0) + sign * conferences;
      this.#counts[place + 1] = (this.#counts[place + 1] ?? 0) + sign * participants;
    }
  }

  /** What is taken in a bucket of the day. */
  at(bucket: number): Counts {
    return [this.#counts[2 * bucket] ?? 0, this.#counts[2 * bucket + 1] ?? 0];
  }
}

/** What steps take, day by day. */
export function* stretchesOf(steps: readonly number[]): Generator<Stretch> {
  let [conferences, participants] = [0, 0];
  for (let at = 0; at + 3 < steps.length; at += 3) {
    const [place = 0, more = 0, people = 0, next = 0] = steps.slice(at, at + 4);
    conferences += more;
    participants += people;
    if (conferences === 0 && participants === 0) continue;
    const day = Math.floor(place / DAY_PLACES);
    yield { day, from: place - day * DAY_PLACES, until: next - day * DAY_PLACES, conferences, participants };
  }
}
