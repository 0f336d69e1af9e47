import { isIP } from 'node:net';
import type { Request } from '../message/request.ts';
import type { Via } from '../message/via.ts';
import { DEFAULT_PORTS } from './address.ts';
import type { Endpoint, Protocol, Target } from './flow.ts';

/**
 * The request with the address it came from in its top Via (RFC 3261 §18.2.1), and the port where it asks for that
 * (RFC 3581 §4). A `received` that came with it is not believed. @throws {BadMessage} 400
 */
export function withSource(request: Request, { address, port }: Endpoint): Request {
  const { via } = request;
  const isAsked = via.parameters.has('rport');
  if (!isAsked && !via.parameters.has('received') && hostOf(via) === address) return request;
  const seen = via.with('received', address);
  return request.withTopVia(isAsked ? seen.with('rport', String(port)) : seen);
}

/**
 * Where a datagram with a response to who sent from `source` goes (RFC 3261 §18.2.2, RFC 3581 §4); undefined where the Via says no
 * address.
 */
export function responseEndpoint(via: Via, followMaddr: boolean, source: Endpoint): Endpoint | undefined {
  const maddr = followMaddr ? via.parameters.get('maddr') : undefined;
  if (maddr !== undefined && isIP(maddr) !== 0) return { address: maddr, port: via.port ?? DEFAULT_PORTS.udp };
  const address = via.received ?? hostOf(via);
  if (address !== source.address && isIP(address) === 0) return undefined;
  return { address, port: via.rport ?? via.port ?? DEFAULT_PORTS.udp };
}

/** Where a new connection may bring a response whose own is gone (RFC 3261 §18.2.2). */
export function responseTarget(via: Via, protocol: Protocol): Target | undefined {
  const address = via.received ?? hostOf(via);
  if (isIP(address) === 0) return undefined;
  return { protocol, address, port: via.port ?? DEFAULT_PORTS[protocol], serverName: hostOf(via) };
}

const hostOf = ({ host }: Via): string => (host.startsWith('[') ? host.slice(1, -1) : host);
