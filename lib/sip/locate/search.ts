import { isIP } from 'node:net';
import type { SipUri } from '../message/uri.ts';
import { DEFAULT_PORTS, isSecure } from '../transport/address.ts';
import type { Protocol, Target } from '../transport/flow.ts';
import type { Answer, Resolver, SrvRecord } from './resolver.ts';
import { serverOrder } from './server-order.ts';
import { serviceOf, servicesIn, type Service } from './service.ts';

/** What a search may use. */
export interface Means {
  readonly resolver: Resolver;
  /** The preferred first. */
  readonly protocols: readonly Protocol[];
  readonly families: readonly (4 | 6)[];
  /** Most targets that are looked for. */
  readonly targets: number;
  readonly random: () => number;
}

/** The search for the servers of one URI (RFC 3263 §4). */
export class Search {
  readonly #uri: SipUri;
  readonly #means: Means;
  /** The domain or address to be contacted (RFC 3263 §4 TARGET). */
  readonly #domain: string;
  /** Protocols that may be used, the preferred first. */
  readonly #protocols: readonly Protocol[];
  /** The first thing that could not be asked. What is not known is taken for absent, as long as something else is found. */
  failure: unknown;

  constructor(uri: SipUri, means: Means) {
    this.#uri = uri;
    this.#means = means;
    this.#domain = bare(uri.parameter('maddr') ?? uri.host);
    this.#protocols = protocolsOf(uri, means.protocols);
  }

  /** In the order to try them. */
  async targets(): Promise<readonly Target[]> {
    const [protocol] = this.#protocols;
    if (protocol === undefined) return [];
    const { port } = this.#uri;
    // RFC 3263 §4.2: a port, like an address, leaves nothing to look up but the address.
    if (isIP(this.#domain) !== 0) return [this.#target(protocol, this.#domain, port)];
    if (port !== undefined) return this.#hosts(protocol, this.#domain, port);
    const targets = await this.#serving(await this.#services());
    return targets.length > 0 ? targets : this.#hosts(protocol, this.#domain);
  }

  /** RFC 3263 §4.1. */
  async #services(): Promise<readonly Service[]> {
    if (this.#uri.transport === undefined) {
      const { resolver, protocols } = this.#means;
      // A sip URI may be served over TLS, a sips URI over nothing else.
      const spoken = this.#uri.scheme === 'sips' ? protocols.filter(isSecure) : protocols;
      const named = servicesIn(await this.#known(resolver.naptr(this.#domain)), spoken);
      if (named.length > 0) return named;
    }
    return this.#protocols.map((protocol) => serviceOf(protocol, this.#domain));
  }

  /** The servers of each service (RFC 3263 §4.2). */
  async #serving(services: readonly Service[]): Promise<readonly Target[]> {
    const { resolver, random, targets } = this.#means;
    const found = await Promise.all(
      services.map(async ({ protocol, srvName }) => {
        const records = await this.#known(resolver.srv(srvName));
        return serverOrder(records.filter(isOffered), random).map(({ name, port }) => ({ protocol, name, port }));
      }),
    );
    const servers = found.flat().slice(0, targets);
    const hosts = servers.map(({ protocol, name, port }) => this.#hosts(protocol, bare(name), port));
    return (await Promise.all(hosts)).flat().slice(0, targets);
  }

  async #hosts(protocol: Protocol, name: string, port?: number): Promise<readonly Target[]> {
    const { resolver, families, targets } = this.#means;
    const addresses = families.map((family) => this.#known(resolver.addresses(name, family)));
    return (await Promise.all(addresses))
      .flat()
      .slice(0, targets)
      .map((address) => this.#target(protocol, address, port));
  }

  /** The certificate must be of the domain of the URI, whatever the DNS says (RFC 5922 §4). */
  #target(protocol: Protocol, address: string, port = DEFAULT_PORTS[protocol]): Target {
    return { protocol, address, port, ...(isSecure(protocol) && { serverName: bare(this.#uri.host) }) };
  }

  async #known<R>(answer: Promise<Answer<R>>): Promise<readonly R[]> {
    try {
      return (await answer).records;
    } catch (error) {
      this.failure ??= error;
      return [];
    }
  }
}

/** Of the protocols that we speak, those that the URI lets us choose from: by default UDP, or TLS for sips (RFC 3263 §4.1). */
function protocolsOf({ transport, scheme }: SipUri, spoken: readonly Protocol[]): readonly Protocol[] {
  const secure = scheme === 'sips';
  const asked = transport === undefined ? undefined : PROTOCOLS[transport]?.[secure ? 1 : 0];
  if (transport !== undefined) return spoken.filter((protocol) => protocol === asked);
  return spoken.filter((protocol) => (secure ? protocol === 'tls' : protocol === 'udp' || protocol === 'tcp'));
}

/** By `transport` parameter, in a sip and in a sips URI (RFC 3261 §26.2.2, RFC 7118 §5.3). */
const PROTOCOLS: Readonly<Record<string, readonly [sip: Protocol, sips: Protocol | undefined]>> = {
  udp: ['udp', undefined],
  tcp: ['tcp', 'tls'],
  tls: ['tls', 'tls'],
  ws: ['ws', 'wss'],
  wss: ['wss', 'wss'],
};

/** A service that a domain has not is the root (RFC 2782). */
const isOffered = ({ name }: SrvRecord): boolean => name !== '' && name !== '.';

/** Without the brackets of IPv6 and the dot of the root. */
const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
