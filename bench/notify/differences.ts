import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { makeConference } from '../ccmp/data.ts';
import { mute } from '../ccmp/messages.ts';
import type { Figure } from '../figures.ts';
import { IDENTITY, ORGANIZER, Server, sipUri } from './server.ts';
import type { Setting } from './setting.ts';

const USERS = 10_000;
/** Of 10,000 watchers so many are there; all of them are told the same. */
const WATCHERS = 200;
/** Whole documents under way at once: megabytes each. */
const AT_ONCE = 4;

/** One change in a conference of 10,000: what watchers who understand differences are sent instead of everything. */
export async function measureDifferences(setting: Setting): Promise<Figure[]> {
  const server = await Server.start(setting);
  const uri = await makeConference(server.url, ORGANIZER, USERS);
  const watchers: Watcher[] = [];
  for (let from = 0; from < WATCHERS; from += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, (_, index) => new Watcher(server.port, sipUri(uri), from + index));
    await Promise.all(some.map((watcher) => watcher.subscribe()));
    watchers.push(...some);
  }
  const whole = sum(watchers.map(({ bytes }) => bytes));
  const told = Promise.all(watchers.map((watcher) => watcher.next()));
  await server.send(mute(ORGANIZER, uri, 'p0', true));
  await told;
  const differences = sum(watchers.map(({ bytes }) => bytes)) - whole;
  const bodies = new Set(watchers.map(({ body }) => body)).size;
  for (const watcher of watchers) watcher.close();
  await server.stop();
  const each = (bytes: number): string => (bytes / WATCHERS).toFixed(0);
  return [
    {
      name: `one change, ${USERS} users: bytes of whole documents to those of differences`,
      value: whole / differences,
      unit: '',
      target: { atLeast: 2_000 },
      behind: `${each(whole)} bytes; ${each(differences)} bytes, headers included, for each of ${WATCHERS}`,
    },
    { name: 'different bodies of one change in one view', value: bodies, unit: '', target: { atMost: 1 } },
  ];
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

const END = Buffer.from('\r\n\r\n');

/** A subscriber over a TCP connection of its own, who keeps nothing but what it counts. */
class Watcher {
  /** Of all NOTIFYs, headers included. */
  bytes = 0;
  /** Of the last one, where it is short. */
  body = '';
  readonly #uri: string;
  readonly #number: number;
  readonly #socket: Socket;
  #come: Buffer[] = [];
  #size = 0;
  #needed = 0;
  #told: () => void = () => undefined;

  constructor(port: number, uri: string, number: number) {
    this.#uri = uri;
    this.#number = number;
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('data', (chunk) => this.#take(chunk));
  }

  /** Resolves with the first NOTIFY. */
  async subscribe(): Promise<void> {
    await once(this.#socket, 'connect');
    const own = `127.0.0.1:${this.#socket.localPort ?? 0};transport=tcp`;
    const fields = [
      `SUBSCRIBE ${this.#uri} SIP/2.0`,
      `Via: SIP/2.0/TCP 127.0.0.1:${this.#socket.localPort ?? 0};branch=z9hG4bKbench${this.#number}`,
      'Max-Forwards: 70',
      `From: <sip:w${this.#number}@127.0.0.1>;tag=${this.#number}`,
      `To: <${this.#uri}>`,
      `Call-ID: bench-${this.#number}`,
      'CSeq: 1 SUBSCRIBE',
      `Contact: <sip:w${this.#number}@${own}>`,
      'Event: conference',
      'Accept: application/xcon-conference-info-diff+xml, application/xcon-conference-info+xml;q=0.5',
      `P-Asserted-Identity: <${IDENTITY}>`,
      'Expires: 3600',
      'Content-Length: 0',
    ];
    const told = this.next();
    this.#socket.write(`${fields.join('\r\n')}\r\n\r\n`);
    await told;
  }

  next(): Promise<void> {
    return new Promise((told) => (this.#told = told));
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Puts the parts of a message together only when all of it is there. */
  #take(chunk: Buffer): void {
    this.#come.push(chunk);
    this.#size += chunk.length;
    while (this.#size > 0 && this.#size >= this.#needed) {
      const all = Buffer.concat(this.#come);
      const head = all.subarray(0, all.indexOf(END) + END.length).toString();
      if (head === all.subarray(0, END.length - 1).toString()) return;
      this.#needed = head.length + Number(/Content-Length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (all.length < this.#needed) return;
      this.#come = [all.subarray(this.#needed)];
      this.#size = all.length - this.#needed;
      this.#message(head, all.subarray(head.length, this.#needed));
      this.#needed = 0;
    }
  }

  #message(head: string, body: Buffer): void {
    if (!head.startsWith('NOTIFY')) {
      if (!head.startsWith('SIP/2.0 200')) throw new Error(head);
      return;
    }
    const copied = head.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
    this.#socket.write(`SIP/2.0 200 OK\r\n${copied.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`);
    this.bytes += head.length + body.length;
    if (body.length < 65_536) this.body = body.toString();
    this.#told();
  }
}
