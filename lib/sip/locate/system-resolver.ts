import { lookup, Resolver as DnsResolver } from 'node:dns/promises';
import type { Answer, NaptrRecord, Resolver, SrvRecord } from './resolver.ts';

export interface SystemResolverOptions {
  /** `address` or `address:port`; by default those of the system. */
  readonly servers?: readonly string[] | undefined;
  /** Milliseconds for the first attempt; node:dns waits longer for each one that follows. */
  readonly timeout?: number | undefined;
  /** Attempts for each server. */
  readonly tries?: number | undefined;
  /** Seconds for which NAPTR, SRV and names of the hosts file may be used: node:dns tells no TTL of those. */
  readonly untoldTtl?: number | undefined;
}

export const systemResolverDefaults = { timeout: 2_000, tries: 2, untoldTtl: 60 } as const;

/** Asks by node:dns. Names that DNS does not know may stand in the hosts file. */
export class SystemResolver implements Resolver {
  readonly #dns: DnsResolver;
  readonly #untoldTtl: number;

  constructor(options: SystemResolverOptions = {}) {
    const { timeout, tries, untoldTtl } = systemResolverDefaults;
    this.#dns = new DnsResolver({ timeout: options.timeout ?? timeout, tries: options.tries ?? tries });
    this.#untoldTtl = options.untoldTtl ?? untoldTtl;
    if (options.servers !== undefined) this.#dns.setServers(options.servers);
  }

  async naptr(name: string): Promise<Answer<NaptrRecord>> {
    return this.#untold(await orNone(this.#dns.resolveNaptr(name)));
  }

  async srv(name: string): Promise<Answer<SrvRecord>> {
    return this.#untold(await orNone(this.#dns.resolveSrv(name)));
  }

  async addresses(name: string, family: 4 | 6): Promise<Answer<string>> {
    const query = family === 4 ? this.#dns.resolve4(name, { ttl: true }) : this.#dns.resolve6(name, { ttl: true });
    const failures: unknown[] = [];
    const found = await orNone(query).catch((error: unknown) => {
      failures.push(error);
      return [];
    });
    if (found.length > 0) {
      return { records: found.map(({ address }) => address), ttl: Math.min(...found.map(({ ttl }) => ttl)) };
    }
    const local = await orNone(lookup(name, { family, all: true }));
    if (local.length === 0 && failures.length > 0) throw failures[0];
    return this.#untold(local.map(({ address }) => address));
  }

  #untold<R>(records: readonly R[]): Answer<R> {
    return { records, ttl: this.#untoldTtl };
  }
}

/** That there are none is an answer. */
async function orNone<R>(query: Promise<R[]>): Promise<R[]> {
  try {
    return await query;
  } catch (error) {
    if (['ENOTFOUND', 'ENODATA'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
