import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { DOMAIN } from './messages.ts';

/** What a process has used since it began, and the longest that its event loop was held since it was told to forget. */
export interface Reading {
  /** Milliseconds of processor time, all threads. */
  readonly cpu: number;
  /** Bytes. */
  readonly rss: number;
  /** Milliseconds. */
  readonly held: number;
}

const PROBE = join(import.meta.dirname, 'probe.mjs');
const BARE = join(import.meta.dirname, 'bare.mjs');

/** A server in a process of its own, run by plain node with the probe in it. */
export class MeasuredProcess {
  readonly url: string;
  /** Milliseconds from the start of the process until it said where it serves. */
  readonly started: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string, started: number) {
    this.#child = child;
    this.url = url;
    this.started = started;
  }

  /** The compiled server on a data directory; its log goes to a file in there. */
  static plenary(program: string, data: string): Promise<MeasuredProcess> {
    const log = openSync(join(data, 'bench.log'), 'w');
    return MeasuredProcess.#start(program, ['serve', '--data', data, '--domain', DOMAIN, '--http', '127.0.0.1:0'], log);
  }

  /** The baseline, which answers with the bytes of a file. */
  static bare(answer: string, parse = false): Promise<MeasuredProcess> {
    return MeasuredProcess.#start(BARE, parse ? [answer, 'parse'] : [answer], 'inherit');
  }

  static async #start(program: string, args: string[], log: number | 'inherit'): Promise<MeasuredProcess> {
    const begun = performance.now();
    const child = fork(program, args, { execArgv: ['--import', PROBE], stdio: ['ignore', 'pipe', log, 'ipc'] });
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const found = /http:\S+/.exec(said)?.[0];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', (code) => reject(new Error(`${program} ended with ${String(code)}`)));
    });
    return new MeasuredProcess(child, url, performance.now() - begun);
  }

  read(): Promise<Reading> {
    return this.#ask('read');
  }

  /** Forgets how long the event loop was held before. */
  async forget(): Promise<void> {
    await this.#ask('forget');
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  async #ask(question: 'read' | 'forget'): Promise<Reading> {
    const answer = once(this.#child, 'message');
    this.#child.send(question);
    const [reading] = (await answer) as [Reading];
    return reading;
  }
}
