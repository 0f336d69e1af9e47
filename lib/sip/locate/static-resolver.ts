import { isIPv6 } from 'node:net';
import type { Answer, NaptrRecord, Resolver, SrvRecord } from './resolver.ts';

/** Records by name; a name that is an Error can't be asked for. */
export interface Zone {
  readonly naptr?: Readonly<Record<string, readonly NaptrRecord[] | Error>>;
  readonly srv?: Readonly<Record<string, readonly SrvRecord[] | Error>>;
  /** IPv4 and IPv6 together. */
  readonly addresses?: Readonly<Record<string, readonly string[] | Error>>;
  /** Seconds; 60 by default. */
  readonly ttl?: number;
}

/** Knows what it is told: for tests, and for networks without DNS. */
export class StaticResolver implements Resolver {
  readonly #zone: Zone;

  constructor(zone: Zone) {
    this.#zone = zone;
  }

  naptr(name: string): Promise<Answer<NaptrRecord>> {
    return this.#answer(this.#zone.naptr?.[name.toLowerCase()]);
  }

  srv(name: string): Promise<Answer<SrvRecord>> {
    return this.#answer(this.#zone.srv?.[name.toLowerCase()]);
  }

  async addresses(name: string, family: 4 | 6): Promise<Answer<string>> {
    const { records, ttl } = await this.#answer(this.#zone.addresses?.[name.toLowerCase()]);
    return { records: records.filter((address) => isIPv6(address) === (family === 6)), ttl };
  }

  #answer<R>(records: readonly R[] | Error = []): Promise<Answer<R>> {
    return records instanceof Error ? Promise.reject(records) : Promise.resolve({ records, ttl: this.#zone.ttl ?? 60 });
  }
}
