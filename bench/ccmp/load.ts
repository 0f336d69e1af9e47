import autocannon from 'autocannon';
import { PASSWORD } from './data.ts';
import type { MeasuredProcess } from './measured-process.ts';
import type { Message } from './messages.ts';

/** What clients send: each client its own requests, one after the other, in a circle. */
export interface Load {
  readonly clients: number;
  readonly messagesOf: (client: number) => readonly Message[];
  /** What each answer must hold. */
  readonly expect: string;
  /** Over TLS. */
  readonly secure?: boolean;
}

export interface Carried {
  readonly perSecond: number;
  /** Milliseconds of processor time of the server per request. */
  readonly cpu: number;
  /** The share of one core that the server was busy. */
  readonly busy: number;
  /** Milliseconds, of all requests of a client at most. */
  readonly slowest: number;
}

/** The headers of a user's request, Basic authentication among them. */
export const headersOf = (user: string): Record<string, string> => ({
  'Content-Type': 'application/ccmp+xml',
  Accept: 'application/ccmp+xml',
  Authorization: `Basic ${Buffer.from(`${user}:${PASSWORD}`).toString('base64')}`,
});

/** Puts the load on a server for some seconds, or until each client has sent so many requests. */
export async function carry(
  server: MeasuredProcess,
  load: Load,
  extent: { readonly seconds: number } | { readonly each: number },
): Promise<Carried> {
  let client = 0;
  let unexpected = '';
  const before = await server.look();
  const result = await autocannon({
    url: load.secure === true ? server.secureUrl : server.url,
    tlsOptions: { rejectUnauthorized: false },
    method: 'POST',
    connections: load.clients,
    // A number of requests is over when it is, not at the next whole second.
    ...('seconds' in extent ? { duration: extent.seconds } : { amount: extent.each * load.clients, sampleInt: 40 }),
    setupClient: (one) => {
      one.setRequests(load.messagesOf(client++).map(({ by, body }) => ({ body, headers: headersOf(by) })));
    },
    verifyBody: (body) => {
      const expected = body.includes(load.expect);
      if (!expected) unexpected ||= body;
      return expected;
    },
  });
  const after = await server.rest();
  const { errors, timeouts, mismatches, non2xx, requests } = result;
  if (errors + timeouts + mismatches + non2xx > 0) {
    throw new Error(`the load failed: ${JSON.stringify({ errors, timeouts, mismatches, non2xx })} ${unexpected}`);
  }
  const cpu = after.cpu - before.cpu;
  return {
    perSecond: requests.total / result.duration,
    cpu: cpu / requests.total,
    busy: cpu / (result.duration * 1_000),
    slowest: result.latency.max,
  };
}

/** What came of a load that may be too much, per second. */
export interface Pressed {
  readonly accepted: number;
  readonly refused: number;
  /** Milliseconds, that 99 % of what was accepted took at most. */
  readonly slow: number;
}

/** Has the clients together send so many requests per second, each as soon as its last one is answered. */
export async function press(server: MeasuredProcess, load: Load, perSecond: number, seconds: number): Promise<Pressed> {
  let [client, refused] = [0, 0];
  const times: number[] = [];
  await server.look();
  const { errors, timeouts, duration } = await autocannon({
    url: server.url,
    method: 'POST',
    connections: load.clients,
    duration: seconds,
    overallRate: Math.round(perSecond),
    ignoreCoordinatedOmission: true,
    setupClient: (one) => {
      let isExpected = false;
      one.setRequests(load.messagesOf(client++).map(({ by, body }) => ({ body, headers: headersOf(by) })));
      one.on('body', (body) => (isExpected = body.includes(load.expect)));
      one.on('response', (_status, _bytes, milliseconds) => {
        if (isExpected) times.push(milliseconds);
        else refused += 1;
      });
    },
  });
  await server.rest();
  if (errors + timeouts > 0) throw new Error(`the load failed: ${JSON.stringify({ errors, timeouts })}`);
  times.sort((one, other) => one - other);
  const slow = times[Math.ceil(0.99 * times.length) - 1] ?? NaN;
  return { accepted: times.length / duration, refused: refused / duration, slow };
}
