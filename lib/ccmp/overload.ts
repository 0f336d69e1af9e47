import { Refusal } from '../conference/refusal.ts';
import { networkOf } from '../directory/network.ts';
import type { RequestFacts } from '../http/scheme.ts';
import { TokenBuckets } from '../http/token-buckets.ts';

export interface OverloadLimits {
  /** Milliseconds that a request may take; then it is answered, and what it began ends by itself. */
  readonly requestTime: number;
  /** Requests that are worked on at the same time. */
  readonly inFlight: number;
  /** Of one user among them. */
  readonly inFlightPerUser: number;
  /** Requests of one user per second, and at once after a silence. */
  readonly userRate: number;
  readonly userBurst: number;
  /** Requests from one network (an IPv4 address, an IPv6 /64) per second, and at once after a silence. */
  readonly addressRate: number;
  readonly addressBurst: number;
  /** Users, and as many networks, whose rates are remembered. */
  readonly remembered: number;
}

export const overloadDefaults: OverloadLimits = {
  requestTime: 20_000,
  inFlight: 1_000,
  inFlightPerUser: 250,
  userRate: 100,
  userBurst: 500,
  addressRate: 500,
  addressBurst: 2_000,
  remembered: 100_000,
};

/** A request is not served, or not waited for, because there is too much to do (RFC 6503 §4.4, §5.4: 510). */
export class Overloaded extends Refusal {
  /** The setting that was crossed. */
  readonly limit: keyof OverloadLimits;
  /** Seconds until it may be tried again. */
  readonly retryAfter: number;

  constructor(limit: keyof OverloadLimits, message: string, retryAfter = 1) {
    super('took-too-long', message);
    this.limit = limit;
    this.retryAfter = retryAfter;
  }
}

const TOO_LONG = 'Look whether it was done before you send it again: it took too long.';

/** A request that is worked on. */
export interface Running {
  /** Milliseconds, by `performance.now()`. */
  readonly until: number;
  /** Told when its time is over. */
  readonly giveUp: (reason: Overloaded) => void;
  /** Whether it is: nobody waits for the answer any more. */
  late: boolean;
}

/** Keeps what is accepted fast by refusing the rest at once: nothing waits for its turn. */
export class Overload {
  readonly #limits: OverloadLimits;
  readonly #users: TokenBuckets;
  readonly #networks: TokenBuckets;
  readonly #runningOf = new Map<string, number>();
  /** In the order in which their time ends. */
  readonly #running = new Set<Running>();
  #sweep: NodeJS.Timeout | undefined;

  /** The clock gives milliseconds. */
  constructor(limits: OverloadLimits, clock: () => number) {
    const { userRate, userBurst, addressRate, addressBurst, remembered } = limits;
    this.#limits = limits;
    this.#users = new TokenBuckets({ rate: userRate, burst: userBurst }, remembered, clock);
    this.#networks = new TokenBuckets({ rate: addressRate, burst: addressBurst }, remembered, clock);
  }

  /** Requests that are worked on. */
  get running(): number {
    return this.#running.size;
  }

  /** Whether `begin` refuses now: what it would work on need not be read. */
  get isFull(): boolean {
    return this.#running.size >= this.#limits.inFlight;
  }

  /** Seconds that a client has to wait before its next request; this machine has not. */
  wait({ source, loopback }: RequestFacts): number | undefined {
    return loopback ? undefined : this.#networks.take(networkOf(source));
  }

  /** One more request that is worked on, until `end`. @throws {Overloaded} */
  begin(giveUp: Running['giveUp']): Running {
    const { requestTime } = this.#limits;
    if (this.isFull) throw new Overloaded('inFlight', 'Send it again soon: too much is asked at once.');
    const one: Running = { until: performance.now() + requestTime, giveUp, late: false };
    this.#running.add(one);
    this.#sweep ??= setTimeout(this.#giveUpLate, requestTime).unref();
    return one;
  }

  end(one: Running): void {
    this.#running.delete(one);
  }

  /** One timer for all: it looks at those whose time has ended, and comes again when that of the next one ends. */
  readonly #giveUpLate = (): void => {
    const now = performance.now();
    this.#sweep = undefined;
    for (const one of this.#running) {
      if (one.until > now) {
        this.#sweep = setTimeout(this.#giveUpLate, one.until - now).unref();
        return;
      }
      if (one.late) continue;
      one.late = true;
      one.giveUp(new Overloaded('requestTime', TOO_LONG));
    }
  };

  /** One more for a user, until `leave`; who is on this machine has no rate. @throws {Overloaded} */
  enter(user: string, { loopback }: RequestFacts): void {
    const running = this.#runningOf.get(user) ?? 0;
    if (running >= this.#limits.inFlightPerUser)
      throw new Overloaded('inFlightPerUser', 'Wait for your other requests: too many are under way.');
    const wait = loopback ? undefined : this.#users.take(user);
    if (wait !== undefined) throw new Overloaded('userRate', `Wait ${wait} s: you send too many requests.`, wait);
    this.#runningOf.set(user, running + 1);
  }

  leave(user: string): void {
    const left = (this.#runningOf.get(user) ?? 1) - 1;
    if (left > 0) this.#runningOf.set(user, left);
    else this.#runningOf.delete(user);
  }
}
