import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import { type BookingContext, BUCKET, bucketOf, stepsBetween } from './booking.ts';
import type { Edited } from './commits.ts';
import { Ledger, type Overrun, type RoomLimits } from './ledger.ts';
import { Refusal } from './refusal.ts';
import type { Booking, BookingRepository } from './repository.ts';
import type { TimeRules } from './times.ts';

export interface CapacityLimits extends RoomLimits {
  /** Of the conferences that one user made. */
  readonly userConferences: number;
  readonly userParticipants: number;
  /** Occurrences of one conference that are booked ahead. */
  readonly occurrences: number;
  /** Days of users that are kept in memory: 2.3 KB each. */
  readonly remembered: number;
}

export const capacityDefaults: CapacityLimits = {
  conferences: 100_000,
  participants: 1_000_000,
  userConferences: 20_000,
  userParticipants: 200_000,
  occurrences: 1_000,
  remembered: 10_000,
};

/** What a set of changes books: one for each of its objects that takes more or less than before. */
export interface Booked {
  readonly bookings: ReadonlyMap<XconUri, Booking>;
  /** It is durable. */
  done(): void;
  /** It was given up. */
  undo(): void;
}

export interface CapacityParts {
  readonly repository: BookingRepository;
  readonly limits: CapacityLimits;
  readonly rules: TimeRules;
  readonly clock: () => number;
}

/** The name under which all that the server has is booked. */
export const SERVER = '';

/**
 * Room on the server, and for each user: what is free at every moment up to the horizon, changes included that are not
 * durable yet. What is booked is stored with the change that books it; here is what of it was needed lately.
 */
export class Capacity {
  readonly #parts: CapacityParts;
  readonly #ledgers = new Map<string, Ledger>();
  readonly #loading = new Map<string, Promise<void>>();
  #opening: Promise<void> | undefined;
  #era: number | undefined;
  #isCounted = false;
  #size = 0;

  constructor(parts: CapacityParts) {
    this.#parts = parts;
  }

  /** In which count of all bookings everything is booked; undefined until it was asked for. */
  get era(): number | undefined {
    return this.#era;
  }

  /** Whether every conference is in this count. */
  get isCounted(): boolean {
    return this.#isCounted;
  }

  get context(): BookingContext {
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

  /** What has to be read before the changes can be booked; undefined when it is at hand. */
  ready(edits: readonly Edited[]): Promise<unknown> | undefined {
    const missing = [...ownersOf(edits)].filter((owner) => !this.#ledgers.has(owner));
    return missing.length === 0 ? undefined : Promise.all(missing.map((owner) => this.load(owner)));
  }

  /** Reads what one has booked. */
  async load(owner: string): Promise<void> {
    let loading = this.#loading.get(owner);
    if (loading === undefined) {
      loading = this.#load(owner).finally(() => this.#loading.delete(owner));
      this.#loading.set(owner, loading);
    }
    await loading;
  }

  async #load(owner: string): Promise<void> {
    if (this.#ledgers.has(owner)) return;
    const steps = await this.#parts.repository.bookings(owner);
    const ledger = Ledger.of(steps, bucketOf(this.#parts.clock()));
    this.#ledgers.set(owner, ledger);
    this.#size += ledger.size;
  }

  /**
   * Books what the changes take; what they need is at hand.
   * @throws {Refusal} resources-exhausted, unless `always`, when there is no room for it
   */
  book(edits: readonly Edited[], always: boolean): Booked {
    const { context } = this;
    const bookings = new Map<XconUri, Booking>();
    for (const { before, after } of edits) {
      const object = after ?? before;
      const steps = object?.header.kind === 'conference' ? stepsBetween(before, after, context) : [];
      const owner = object?.header.booked?.owner;
      if (object !== undefined && owner !== undefined && steps.length > 0) bookings.set(object.uri, { owner, steps });
    }
    // What was never counted, or in another count, is there already: it is taken as it is.
    const isNew = edits.some(({ before }) => before !== undefined && isUncounted(before, context));
    for (const { owner, steps } of bookings.values()) this.#add(owner, steps);
    const undo = (): void => {
      for (const { owner, steps } of bookings.values()) this.#add(owner, steps, -1);
    };
    if (!always && !isNew) {
      for (const { owner, steps } of bookings.values()) {
        const refusal = this.#refusal(owner, steps);
        if (refusal === undefined) continue;
        undo();
        throw refusal;
      }
    }
    this.#pend(bookings.values(), 1);
    const done = (): void => this.#pend(bookings.values(), -1);
    return {
      bookings,
      done,
      undo: () => {
        undo();
        done();
      },
    };
  }

  /** Whether there is room, for now at least; only of those who are at hand one can say. */
  fits(owner: string, from: number, until: number, people: number): boolean {
    const steps = [from, 1, people, until, -1, -people];
    this.#add(owner, steps);
    const refusal = this.#refusal(owner, steps);
    this.#add(owner, steps, -1);
    return refusal === undefined;
  }

  /** Forgets what is over. */
  trim(): void {
    const now = bucketOf(this.#parts.clock());
    for (const ledger of this.#ledgers.values()) this.#measured(ledger, () => ledger.trim(now));
  }

  #add(owner: string, steps: readonly number[], sign: 1 | -1 = 1): void {
    for (const name of [SERVER, owner]) {
      const ledger = this.#ledgers.get(name);
      if (ledger !== undefined) this.#measured(ledger, () => ledger.add(steps, sign));
    }
  }

  #measured(ledger: Ledger, work: () => void): void {
    const before = ledger.size;
    work();
    this.#size += ledger.size - before;
  }

  #refusal(owner: string, steps: readonly number[]): Refusal | undefined {
    const { limits, rules, clock } = this.#parts;
    const now = bucketOf(clock());
    const assumed = bucketOf(clock() + rules.assumedLength * 1000) + 1;
    const { userConferences: conferences, userParticipants: participants } = limits;
    const own = this.#ledgers.get(owner)?.overrun(steps, { conferences, participants }, now, assumed);
    const all = this.#ledgers.get(SERVER)?.overrun(steps, limits, now, assumed);
    if (own === undefined && all === undefined) return undefined;
    return own !== undefined && own.bucket <= (all?.bucket ?? Infinity)
      ? refused(own, `${own.what} of one user`, { conferences, participants })
      : refused(all as Overrun, (all as Overrun).what, limits);
  }

  /** What is not durable stays in memory, the server's too; of the rest goes what was not needed for the longest. */
  #pend(bookings: Iterable<Booking>, step: 1 | -1): void {
    for (const { owner } of bookings) {
      const ledger = this.#ledgers.get(owner);
      if (ledger === undefined) continue;
      ledger.pending += step;
      this.#ledgers.delete(owner);
      this.#ledgers.set(owner, ledger);
    }
    if (this.#size <= this.#parts.limits.remembered) return;
    for (const [owner, ledger] of this.#ledgers) {
      if (owner === SERVER || ledger.pending > 0) continue;
      this.#ledgers.delete(owner);
      this.#size -= ledger.size;
      if (this.#size <= this.#parts.limits.remembered) return;
    }
  }
}

const isUncounted = ({ header }: ConferenceObject, { era }: BookingContext): boolean =>
  header.kind === 'conference' && header.booked?.era !== era;

function* ownersOf(edits: readonly Edited[]): Generator<string> {
  yield SERVER;
  for (const { before, after } of edits) {
    const owner = (after ?? before)?.header.booked?.owner;
    if (owner !== undefined) yield owner;
  }
}

const refused = ({ bucket, what }: Overrun, whose: string, limits: RoomLimits): Refusal => {
  const moment = new Date(bucket * BUCKET).toISOString().slice(0, 19);
  return new Refusal(
    'resources-exhausted',
    `There is no room at ${moment}Z: ${String(limits[what])} ${whose} at once are the most.`,
  );
};

/** What bookings depend on beside the conferences: how their times are read, and what the zones of the world are. */
const rulesOf = ({ zone, earlyJoin, overrun, assumedLength }: TimeRules): string =>
  JSON.stringify([1, zone, earlyJoin, overrun, assumedLength, process.versions['tz']]);
