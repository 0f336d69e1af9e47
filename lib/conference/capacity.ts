import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import { BookedDays, SERVER } from './booked-days.ts';
import { type BookingContext, BUCKET, bucketOf, DAY_BUCKETS, OPEN, type Planning, stepsBetween } from './booking.ts';
import { type Counts, type RoomLimits, type Stretch, stretchesOf } from './booking-page.ts';
import type { Edited } from './object-change.ts';
import type { BookingPace } from './horizon.ts';
import { Refusal } from './refusal.ts';
import type { Booking, BookingRepository } from './repository.ts';
import type { TimeRules } from './times.ts';

export interface CapacityLimits extends RoomLimits, BookingPace {
  /** Of the conferences that one user made. */
  readonly userConferences: number;
  readonly userParticipants: number;
  /** Occurrences of one conference that are booked ahead. */
  readonly occurrences: number;
  /** Days, of users and of the server, whose bookings are kept in memory: 2.3 kB each. */
  readonly remembered: number;
}

export const capacityDefaults: CapacityLimits = {
  conferences: 100_000,
  participants: 1_000_000,
  userConferences: 20_000,
  userParticipants: 200_000,
  occurrences: 1_000,
  remembered: 10_000,
  ahead: 10,
  share: 20,
};

export interface CapacityParts {
  readonly repository: BookingRepository;
  readonly limits: CapacityLimits;
  readonly rules: TimeRules;
  readonly clock: () => number;
}

/** What changes are about to book. Release it in any case. */
export interface Proposal {
  readonly bookings: ReadonlyMap<XconUri, Booking>;
  /** Waits for what has to be read; undefined when all is at hand. */
  readonly reading: Promise<unknown> | undefined;
  /**
   * Takes what the changes take.
   * @throws {Refusal} resources-exhausted, unless `always`, when there is no room for it
   */
  take(always: boolean): void;
  giveBack(): void;
  /** When it is durable or given up. */
  release(): void;
}

/**
 * Room on the server, and for each user: what is free at every moment up to the horizon, changes included that are not
 * durable yet. What is booked is stored with the change that books it.
 */
export class Capacity {
  readonly #parts: CapacityParts;
  readonly #days: BookedDays;
  #opening: Promise<void> | undefined;
  #era: number | undefined;
  #isCounted = false;

  constructor(parts: CapacityParts) {
    this.#parts = parts;
    this.#days = new BookedDays(parts.repository, parts.limits.remembered);
  }

  /** The count of all bookings in which all is booked now; undefined until it was asked for. */
  get era(): number | undefined {
    return this.#era;
  }

  /** Whether every conference is in it. */
  get isCounted(): boolean {
    return this.#isCounted;
  }

  /** What bookings are planned by. */
  get planning(): Planning {
    const { rules, clock, limits } = this.#parts;
    return { rules, era: this.#era ?? 0, now: clock(), most: limits.occurrences, owner: undefined };
  }

  get #context(): BookingContext {
    const { rules, clock } = this.#parts;
    return { rules, era: this.#era ?? 0, now: clock() };
  }

  /** Reads what is stored, or begins to count anew where times are read by other rules now. */
  open(): Promise<void> {
    return (this.#opening ??= this.#open());
  }

  async #open(): Promise<void> {
    const { repository, rules } = this.#parts;
    const current = rulesOf(rules);
    let state = await repository.bookingState();
    if (state?.rules !== current) {
      state = { rules: current, era: (state?.era ?? 0) + 1, isCounted: false };
      await repository.countBookingsAnew(state);
    }
    this.#isCounted = state.isCounted;
    this.#era = state.era;
  }

  /** Every conference is in the count. */
  async counted(): Promise<void> {
    await this.#parts.repository.bookingsCounted();
    this.#isCounted = true;
  }

  propose(edits: readonly Edited[]): Proposal {
    const context = this.#context;
    const bookings = new Map<XconUri, Booking>();
    for (const { before, after } of edits) {
      const object = after ?? before;
      const owner = object?.header.booked?.owner;
      if (object?.header.kind !== 'conference' || owner === undefined) continue;
      const steps = stepsBetween(before, after, context);
      if (steps.length > 0) bookings.set(object.uri, { owner, steps });
    }
    if (bookings.size === 0) return NOTHING_BOOKED;
    const all = [...bookings.values()].map(({ owner, steps }) => ({ owner, stretches: [...stretchesOf(steps)] }));
    const held = this.#days.hold(
      all.flatMap(({ owner, stretches }) => {
        const days = this.#daysOf(stretches);
        return [SERVER, owner].flatMap((name) => days.map((day) => ({ owner: name, day })));
      }),
    );
    // What was never counted, or in another count, is there already: it is taken as it is.
    const isThere = edits.some(({ before }) => before !== undefined && isUncounted(before, context));
    const takeAll = (sign: 1 | -1): void => {
      for (const { owner, stretches } of all) this.#days.take(owner, stretches, sign);
    };
    return {
      bookings,
      reading: held.reading,
      take: (always) => {
        takeAll(1);
        const refusal = always || isThere ? undefined : this.#refusal(all);
        if (refusal === undefined) return;
        takeAll(-1);
        throw refusal;
      },
      giveBack: () => takeAll(-1),
      release: () => held.release(),
    };
  }

  /** Works with days in memory from one bucket to another, of the server and of somebody. */
  async withDays<T>(owner: string, from: number, until: number, work: () => Promise<T>): Promise<T> {
    const first = Math.floor(from / DAY_BUCKETS);
    const count = Math.floor(until / DAY_BUCKETS) - first + 1;
    const days = [OPEN, ...Array.from({ length: count }, (_, index) => first + index)];
    const held = this.#days.hold([SERVER, owner].flatMap((name) => days.map((day) => ({ owner: name, day }))));
    try {
      await held.reading;
      return await work();
    } finally {
      held.release();
    }
  }

  /** Whether steps would fit; the days are in memory. */
  fits(owner: string, steps: readonly number[]): boolean {
    const stretches = [...stretchesOf(steps)];
    this.#days.take(owner, stretches, 1);
    const refusal = this.#refusal([{ owner, stretches }]);
    this.#days.take(owner, stretches, -1);
    return refusal === undefined;
  }

  /** The days on which what is open counts are needed with it. */
  #daysOf(stretches: readonly Stretch[]): number[] {
    const [now, assumed] = this.#assumed();
    const near = [OPEN, Math.floor(now / DAY_BUCKETS), Math.floor(assumed / DAY_BUCKETS)];
    return stretches.length === 0 ? [] : [...new Set([...near, ...stretches.map(({ day }) => day)])];
  }

  /** The buckets in which what is open counts. */
  #assumed(): [now: number, until: number] {
    const { rules, clock } = this.#parts;
    return [bucketOf(clock()), bucketOf(clock() + rules.assumedLength * 1000) + 1];
  }

  #refusal(all: readonly { owner: string; stretches: readonly Stretch[] }[]): Refusal | undefined {
    const { limits } = this.#parts;
    const { userConferences: conferences, userParticipants: participants } = limits;
    for (const { owner, stretches } of all) {
      for (const stretch of stretches) {
        const refusal =
          this.#overrun(SERVER, stretch, limits) ?? this.#overrun(owner, stretch, { conferences, participants });
        if (refusal !== undefined) return refusal;
      }
    }
    return undefined;
  }

  /** Where a limit is crossed in a stretch that takes more. */
  #overrun(owner: string, stretch: Stretch, limits: RoomLimits): Refusal | undefined {
    const { day, conferences, participants } = stretch;
    if (conferences <= 0 && participants <= 0) return undefined;
    const [now, assumed] = this.#assumed();
    const first = day * DAY_BUCKETS;
    const [from, until] = day === OPEN ? [now, assumed] : [first + stretch.from, first + stretch.until];
    const open = this.#days.at(owner, OPEN * DAY_BUCKETS);
    for (let bucket = from; bucket < until; bucket++) {
      const [taken, people] = plus(this.#days.at(owner, bucket), bucket < assumed ? open : NOTHING);
      if (conferences > 0 && taken > limits.conferences) return noRoom(bucket, owner, 'conferences', limits);
      if (participants > 0 && people > limits.participants) return noRoom(bucket, owner, 'participants', limits);
    }
    return undefined;
  }
}

const NOTHING_BOOKED: Proposal = {
  bookings: new Map(),
  reading: undefined,
  take: () => undefined,
  giveBack: () => undefined,
  release: () => undefined,
};

const OF_USER = { conferences: 'userConferences', participants: 'userParticipants' } as const;

const NOTHING: Counts = [0, 0];

const plus = ([a, b]: Counts, [c, d]: Counts): Counts => [a + c, b + d];

const isUncounted = ({ header }: ConferenceObject, { era }: BookingContext): boolean =>
  header.kind === 'conference' && header.booked?.era !== era;

function noRoom(bucket: number, owner: string, what: keyof RoomLimits, limits: RoomLimits): Refusal {
  const moment = new Date(bucket * BUCKET).toISOString().slice(0, 19);
  const [whose, setting] = owner === SERVER ? ['', what] : [' of one user', OF_USER[what]];
  const why = `There is no room at ${moment}Z: ${String(limits[what])} ${what}${whose} at once are the most.`;
  return new Refusal('resources-exhausted', why, undefined, { is: 'full', setting: `capacity.${setting}` });
}

/** What bookings depend on beside the conferences: how their times are read, and what the zones of the world are. */
const rulesOf = ({ zone, earlyJoin, overrun, assumedLength }: TimeRules): string =>
  JSON.stringify([1, zone, earlyJoin, overrun, assumedLength, process.versions['tz']]);
