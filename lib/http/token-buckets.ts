import { LRUCache } from 'lru-cache';

export interface Rate {
  /** Requests per second that may go on for ever. */
  readonly rate: number;
  /** Requests at once after a silence. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  /** Milliseconds, by the clock. */
  at: number;
}

/** A token bucket for each key; of keys beyond `remembered` those least recently seen are forgotten. */
export class TokenBuckets {
  readonly #rate: Rate;
  readonly #clock: () => number;
  readonly #buckets: LRUCache<string, Bucket>;

  /** The clock gives milliseconds. */
  constructor(rate: Rate, remembered: number, clock: () => number) {
    this.#rate = rate;
    this.#clock = clock;
    this.#buckets = new LRUCache({ max: remembered });
  }

  /** Takes a token; where there is none, the whole seconds until there is. */
  take(key: string): number | undefined {
    const { rate, burst } = this.#rate;
    const now = this.#clock();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1_000) * rate);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / rate);
    bucket.tokens -= 1;
    return undefined;
  }
}
