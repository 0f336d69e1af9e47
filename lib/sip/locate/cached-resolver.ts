import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { Answer, NaptrRecord, Resolver, SrvRecord } from './resolver.ts';

/** Times in seconds. */
export interface ResolverCacheLimits {
  /** Answers kept; the longest unused go first. */
  readonly answers: number;
  /** What a longer TTL is cut to. */
  readonly longest: number;
  /** That a name has no such record. */
  readonly none: number;
  /** That no server answered. */
  readonly failure: number;
}

export const resolverCacheDefaults: ResolverCacheLimits = { answers: 10_000, longest: 3_600, none: 30, failure: 5 };

interface Kept {
  readonly answer: Promise<unknown>;
  /** Until when, by the clock; for ever while the question is under way, so that it is asked once. */
  until: number;
}

/** Remembers what another resolver says, for as long as that may be used. */
export class CachedResolver implements Resolver {
  readonly #source: Resolver;
  readonly #clock: Clock;
  readonly #limits: ResolverCacheLimits;
  readonly #kept: LRUCache<string, Kept>;

  constructor(source: Resolver, clock: Clock, limits: Partial<ResolverCacheLimits> = {}) {
    this.#source = source;
    this.#clock = clock;
    this.#limits = { ...resolverCacheDefaults, ...limits };
    this.#kept = new LRUCache({ max: this.#limits.answers });
  }

  naptr(name: string): Promise<Answer<NaptrRecord>> {
    return this.#ask(`naptr ${name}`, () => this.#source.naptr(name));
  }

  srv(name: string): Promise<Answer<SrvRecord>> {
    return this.#ask(`srv ${name}`, () => this.#source.srv(name));
  }

  addresses(name: string, family: 4 | 6): Promise<Answer<string>> {
    return this.#ask(`${family} ${name}`, () => this.#source.addresses(name, family));
  }

  #ask<R>(question: string, ask: () => Promise<Answer<R>>): Promise<Answer<R>> {
    const key = question.toLowerCase();
    const known = this.#kept.get(key);
    if (known !== undefined && this.#clock.now() < known.until) return known.answer as Promise<Answer<R>>;
    const { longest, none, failure } = this.#limits;
    const answer = ask();
    const kept: Kept = { answer, until: Infinity };
    this.#kept.set(key, kept);
    const keepFor = (seconds: number): void => {
      kept.until = this.#clock.now() + seconds * 1_000;
    };
    answer.then(
      ({ records, ttl }) => keepFor(records.length === 0 ? none : Math.min(ttl, longest)),
      () => keepFor(failure),
    );
    return answer;
  }
}
