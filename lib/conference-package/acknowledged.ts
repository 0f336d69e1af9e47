import type { Clock } from '../sip/clock.ts';

export interface AcknowledgedLimits {
  /** Between two times that something is stored, in milliseconds. */
  readonly interval: number;
  /** Records that are stored at a time. */
  readonly records: number;
}

export const acknowledgedDefaults: AcknowledgedLimits = { interval: 1_000, records: 500 };

/** Whose acknowledgements are still to be stored: some at a time, for NOTIFYs come faster than it is worth. */
export class Acknowledged<Subscription> {
  readonly #clock: Clock;
  readonly #limits: AcknowledgedLimits;
  readonly #store: (subscription: Subscription) => Promise<void>;
  readonly #waiting = new Set<Subscription>();
  #isBusy = false;

  /** @param store does not reject */
  constructor(clock: Clock, limits: AcknowledgedLimits, store: (subscription: Subscription) => Promise<void>) {
    this.#clock = clock;
    this.#limits = limits;
    this.#store = store;
  }

  add(subscription: Subscription): void {
    this.#waiting.add(subscription);
    if (!this.#isBusy) this.#wait();
  }

  delete(subscription: Subscription): void {
    this.#waiting.delete(subscription);
  }

  #wait(): void {
    this.#isBusy = true;
    this.#clock.after(this.#limits.interval, () => void this.#storeSome());
  }

  async #storeSome(): Promise<void> {
    const some: Subscription[] = [];
    for (const one of this.#waiting) if (some.push(one) >= this.#limits.records) break;
    for (const one of some) this.#waiting.delete(one);
    await Promise.all(some.map((one) => this.#store(one)));
    this.#isBusy = false;
    if (this.#waiting.size > 0) this.#wait();
  }
}
