import { ratesOf } from '../message/headers/index.ts';
import type { Rates } from '../message/headers/index.ts';
import type { Parameters } from '../message/parameters.ts';

/** What of a subscription's rate the notifier decides, in notifications per second. */
export interface RatePolicy {
  /** Never faster, whatever is asked; undefined: no limit of ours. */
  readonly maxRate?: number | undefined;
  /** The highest minimum that a subscriber can demand. */
  readonly highestMinimum: number;
}

/** The rates asked for in an Event; undefined when there are none. @throws {BadMessage} 400 */
export function ratesAsked(parameters: Parameters): Rates | undefined {
  if (parameters.size === 0) return undefined;
  const rates = ratesOf(parameters);
  return Object.values(rates).some((rate) => rate !== undefined) ? rates : undefined;
}

/** What we agree to, with so many seconds of the subscription left (RFC 6446 §5.3, §6.3, §7.3, §8). */
export function agreeRates(asked: Rates, left: number, policy: RatePolicy): Rates {
  const ceiling = policy.maxRate ?? Infinity;
  const maxRate =
    asked.maxRate === undefined ? undefined : Math.min(Math.max(asked.maxRate, 1 / Math.max(left, 1)), ceiling);
  const lower = (rate: number | undefined) =>
    rate === undefined ? undefined : Math.min(rate, policy.highestMinimum, maxRate ?? ceiling);
  const adaptiveMinRate = lower(asked.adaptiveMinRate);
  const minRate = lower(asked.minRate);
  const useless = minRate !== undefined && adaptiveMinRate !== undefined && minRate >= adaptiveMinRate;
  return { maxRate, minRate: useless ? undefined : minRate, adaptiveMinRate };
}

/** As parameters of Subscription-State (RFC 6446 §9.2). */
export function formatRates({ maxRate, minRate, adaptiveMinRate }: Rates): string {
  return (
    parameter('max-rate', maxRate) + parameter('min-rate', minRate) + parameter('adaptive-min-rate', adaptiveMinRate)
  );
}

/** Two digits and ten behind the point at most; never 0. */
function parameter(name: string, rate: number | undefined): string {
  if (rate === undefined) return '';
  const fixed = Math.min(Math.max(rate, 1e-10), 99.9999999999).toFixed(10);
  return `;${name}=${fixed.replace(/\.?0+$/u, '')}`;
}

/** NOTIFYs in how many of the reciprocal of the adaptive rate are counted: several, as RFC 6446 §7.4 recommends. */
const PERIODS = 10;

/** When NOTIFYs were sent, as far as the agreed rates need to know. Times in milliseconds. */
export class Pace {
  readonly rates: Rates;
  readonly #ceiling: number | undefined;
  /** Of the adaptive period, oldest first; otherwise the newest only. */
  readonly #sent: number[];

  /** `last`: when the last NOTIFY was sent. */
  constructor(rates: Rates, ceiling: number | undefined, last: number) {
    this.rates = rates;
    this.#ceiling = ceiling;
    const { adaptiveMinRate } = rates;
    // RFC 6446 §7.2 step 1: the history begins as if the rate had been met.
    const length = adaptiveMinRate === undefined ? 1 : PERIODS;
    this.#sent = Array.from({ length }, (_, at) => last - ((length - 1 - at) * 1_000) / (adaptiveMinRate ?? 1));
  }

  sent(now: number): void {
    const { adaptiveMinRate } = this.rates;
    this.#sent.push(now);
    const oldest = adaptiveMinRate === undefined ? now : now - (PERIODS * 1_000) / adaptiveMinRate;
    while (this.#sent[0] !== undefined && (this.#sent[0] < oldest || this.#sent.length > MOST_COUNTED))
      this.#sent.shift();
  }

  /** Milliseconds until the next NOTIFY is allowed. */
  earliest(now: number): number {
    const rate = Math.min(this.rates.maxRate ?? Infinity, this.#ceiling ?? Infinity);
    return Math.max(0, this.#last - now + 1_000 / rate);
  }

  /** Milliseconds until the next NOTIFY is due though nothing changed; undefined: never. */
  latest(now: number): number | undefined {
    const { minRate, adaptiveMinRate } = this.rates;
    const fixed = minRate === undefined ? Infinity : 1_000 / minRate;
    const timeout = Math.min(fixed, adaptiveMinRate === undefined ? Infinity : this.#adaptive(adaptiveMinRate));
    return timeout === Infinity ? undefined : Math.max(this.earliest(now), this.#last - now + timeout);
  }

  /** RFC 6446 §7.4, equation 1: count / (rate² · period). */
  #adaptive(rate: number): number {
    return (1_000 * this.#sent.length) / (rate * PERIODS);
  }

  get #last(): number {
    return this.#sent.at(-1) ?? -Infinity;
  }
}

/** Sending faster than this many in a period changes the timeout no further. */
const MOST_COUNTED = 100;
