import type { Clock } from '../clock.ts';
import type { Request } from '../message/request.ts';
import type { SipUri, Uri } from '../message/uri.ts';
import type { Protocol, Target } from '../transport/flow.ts';
import { CachedResolver, type ResolverCacheLimits } from './cached-resolver.ts';
import type { Resolver } from './resolver.ts';
import { Search, type Means } from './search.ts';
import { SystemResolver } from './system-resolver.ts';

export interface LocatorOptions {
  readonly clock: Clock;
  /** Default: node:dns with the system's settings. Its answers are kept for as long as they may be. */
  readonly resolver?: Resolver | undefined;
  readonly cache?: Partial<ResolverCacheLimits> | undefined;
  /** Protocols that we can send by, the preferred first; default `locatorDefaults`. */
  readonly protocols?: readonly Protocol[] | undefined;
  /** Families of addresses that we can send to, the preferred first. */
  readonly families?: readonly (4 | 6)[] | undefined;
  /** Where requests without a Route go (RFC 3261 §8.1.2). */
  readonly outboundProxy?: SipUri | undefined;
  /** Most targets of one URI. */
  readonly targets?: number | undefined;
  /** Gives [0, 1), for the weights of servers. */
  readonly random?: (() => number) | undefined;
}

export const locatorDefaults = {
  protocols: ['udp', 'tcp', 'tls', 'ws', 'wss'],
  families: [6, 4],
  targets: 8,
} as const satisfies Partial<LocatorOptions>;

export type Targets = readonly [Target, ...Target[]];

/** Nothing to send to: the domain has no server that we can reach, or could not be asked (RFC 3263 §4.3). */
export class NotLocated extends Error {}

/** Where requests go (RFC 3263 §4). */
export class Locator {
  readonly #means: Means;
  readonly #outboundProxy: SipUri | undefined;

  constructor({ clock, resolver = new SystemResolver(), cache, outboundProxy, ...means }: LocatorOptions) {
    this.#outboundProxy = outboundProxy;
    this.#means = {
      resolver: new CachedResolver(resolver, clock, cache),
      protocols: means.protocols ?? locatorDefaults.protocols,
      families: means.families ?? locatorDefaults.families,
      targets: means.targets ?? locatorDefaults.targets,
      random: means.random ?? Math.random,
    };
  }

  /**
   * The next hops of a request: of its first Route, else of the outbound proxy, else of its URI (RFC 3261 §8.1.2).
   * @throws {NotLocated | BadMessage} rejects
   */
  async locateRequest(request: Request): Promise<Targets> {
    return this.locate(request.routes[0]?.uri ?? this.#outboundProxy ?? request.uri);
  }

  /** The servers of a URI in the order to try them (RFC 3263 §4.3). @throws {NotLocated} rejects */
  async locate(uri: Uri): Promise<Targets> {
    if (uri.kind !== 'sip') throw new NotLocated(`a ${uri.scheme} URI names no server`);
    const search = new Search(uri, this.#means);
    const [first, ...others] = await search.targets();
    if (first === undefined) throw new NotLocated(`no server for ${uri.toString()}`, { cause: search.failure });
    return [first, ...others];
  }
}
