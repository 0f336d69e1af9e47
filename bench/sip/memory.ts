import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Figure } from '../figures.ts';
import { usageOf } from '../usage.ts';
import { Echo } from './echo.ts';
import { Kamailio } from './kamailio.ts';
import { Load } from './load.ts';
import { DOCUMENT } from './messages.ts';
import { conferencesAt } from './notifier.ts';
import type { Setting } from './setting.ts';

const SUBSCRIPTIONS = 100_000;
const CONFERENCES = 1_000;
const WINDOW = 200;
const CONNECTIONS = 5_000;
/** Subscriptions and connections before the first look: code and pools are there then. */
const BEFORE = 2_000;
/** Longer than transactions last, in milliseconds (RFC 3261 table 4: 64·T1, 32 s). */
const QUIET = 36_000;

/** What idle subscriptions and idle TCP connections hold, garbage collected. */
export async function measureMemory(setting: Setting): Promise<Figure[]> {
  const echo = await Echo.start(setting, DOCUMENT);
  const ours = await perSubscription(setting, echo, async () => {
    for (let left = QUIET; left > 0 && (await echo.state()).transactions > 0; left -= 2_000) await pause(2_000);
    return (await echo.state()).heap;
  });
  await echo.stop();
  const kamailio = await Kamailio.start(setting.scratch);
  const theirs = await perSubscription(setting, kamailio, () => pause(QUIET / 2, 0));
  await kamailio.stop();
  const connection = await perConnection(setting);
  const behind = `${kilobytes(ours.memory)}, of it ${kilobytes(ours.heap)} in the heap; kamailio ${kilobytes(theirs.memory)}`;
  return [
    {
      name: 'idle subscription to kamailio',
      value: ours.memory / theirs.memory,
      unit: '',
      target: { atMost: 0.5 },
      behind,
    },
    { name: 'idle subscription', value: ours.memory / 1_024, unit: 'KB', target: { atMost: 6 } },
    { name: 'idle TCP connection', value: connection / 1_024, unit: 'KB', target: { atMost: 20 } },
  ];
}

const kilobytes = (bytes: number): string => `${(bytes / 1_024).toFixed(2)} KB`;

/** `settle` waits until nothing but subscriptions is there, and tells the bytes in the heap. */
async function perSubscription(
  { scratch }: Setting,
  { port, pids }: { readonly port: number; readonly pids: readonly number[] },
  settle: () => Promise<number>,
): Promise<{ readonly memory: number; readonly heap: number }> {
  const load = Load.start({ scratch, port, pids, lines: conferencesAt(port, CONFERENCES), body: DOCUMENT });
  await load.subscribe(BEFORE, WINDOW);
  const heap = await settle();
  const { memory } = usageOf(pids);
  await load.subscribe(SUBSCRIPTIONS, WINDOW);
  const grown = (await settle()) - heap;
  const more = usageOf(pids).memory - memory;
  await load.stop();
  return { memory: more / SUBSCRIPTIONS, heap: grown / SUBSCRIPTIONS };
}

async function perConnection(setting: Setting): Promise<number> {
  const echo = await Echo.start(setting, DOCUMENT);
  const sockets = await connections(echo.port, BEFORE);
  await echo.state();
  const { memory } = usageOf(echo.pids);
  sockets.push(...(await connections(echo.port, CONNECTIONS)));
  await echo.state();
  const more = usageOf(echo.pids).memory - memory;
  for (const socket of sockets) socket.destroy();
  await echo.stop();
  return more / CONNECTIONS;
}

async function connections(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let made = 0; made < count; made++) sockets.push(await connection(port));
  return sockets;
}

/** A connection that has had one request and its answer. */
async function connection(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const fields = [
    `OPTIONS sip:127.0.0.1:${port} SIP/2.0`,
    `Via: SIP/2.0/TCP 127.0.0.1:${socket.localPort ?? 0};branch=z9hG4bK${socket.localPort ?? 0}`,
    'Max-Forwards: 70',
    `From: <sip:bench@127.0.0.1>;tag=1`,
    `To: <sip:127.0.0.1:${port}>`,
    `Call-ID: ${socket.localPort ?? 0}@127.0.0.1`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  const answered = once(socket, 'data');
  socket.write(`${fields.join('\r\n')}\r\n\r\n`);
  await answered;
  return socket;
}
