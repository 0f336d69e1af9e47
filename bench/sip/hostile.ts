import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { mutated, randomNumbers } from '../../test/sip/agent/mutations.ts';
import { median, type Figure } from '../figures.ts';
import { Echo } from './echo.ts';
import { DOCUMENT } from './messages.ts';
import type { Setting } from './setting.ts';

const MUTATIONS = 100_000;
/** As many as wait in a socket with the honest request behind them. */
const BATCH = 32;
const IDLE = 10_000;
const MEGABYTE = 1_048_576;
const LONG = 60_000;
const SEED = 20_261_123;
/** Loopback addresses of their own, so that no limit of one is another's. */
const HONEST = '127.0.0.3';
const HOSTILE = '127.0.0.2';

/**
 * How long an honest OPTIONS over UDP waits for its answer right behind something hostile. The hostile peers are counted without
 * the limits on rates, and messages over TCP come over as many connections as one peer may have.
 */
export async function measureHostile(setting: Setting): Promise<Figure[]> {
  const echo = await Echo.start(setting, DOCUMENT, [HOSTILE, HONEST]);
  const [honest, hostile] = [await datagramsFrom(HONEST), await datagramsFrom(HOSTILE)];
  hostile.on('message', () => undefined);
  const times: { readonly kind: string; readonly what: string; readonly took: number }[] = [];
  const asks = async (kind: string, what = kind): Promise<void> => {
    const answered = once(honest, 'message');
    const begun = performance.now();
    honest.send(options(times.length), echo.port, '127.0.0.1');
    await answered;
    times.push({ kind, what, took: performance.now() - begun });
  };
  // Compilers need some turns before a figure stays where it is.
  for (let warm = 0; warm < 2_000; warm++) await asks('nothing');
  times.length = 0;

  for (const [what, datagram] of longDatagrams()) {
    for (let turn = 0; turn < 20; turn++) {
      hostile.send(datagram, echo.port, '127.0.0.1');
      await asks('a datagram of 60 KB', what);
    }
  }
  const below = randomNumbers(SEED);
  for (let sent = 0; sent < MUTATIONS; sent += BATCH) {
    for (let one = 0; one < BATCH; one++) hostile.send(mutated(below), echo.port, '127.0.0.1');
    await asks(`${BATCH} of ${MUTATIONS} mutations`);
  }
  for (const [what, begin, filling] of STREAMS) {
    const socket = await stream(echo.port);
    socket.write(begin);
    const part = Buffer.alloc(MEGABYTE, filling);
    for (let sent = 0; sent < 100 && !socket.destroyed; sent++) {
      await new Promise((written) => socket.write(part, written));
      await asks('100 MB over TCP', what);
    }
    socket.destroy();
  }
  // As many as the server takes: one of them is the peer that will not read.
  const deaf = await stream(echo.port);
  const idle = [deaf];
  while (idle.length < IDLE) {
    const more = Array.from({ length: Math.min(20, IDLE - idle.length) }, () => stream(echo.port));
    idle.push(...(await Promise.all(more)));
    await asks(`${IDLE} idle connections`);
  }
  const open = idle.filter(({ destroyed }) => !destroyed).length;
  if (open < IDLE) throw new Error(`only ${open} connections are open`);
  deaf.pause();
  for (let sent = 0; sent < 100 && !deaf.destroyed; sent++) {
    deaf.write(Array.from({ length: 200 }, (_, at) => options(`deaf-${sent}-${at}`, 'TCP')).join(''));
    await asks('a peer that never reads');
  }
  for (const socket of idle) socket.destroy();
  honest.close();
  hostile.close();
  await echo.stop();

  const kinds = [...new Set(times.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const these = times.filter((one) => one.kind === kind);
    const worst = these.reduce((one, other) => (one.took > other.took ? one : other));
    const behind = worst.what === kind ? '' : `, behind ${worst.what}`;
    return {
      name: `the next honest request after ${kind}`,
      value: worst.took,
      unit: 'ms',
      target: { atMost: 50 },
      behind: `the worst of ${these.length}${behind}; median ${median(these.map(({ took }) => took)).toFixed(2)} ms`,
    };
  });
}

const STREAMS = [
  ['a header', 'OPTIONS sip:a SIP/2.0\r\nX: ', 'x'],
  ['line ends', '', '\r\n'],
  ['a body', 'OPTIONS sip:a SIP/2.0\r\nContent-Length: 4000000000\r\n\r\n', 'x'],
] as const;

const FIELDS = ['Contact: ', 'Via: ', 'To: ', 'Subject: ', 'Route: <sip:a', 'Require: a', 'Content-Length: '];

function* longDatagrams(): Generator<readonly [what: string, datagram: Buffer]> {
  const fillings = {
    spaces: ' ',
    commas: ',',
    brackets: '<',
    quotes: '"',
    semicolons: ';a',
    escapes: '%41',
    folds: '\r\n ',
  };
  yield ['spaces alone', Buffer.alloc(LONG, ' ')];
  for (const [what, filling] of Object.entries(fillings)) {
    for (const field of FIELDS) {
      const long = field + filling.repeat(LONG / filling.length);
      yield [`${what} in ${field}`, Buffer.from(options('long').replace('Max-Forwards', `${long}\r\nMax-Forwards`))];
    }
  }
}

const options = (id: number | string, protocol = 'UDP'): string =>
  [
    'OPTIONS sip:bob@example.com SIP/2.0',
    `Via: SIP/2.0/${protocol} honest.invalid;rport;branch=z9hG4bKhonest${id}`,
    'Max-Forwards: 70',
    'From: <sip:honest@example.com>;tag=1',
    'To: <sip:bob@example.com>',
    `Call-ID: ${id}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0\r\n\r\n',
  ].join('\r\n');

async function datagramsFrom(address: string): Promise<Datagrams> {
  const socket = createSocket('udp4');
  socket.bind({ address, port: 0 });
  await once(socket, 'listening');
  return socket;
}

/** A connection; the server may end it whenever it likes. */
async function stream(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, localAddress: HOSTILE });
  socket.on('error', () => socket.destroy());
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  return socket;
}
