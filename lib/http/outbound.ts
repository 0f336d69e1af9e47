import { lookup } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isLoopback } from './address.ts';
import { holds, networksOf } from './forwarded.ts';

/** A request to the outside would go where none may go. */
export class ForbiddenTarget extends Error {}

/** An address of a host, as node:dns gives it. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export interface OutboundOptions {
  /** Every address of a name. */
  readonly resolve?: (host: string) => Promise<readonly ResolvedAddress[]>;
  /** Addresses and networks that may be reached though they are of our own networks. */
  readonly allowed?: readonly string[];
  /** Addresses of this machine. */
  readonly own?: () => readonly string[];
}

/** What is not the public Internet (RFC 6890), or leads from it into other networks. */
const CLOSED = networksOf([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
  ...['::/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16'],
  ...['3fff::/20', '5f00::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
]);

/** Where requests of this server to URLs that others name may go. */
export class Outbound {
  readonly #resolve: NonNullable<OutboundOptions['resolve']>;
  readonly #allowed: ReturnType<typeof networksOf>;
  readonly #own: NonNullable<OutboundOptions['own']>;

  constructor({ resolve = resolveAll, allowed = [], own = ownAddresses }: OutboundOptions = {}) {
    this.#resolve = resolve;
    this.#allowed = networksOf(allowed);
    this.#own = own;
  }

  /** What can be said of a URL before it is used. @throws {ForbiddenTarget} */
  check(url: URL): void {
    if (url.username !== '' || url.password !== '') throw new ForbiddenTarget('credentials do not belong into the URL');
    const host = hostOf(url);
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && this.#isOurLoopback(host)))
      throw new ForbiddenTarget('only https is called');
    if (isIP(host) !== 0) this.#checkAddress(host);
  }

  /** The addresses to connect to: those that were checked, and no others. @throws {ForbiddenTarget} */
  async addressesOf(url: URL): Promise<readonly ResolvedAddress[]> {
    this.check(url);
    const host = hostOf(url);
    const addresses = isIP(host) === 0 ? await this.#resolve(host) : [{ address: host, family: isIPv6(host) ? 6 : 4 }];
    if (addresses.length === 0) throw new ForbiddenTarget(`${host} has no address`);
    for (const { address } of addresses) this.#checkAddress(address);
    return addresses;
  }

  /** Whether an address may be connected to. */
  admits(address: string): boolean {
    if (holds(this.#allowed, address)) return true;
    const isClosed = isIP(address) === 0 || /^::ffff:/i.test(address) || holds(CLOSED, address);
    return !isClosed && !this.#own().includes(address);
  }

  #checkAddress(address: string): void {
    if (!this.admits(address)) throw new ForbiddenTarget('the URL leads into a closed network');
  }

  #isOurLoopback(host: string): boolean {
    return isIP(host) !== 0 && isLoopback(host) && holds(this.#allowed, host);
  }
}

/** Without the brackets of IPv6. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

const resolveAll = (host: string): Promise<ResolvedAddress[]> => lookup(host, { all: true });

const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));
