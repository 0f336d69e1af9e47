import { createSocket, type Socket, type SocketType } from 'node:dgram';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { MediaRefused } from '../mixer.ts';

/** Even ports (RFC 3550 §11) from `first` to `last`; 0 to 0 takes what is free. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** How many ports of a range are tried. */
const ATTEMPTS = 100;

/** A socket on a free port of the range. @throws {MediaRefused} busy */
export async function openPort(host: string, { first, last }: PortRange): Promise<Socket> {
  const pairs = Math.max(1, Math.floor((last - first + 1) / 2));
  const start = randomInt(pairs);
  for (let attempt = 0; attempt < Math.min(pairs, ATTEMPTS); attempt++) {
    const port = first === 0 ? 0 : first + (first % 2) + ((start + attempt) % pairs) * 2;
    const socket = await bound(host, port);
    if (socket !== undefined) return socket;
  }
  throw new MediaRefused('busy', 'no port is free');
}

async function bound(host: string, port: number): Promise<Socket | undefined> {
  const socket = open(host);
  try {
    const listening = once(socket, 'listening');
    socket.bind(port, host);
    await listening;
    return socket;
  } catch (error) {
    socket.close();
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}

/** Addresses are numbers here: nothing is looked up for a packet. */
function open(host: string): Socket {
  const type: SocketType = isIPv6(host) ? 'udp6' : 'udp4';
  const family = type === 'udp6' ? 6 : 4;
  return createSocket({ type, lookup: (name, _options, done) => done(null, name, family) });
}
