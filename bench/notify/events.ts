import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeConference } from '../ccmp/data.ts';
import { headersOf } from '../ccmp/load.ts';
import { rename } from '../ccmp/messages.ts';
import type { Figure } from '../figures.ts';
import { ORGANIZER, Server } from './server.ts';
import type { Setting } from './setting.ts';

const LISTENERS = 9_000;
const AT_ONCE = 50;
/** Changes, one each second, of which the first ones warm up. */
const [EARLY, CHANGES] = [3, 12];

/** How late 9,000 listeners hear of a change, beside a broadcaster of node:http. */
export async function measureEvents(setting: Setting): Promise<Figure[]> {
  const ours = await plenary(setting);
  const bare = await broadcaster();
  const [mine, other] = [p99(ours.times), p99(bare.times)];
  return [
    {
      name: `${LISTENERS} listeners: p99 to a broadcaster`,
      value: mine / other,
      unit: '',
      target: { atMost: 1.5 },
      behind: `${mine.toFixed(0)} ms of ${ours.bytes} bytes; broadcaster ${other.toFixed(0)} ms of ${bare.bytes} bytes`,
    },
  ];
}

interface Heard {
  /** Milliseconds from the change to each listener's first byte. */
  readonly times: readonly number[];
  /** Of the last event. */
  readonly bytes: number;
}

async function plenary(setting: Setting): Promise<Heard> {
  const server = await Server.start(setting);
  const uri = await makeConference(server.url, ORGANIZER, 9);
  const { port } = new URL(server.url);
  const { Authorization = '' } = headersOf(ORGANIZER);
  const path = `/conferences/${encodeURIComponent(uri)}/events`;
  const listeners = await Listeners.open(Number(port), `GET ${path}`, `Authorization: ${Authorization}\r\n`);
  const heard = await listeners.hear((change) => server.send(rename(ORGANIZER, uri, `Change ${change}`)));
  listeners.close();
  await server.stop();
  return heard;
}

/** Of about as many bytes as the difference of a changed subject. */
const EVENT = `event: diff\nid: 1.abcdefghijkl\ndata: ${'x'.repeat(600)}\n\n`;

async function broadcaster(): Promise<Heard> {
  const child = fork(join(import.meta.dirname, 'broadcaster.mjs'));
  const [port] = (await once(child, 'message')) as [number];
  const listeners = await Listeners.open(port, 'GET /', '');
  const heard = await listeners.hear(async () => {
    await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: EVENT });
  });
  listeners.close();
  child.disconnect();
  await once(child, 'exit');
  return heard;
}

/** Connections that wait for events. */
class Listeners {
  readonly #sockets: Socket[] = [];
  readonly #seen = new WeakMap<Socket, number>();
  #round = 0;
  #begun = 0;
  #bytes = 0;
  #times: number[] = [];
  #all: () => void = () => undefined;

  static async open(port: number, request: string, fields: string): Promise<Listeners> {
    const listeners = new Listeners();
    const text = `${request} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${fields}Accept: text/event-stream\r\n\r\n`;
    for (let made = 0; made < LISTENERS; made += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, () => listeners.#open(port, text)));
    return listeners;
  }

  /** Has the changes made, one each second or as soon as all have heard of the last. */
  async hear(change: (round: number) => Promise<void>): Promise<Heard> {
    const times: number[] = [];
    // What was there at the beginning has arrived by then.
    await pause(2_000);
    for (let round = 1; round <= EARLY + CHANGES; round++) {
      const heard = new Promise<void>((all) => (this.#all = all));
      this.#times = [];
      this.#round = round;
      this.#begun = performance.now();
      await Promise.all([change(round), heard]);
      if (round > EARLY) times.push(...this.#times);
      await pause(Math.max(0, 1_000 - (performance.now() - this.#begun)));
    }
    return { times, bytes: this.#bytes };
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #open(port: number, text: string): Promise<void> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const answered = once(socket, 'data');
    socket.write(text);
    const [first] = (await answered) as [Buffer];
    if (!first.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(first.toString());
    socket.on('data', (bytes) => this.#heard(socket, bytes));
    this.#sockets.push(socket);
  }

  #heard(socket: Socket, bytes: Buffer): void {
    if (this.#round === 0 || this.#seen.get(socket) === this.#round) return;
    this.#seen.set(socket, this.#round);
    this.#bytes = bytes.length;
    this.#times.push(performance.now() - this.#begun);
    if (this.#times.length === this.#sockets.length) this.#all();
  }
}

const p99 = (times: readonly number[]): number =>
  times.toSorted((one, other) => one - other)[Math.ceil(0.99 * times.length) - 1] ?? NaN;
