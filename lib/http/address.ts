import { isIPv6 } from 'node:net';

/** Where a socket is bound: a host name or address without brackets, and a port. */
export interface SocketAddress {
  readonly address: string;
  /** 0 picks a free one. */
  readonly port: number;
}

/** Reads `127.0.0.1:8080`, `localhost:8080`, `[::1]:8080`. @throws {RangeError} that says what is expected */
export function parseAddress(text: string): SocketAddress {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text.trim()) ?? [];
  const address = bracketed ?? plain;
  const port = Number(digits);
  if (address === undefined || port > 65_535 || (bracketed !== undefined && !isIPv6(bracketed))) {
    throw new RangeError(`"${text}" is not ADDRESS:PORT, for example 127.0.0.1:8080 or [::1]:8080`);
  }
  return { address, port };
}

/** The address as it stands in a URL. */
export const formatAddress = ({ address, port }: SocketAddress): string =>
  `${isIPv6(address) ? `[${address}]` : address}:${port}`;

/** Whether bytes from or to this address stay on this machine. */
export const isLoopback = (address: string): boolean =>
  address === '::1' || address === 'localhost' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);
