import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Endpoint, Protocol } from './flow.ts';

export type Family = 4 | 6;

/** Of a numeric address. */
export const familyOf = (address: string): Family => (address.includes(':') ? 6 : 4);

export const isSecure = (protocol: Protocol): boolean => protocol === 'tls' || protocol === 'wss';

/** RFC 3261 §19.1.2, RFC 7118 §5.3. */
export const DEFAULT_PORTS: Readonly<Record<Protocol, number>> = { udp: 5060, tcp: 5060, tls: 5061, ws: 80, wss: 443 };

/** A name or an address as it stands in a URI. */
export const formatHost = (host: string): string => (host.includes(':') ? `[${host}]` : host);

export const formatEndpoint = ({ address, port }: Endpoint): string => `${formatHost(address)}:${port}`;

/** What `formatEndpoint` wrote; undefined for other texts. */
export function readEndpoint(text: string): Endpoint | undefined {
  const colon = text.lastIndexOf(':');
  const [host, port] = [text.slice(0, Math.max(colon, 0)), text.slice(colon + 1)];
  const address = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return isIP(address) === 0 || !/^\d{1,5}$/.test(port) ? undefined : { address, port: Number(port) };
}

export const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');

export const isWildcard = (address: string): boolean => address === '0.0.0.0' || address === '::';

/** An address of this machine by which others may reach it. */
export function addressOfMachine(family: Family): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outward = all.find((one) => !one.internal && one.family === `IPv${family}` && !one.address.startsWith('fe80:'));
  return outward?.address ?? (family === 6 ? '::1' : '127.0.0.1');
}

/** Whose limits an address counts to: its own, or its IPv6 network of 64 bits, which anybody has to himself. */
export function peerOf(address: string): string {
  if (familyOf(address) === 4) return address;
  const network = groupsOf(address).slice(0, 4);
  return `${network.map((group) => group.toString(16)).join(':')}::/64`;
}

/** The eight numbers of an IPv6 address. */
export function groupsOf(address: string): readonly number[] {
  const [front = '', back = ''] = address.replace(/%.*/, '').split('::');
  const numbers = (text: string) => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)));
  const [first, last] = [numbers(front), numbers(back)];
  return [...first, ...Array<number>(Math.max(0, 8 - first.length - last.length)).fill(0), ...last];
}
