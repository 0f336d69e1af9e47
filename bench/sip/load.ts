import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { usageOf, type Usage } from '../usage.ts';

/** What a command of the load generator has seen. */
export interface Seen {
  /** From the command to the last NOTIFY. */
  readonly seconds: number;
  readonly notified: number;
  /** NOTIFYs that came twice. */
  readonly repeated: number;
  readonly refused: number;
  /** Of all datagrams that came. */
  readonly bytes: number;
}

/** The same with what it cost the server. */
export interface Costly extends Seen {
  /** Microseconds of processor time of the server per NOTIFY. */
  readonly cpu: number;
  /** Bytes that the server holds now and did not before. */
  readonly grown: number;
}

/** Whom to subscribe to, and who asks where a trusted peer says it. */
export interface Line {
  readonly uri: string;
  readonly identity?: string;
}

export interface LoadOptions {
  /** A directory that ends with the run. */
  readonly scratch: string;
  readonly port: number;
  readonly lines: readonly Line[];
  /** What is published. */
  readonly body: string;
  readonly accept?: string;
  /** The processes of the server. */
  readonly pids: readonly number[];
}

let made = 0;

/** The program load.c, as subscribers of one server. */
export class Load {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: Interface;
  readonly #pids: readonly number[];

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>, pids: readonly number[]) {
    this.#child = child;
    this.#answers = createInterface(child.stdout);
    this.#pids = pids;
  }

  static start({ scratch, port, lines, body, accept = 'application/conference-info+xml', pids }: LoadOptions): Load {
    const [program, list, state] = ['load', `lines-${++made}`, `body-${made}`].map((name) => join(scratch, name));
    if (program === undefined || list === undefined || state === undefined) throw new TypeError('three names');
    execFileSync('cc', ['-O2', '-o', `${program}-${made}`, join(import.meta.dirname, 'load.c')]);
    writeFileSync(list, lines.map(({ uri, identity = '' }) => `${uri} ${identity}\n`).join(''));
    writeFileSync(state, body);
    const given = ['127.0.0.1', String(port), list, state, accept];
    return new Load(spawn(`${program}-${made}`, given, { stdio: ['pipe', 'pipe', 'inherit'] }), pids);
  }

  subscribe(count: number, window: number): Promise<Costly> {
    return this.#command(`subscribe ${count} ${window}`);
  }

  publish(window: number, notifications: number): Promise<Costly> {
    return this.#command(`publish ${window} ${notifications}`);
  }

  /** Waits for so many NOTIFYs; `meanwhile` has them sent. */
  async expect(notifications: number, meanwhile: () => Promise<unknown>): Promise<Costly> {
    const before = usageOf(this.#pids);
    const ready = once(this.#answers, 'line');
    this.#child.stdin.write(`expect ${notifications}\n`);
    await ready;
    const [answer] = await Promise.all([once(this.#answers, 'line'), meanwhile()]);
    return costly(answer as [string], before, usageOf(this.#pids));
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin.end();
    await ended;
  }

  async #command(text: string): Promise<Costly> {
    const before = usageOf(this.#pids);
    const answer = once(this.#answers, 'line');
    this.#child.stdin.write(`${text}\n`);
    return costly((await answer) as [string], before, usageOf(this.#pids));
  }
}

function costly([line]: readonly [string], before: Usage, after: Usage): Costly {
  const seen = JSON.parse(line) as Seen;
  const cpu = ((after.cpu - before.cpu) * 1e6) / seen.notified;
  return { ...seen, cpu, grown: after.memory - before.memory };
}
