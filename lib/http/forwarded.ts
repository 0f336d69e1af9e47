import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';
import { isLoopback } from './address.ts';

/** The header in which a proxy tells whose request it passes on; the other one is not looked at. */
export const FORWARDED_HEADERS = ['X-Forwarded-For', 'Forwarded'] as const;
export type ForwardedHeader = (typeof FORWARDED_HEADERS)[number];

/** Proxies that are believed about where a request comes from. */
export interface TrustedProxies {
  readonly networks: BlockList;
  readonly header: ForwardedHeader;
}

/** Where a request comes from and how. */
export interface Origin {
  /** The client's address. */
  readonly source: string;
  /** Over TLS, from the client to the first proxy. */
  readonly secure: boolean;
  /** From this machine. */
  readonly loopback: boolean;
  /** Whether a trusted proxy passed it on. */
  readonly proxied: boolean;
}

/** Reads addresses and networks: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`. @throws {RangeError} that names the wrong one */
export function networksOf(entries: readonly string[]): BlockList {
  const networks = new BlockList();
  for (const entry of entries) {
    const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    const bits = family === 'ipv6' ? 128 : 32;
    if (isIP(address) === 0 || Number(prefix ?? 0) > bits)
      throw new RangeError(`"${entry}" is not an address or a network like 10.0.0.0/8`);
    networks.addSubnet(address, prefix === undefined ? bits : Number(prefix), family);
  }
  return networks;
}

export const noProxies: TrustedProxies = { networks: new BlockList(), header: 'X-Forwarded-For' };

/** The origin of a request that a peer sent over a connection, with or without TLS. */
export function originOf(
  { source, secure }: { readonly source: string; readonly secure: boolean },
  headers: IncomingHttpHeaders,
  { networks, header }: TrustedProxies,
): Origin {
  const trusts = (address: string): boolean => isIn(networks, address);
  if (!trusts(source)) {
    // A proxy on this machine that nobody declared passes on what comes from anywhere.
    const passedOn = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
    return { source, secure, loopback: isLoopback(source) && !passedOn, proxied: false };
  }
  const hops = header === 'Forwarded' ? forwarded(headers) : xForwarded(headers);
  // Each proxy appends whom it got the request from: the last one that is no proxy of ours is the client.
  const client = hops.findLast(({ address }) => !trusts(address)) ?? hops[0];
  // A proxy that does not say whose request it is may pass on anybody's.
  if (client === undefined) return { source, secure: false, loopback: false, proxied: true };
  return {
    source: client.address,
    secure: client.scheme === 'https',
    loopback: isLoopback(client.address),
    proxied: true,
  };
}

interface Hop {
  readonly address: string;
  readonly scheme: string | undefined;
}

/** Peers come back, and asking a list takes longer than reading the headers of a request. */
const verdicts = new WeakMap<BlockList, LRUCache<string, boolean>>();
const VERDICTS = 1_000;

function isIn(networks: BlockList, address: string): boolean {
  let known = verdicts.get(networks);
  if (known === undefined) verdicts.set(networks, (known = new LRUCache({ max: VERDICTS })));
  const verdict = known.get(address) ?? holds(networks, address);
  known.set(address, verdict);
  return verdict;
}

/** Whether an address is in one of the networks; IPv4 in IPv6 counts as IPv4. */
export function holds(networks: BlockList, address: string): boolean {
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  return isIP(bare) !== 0 && networks.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4');
}

function xForwarded(headers: IncomingHttpHeaders): Hop[] {
  const scheme = lastOf(headers['x-forwarded-proto'])?.toLowerCase();
  return listOf(headers['x-forwarded-for']).map((node) => ({ address: addressIn(node), scheme }));
}

/** RFC 7239 §4. */
function forwarded(headers: IncomingHttpHeaders): Hop[] {
  return listOf(headers.forwarded).map((element) => {
    const parameters = new Map(
      [...element.matchAll(/(?:^|;)\s*([a-z]+)=("[^"]*"|[^;"]*)/gi)].map(
        ([, name = '', value = '']) => [name.toLowerCase(), value.replaceAll('"', '').trim()] as const,
      ),
    );
    return { address: addressIn(parameters.get('for') ?? ''), scheme: parameters.get('proto')?.toLowerCase() };
  });
}

/** `192.0.2.1:4711`, `[2001:db8::1]:4711` and bare addresses; what hides (`unknown`, `_x`) stays as it is. */
function addressIn(node: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(node) ?? [];
  return bracketed ?? plain ?? node;
}

function listOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

const lastOf = (header: string | string[] | undefined): string | undefined => listOf(header).at(-1);
