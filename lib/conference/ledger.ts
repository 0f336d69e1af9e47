import { DAY_BUCKETS, OPEN } from './booking.ts';

export interface RoomLimits {
  /** Conferences at once. */
  readonly conferences: number;
  /** Participants of all of them at once. */
  readonly participants: number;
}

/** What there is too much of, and in which bucket first. */
export interface Overrun {
  readonly bucket: number;
  readonly what: keyof RoomLimits;
}

type Counts = readonly [conferences: number, participants: number];

/** What is taken in each bucket of time, on the server or by one user: a page of memory for each day that has something. */
export class Ledger {
  readonly #pages = new Map<number, Int32Array>();
  /** Of conferences whose end nobody knows. */
  #open: Counts = [0, 0];
  /** Changes in it that are not durable yet. */
  pending = 0;

  /** From what is stored. Buckets before `now` are over; what is left of them goes on. */
  static of(steps: readonly number[], now: number): Ledger {
    const ledger = new Ledger();
    const rest: number[] = [];
    let [conferences, participants] = [0, 0];
    for (let at = 0; at < steps.length; at += 3) {
      const [bucket = 0, more = 0, people = 0] = steps.slice(at, at + 3);
      if (bucket === OPEN) ledger.#open = [more, people];
      else if (bucket > now) rest.push(bucket, more, people);
      else {
        conferences += more;
        participants += people;
      }
    }
    ledger.add([now, conferences, participants, ...rest]);
    return ledger;
  }

  /** How many pages of memory it takes, and itself. */
  get size(): number {
    return 1 + this.#pages.size;
  }

  /** Takes steps, in the order of their buckets; gives them back with -1. */
  add(steps: readonly number[], sign: 1 | -1 = 1): void {
    for (const { from, until, conferences, participants } of stretches(steps)) {
      if (from === OPEN) this.#open = [this.#open[0] + sign * conferences, this.#open[1] + sign * participants];
      else if (conferences !== 0 || participants !== 0)
        this.#fill(from, until, sign * conferences, sign * participants);
    }
  }

  /**
   * Where the limits are crossed first, of the buckets in which steps took more. What is open counts in the buckets from
   * `now` to `assumed`.
   */
  overrun(steps: readonly number[], limits: RoomLimits, now: number, assumed: number): Overrun | undefined {
    for (const { from, until, conferences, participants } of stretches(steps)) {
      if (conferences <= 0 && participants <= 0) continue;
      const [first, end] = from === OPEN ? [now, assumed] : [from, until];
      for (let bucket = first; bucket < end; bucket++) {
        const [most, people] = this.at(bucket, bucket < assumed);
        if (conferences > 0 && most > limits.conferences) return { bucket, what: 'conferences' };
        if (participants > 0 && people > limits.participants) return { bucket, what: 'participants' };
      }
    }
    return undefined;
  }

  /** What is taken in a bucket, with what is open or without. */
  at(bucket: number, withOpen = false): Counts {
    const page = this.#pages.get(Math.floor(bucket / DAY_BUCKETS));
    const place = 2 * (bucket % DAY_BUCKETS);
    const [conferences, participants] = withOpen ? this.#open : NOTHING;
    return [(page?.[place] ?? 0) + conferences, (page?.[place + 1] ?? 0) + participants];
  }

  /** Forgets the days before. */
  trim(bucket: number): void {
    for (const day of this.#pages.keys()) if (day < Math.floor(bucket / DAY_BUCKETS)) this.#pages.delete(day);
  }

  #fill(from: number, until: number, conferences: number, participants: number): void {
    for (let bucket = from; bucket < until;) {
      const day = Math.floor(bucket / DAY_BUCKETS);
      let page = this.#pages.get(day);
      if (page === undefined) this.#pages.set(day, (page = new Int32Array(2 * DAY_BUCKETS)));
      const end = Math.min(until, (day + 1) * DAY_BUCKETS);
      for (; bucket < end; bucket++) {
        const place = 2 * (bucket - day * DAY_BUCKETS);
        page[place] = (page[place] ?? 0) + conferences;
        page[place + 1] = (page[place + 1] ?? 0) + participants;
      }
    }
  }
}

const NOTHING: Counts = [0, 0];

interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly conferences: number;
  readonly participants: number;
}

/** What steps take from each to the next. */
function* stretches(steps: readonly number[]): Generator<Stretch> {
  let [conferences, participants] = [0, 0];
  for (let at = 0; at < steps.length; at += 3) {
    const [from = 0, more = 0, people = 0, until] = steps.slice(at, at + 4);
    if (from === OPEN) {
      yield { from, until: from, conferences: more, participants: people };
      continue;
    }
    conferences += more;
    participants += people;
    if (until !== undefined) yield { from, until, conferences, participants };
  }
}
