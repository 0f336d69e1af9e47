import { LRUCache } from 'lru-cache';
import { networkOf } from './network.ts';

/** How failures slow the next attempt down. */
export interface Slowdown {
  /** Failures that cost nothing. */
  readonly free: number;
  /** Seconds to wait after the first failure beyond those; doubled by each further one. */
  readonly first: number;
  /** Seconds, the longest wait. */
  readonly longest: number;
}

export interface AttemptLimits {
  /** By who is tried and from where. */
  readonly pair: Slowdown;
  /** By from where alone: one address can't try many names. A success does not end it. */
  readonly source: Slowdown;
  /** Seconds without a failure after which failures are forgotten. */
  readonly forgetAfter: number;
  /** Pairs, and as many sources, that are remembered; beyond, those least recently seen are forgotten. */
  readonly remembered: number;
}

export const attemptDefaults: AttemptLimits = {
  pair: { free: 5, first: 1, longest: 300 },
  source: { free: 50, first: 1, longest: 60 },
  forgetAfter: 900,
  remembered: 100_000,
};

export type Verdict =
  { readonly allowed: true } | { readonly allowed: false; /** Seconds, whole. */ readonly retryAfter: number };

interface Failures {
  count: number;
  /** Milliseconds, by the clock. */
  last: number;
}

/**
 * Counts failed attempts to guess a secret, under who is tried (a user, a conference) and where the attempt comes from, so
 * that a stranger elsewhere never locks anybody out. Sources are addresses as sockets give them; IPv6 counts by its /64.
 */
export class Attempts {
  readonly #limits: AttemptLimits;
  readonly #clock: () => number;
  readonly #pairs: LRUCache<string, Failures>;
  readonly #sources: LRUCache<string, Failures>;

  /** The clock gives milliseconds. */
  constructor(clock: () => number, limits: AttemptLimits = attemptDefaults) {
    this.#clock = clock;
    this.#limits = limits;
    this.#pairs = new LRUCache({ max: limits.remembered });
    this.#sources = new LRUCache({ max: limits.remembered });
  }

  check(subject: string, source: string): Verdict {
    const network = networkOf(source);
    const wait = Math.max(
      this.#wait(this.#pairs, pairOf(subject, network), this.#limits.pair),
      this.#wait(this.#sources, network, this.#limits.source),
    );
    return wait > 0 ? { allowed: false, retryAfter: Math.ceil(wait / 1000) } : { allowed: true };
  }

  failed(subject: string, source: string): void {
    const network = networkOf(source);
    this.#count(this.#pairs, pairOf(subject, network));
    this.#count(this.#sources, network);
  }

  succeeded(subject: string, source: string): void {
    this.#pairs.delete(pairOf(subject, networkOf(source)));
  }

  /**
   * Runs the check of a secret under the limits; undefined from it is a failure. A right secret counts only if the attempt
   * would still be allowed when it turns out right: many guesses at the same moment are no way round the limit.
   */
  async limit<T>(
    subject: string,
    source: string,
    check: () => Promise<T | undefined>,
  ): Promise<{ found?: T; retryAfter?: number }> {
    const before = this.check(subject, source);
    if (!before.allowed) return { retryAfter: before.retryAfter };
    const found = await check();
    const after = this.check(subject, source);
    if (!after.allowed) return { retryAfter: after.retryAfter };
    if (found === undefined) {
      this.failed(subject, source);
      return {};
    }
    this.succeeded(subject, source);
    return { found };
  }

  /** Milliseconds until the next attempt. */
  #wait(kept: LRUCache<string, Failures>, key: string, { free, first, longest }: Slowdown): number {
    const failures = kept.get(key);
    if (failures === undefined || failures.count <= free) return 0;
    const seconds = Math.min(longest, first * 2 ** (failures.count - free - 1));
    return failures.last + seconds * 1000 - this.#clock();
  }

  #count(kept: LRUCache<string, Failures>, key: string): void {
    const before = kept.get(key);
    const count = before === undefined || this.#isForgotten(before) ? 1 : before.count + 1;
    kept.set(key, { count, last: this.#clock() });
  }

  #isForgotten({ last }: Failures): boolean {
    return this.#clock() - last >= this.#limits.forgetAfter * 1000;
  }
}

/** Names come from strangers: what is beyond any real name's length is not kept. */
const pairOf = (subject: string, network: string): string => `${network} ${subject.slice(0, 512)}`;
