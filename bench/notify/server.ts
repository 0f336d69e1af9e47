import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { addUsers } from '../ccmp/data.ts';
import { headersOf } from '../ccmp/load.ts';
import { DOMAIN, type Message } from '../ccmp/messages.ts';
import { flagsOf } from '../flags.ts';
import { freePort } from '../sip/kamailio.ts';
import { usageOf } from '../usage.ts';
import type { Setting } from './setting.ts';

/** Who makes the conferences, and whom a trusted peer asserts for every watcher. */
export const ORGANIZER = 'alice';
export const IDENTITY = `sip:${ORGANIZER}@${DOMAIN}`;

const PROBE = join(import.meta.dirname, 'probe.mjs');

/**
 * Beside the defaults: whole documents go over UDP, the load generator is trusted and may send as much as it can, and
 * news wait for nothing but the answer to the last.
 */
const SETTINGS = {
  PLENARY_DIAL_OUT_ENABLED: 'no',
  PLENARY_SIP_TRUSTED_ADDRESSES: '127.0.0.1',
  PLENARY_SIP_TRUST_UDP: 'yes',
  PLENARY_SIP_TRANSPORT_UDP_LIMIT: '65535',
  PLENARY_SIP_TRANSPORT_UNLIMITED_PEERS: '127.0.0.1',
  PLENARY_SIP_TRANSACTIONS_UNANSWERED_PER_PEER: '1000000',
  PLENARY_SIP_TRANSACTIONS_TRANSACTIONS: '10000000',
  PLENARY_NOTIFICATION_MIN_INTERVAL: '1',
  PLENARY_NOTIFICATION_URGENT_INTERVAL: '1',
  PLENARY_OVERLOAD_USER_RATE: '1000000',
  PLENARY_OVERLOAD_USER_BURST: '1000000',
  PLENARY_OVERLOAD_ADDRESS_RATE: '1000000',
  PLENARY_OVERLOAD_ADDRESS_BURST: '1000000',
  PLENARY_HTTP_CONNECTIONS: '20000',
  PLENARY_EVENTS_CONNECTIONS: '20000',
  PLENARY_EVENTS_PER_USER: '20000',
};

/** `plenary serve` with SIP, in a process of its own on a new data directory. */
export class Server {
  readonly url: string;
  readonly port: number;
  readonly pids: readonly number[];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string, port: number) {
    this.#child = child;
    this.url = url;
    this.port = port;
    this.pids = [child.pid ?? 0];
  }

  static async start({ program, scratch }: Setting): Promise<Server> {
    const data = mkdtempSync(join(scratch, 'data-'));
    await addUsers(data, [ORGANIZER]);
    const port = await freePort();
    const flags = ['serve', '--data', data, '--domain', DOMAIN, '--http', '127.0.0.1:0'];
    const child = fork(program, flags, {
      execArgv: ['--expose-gc', '--import', PROBE, ...flagsOf(program)],
      stdio: ['ignore', 'pipe', openSync(join(data, 'bench.log'), 'w'), 'ipc'],
      env: { ...process.env, ...SETTINGS, PLENARY_SIP_LISTEN: `127.0.0.1:${port}` },
    });
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const served = /http:\S+/.exec(said)?.[0];
        if (served !== undefined) resolve(served);
      });
      child.once('exit', (code) => reject(new Error(`${program} ended with ${String(code)}`)));
    });
    return new Server(child, url, port);
  }

  /** Sends a CCMP request. @throws when it is not done */
  async send({ by, body }: Message): Promise<void> {
    const response = await fetch(this.url, { method: 'POST', headers: headersOf(by), body: new Uint8Array(body) });
    const answer = await response.text();
    if (!answer.includes('<response-code>200</response-code>')) throw new Error(answer.slice(0, 1_000));
  }

  /** Bytes of memory and those of the heap among them, garbage collected. */
  async memory(): Promise<{ readonly memory: number; readonly heap: number }> {
    const answer = once(this.#child, 'message');
    this.#child.send('collect');
    const [heap] = (await answer) as [number];
    return { memory: usageOf(this.pids).memory, heap };
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

/** The SIP URI of a conference as its watchers write it. */
export const sipUri = (uri: string): string => uri.replace(/^xcon:/, 'sip:');
