import type { Clock } from '../clock.ts';
import type { Request } from '../message/request.ts';
import type { SipUri } from '../message/uri.ts';
import type { Protocol, Target } from '../transport/flow.ts';
import type { Resolver } from './resolver.ts';

export interface LocatorOptions {
  readonly clock: Clock;
  /** Default: the system's, by node:dns. */
  readonly resolver?: Resolver | undefined;
  /** Protocols that we can send by, the preferred first; default udp, tcp, tls. */
  readonly protocols?: readonly Protocol[] | undefined;
  /** Families of addresses, the preferred first; default 6, 4. */
  readonly families?: readonly (4 | 6)[] | undefined;
  /** Where requests without a Route go (RFC 3261 §8.1.2). */
  readonly outboundProxy?: SipUri | undefined;
}

/** Where requests go (RFC 3263 §4). */
export class Locator {
  constructor(options: LocatorOptions) {
    void options;
  }

  /** The servers of a URI in the order to try them (RFC 3263 §4.3); never empty. @throws {NotLocated} rejects */
  locate(uri: SipUri): Promise<readonly [Target, ...Target[]]> {
    throw new Error(uri.host);
  }

  /** The next hops of a request: of its first Route, else of the outbound proxy, else of its URI (RFC 3261 §8.1.2). */
  locateRequest(request: Request): Promise<readonly [Target, ...Target[]]> {
    throw new Error(request.method);
  }
}

/** Nothing to send to: the domain has no server that we can reach, or could not be asked (RFC 3263 §4.3). */
export class NotLocated extends Error {}
