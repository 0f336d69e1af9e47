import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { flagsOf } from '../flags.ts';
import { DOMAIN } from './messages.ts';

/** What a process has used since it began, and the longest that its event loop was held since it was told to forget. */
export interface Reading {
  /** Milliseconds of processor time, all threads. */
  readonly cpu: number;
  /** Bytes. */
  readonly rss: number;
  /** Milliseconds, while it was looked at, less those in which the thread was ready to run and another had the processor. */
  readonly held: number;
}

const PROBE = join(import.meta.dirname, 'probe.mjs');
const BARE = join(import.meta.dirname, 'bare.mjs');

/** PEM files for TLS. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** A server in a process of its own, run by plain node with the probe in it. */
export class MeasuredProcess {
  readonly url: string;
  /** The same over TLS; empty where it has no certificate. */
  readonly secureUrl: string;
  /** Milliseconds from the start of the process until it said where it serves. */
  readonly started: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, [url, secureUrl]: readonly [string, string], started: number) {
    this.#child = child;
    this.url = url;
    this.secureUrl = secureUrl;
    this.started = started;
  }

  /** The compiled server on a data directory; its log goes to a file in there. */
  static plenary(program: string, data: string, tls?: Certificate): Promise<MeasuredProcess> {
    const log = openSync(join(data, 'bench.log'), 'w');
    const settings = tls && {
      PLENARY_HTTPS_LISTEN: '127.0.0.1:0',
      PLENARY_HTTPS_CERTIFICATE: tls.certificate,
      PLENARY_HTTPS_KEY: tls.key,
    };
    const flags = ['serve', '--data', data, '--domain', DOMAIN, '--http', '127.0.0.1:0'];
    return MeasuredProcess.#start(program, flags, log, settings);
  }

  /** The baseline, which answers with the bytes of a file. */
  static bare(
    answer: string,
    { parse = false, tls }: { parse?: boolean; tls?: Certificate } = {},
  ): Promise<MeasuredProcess> {
    const settings = { ...(parse && { PARSE: 'yes' }), ...(tls && { CERTIFICATE: tls.certificate, KEY: tls.key }) };
    return MeasuredProcess.#start(BARE, [answer], 'inherit', settings);
  }

  static async #start(
    program: string,
    args: string[],
    log: number | 'inherit',
    settings: Readonly<Record<string, string>> = {},
  ): Promise<MeasuredProcess> {
    const begun = performance.now();
    const execArgv = ['--import', PROBE, ...flagsOf(program)];
    const child = fork(program, args, {
      execArgv,
      stdio: ['ignore', 'pipe', log, 'ipc'],
      env: { ...process.env, ...settings },
    });
    const isSecure = Object.keys(settings).some((name) => name.endsWith('CERTIFICATE'));
    const urls = await new Promise<readonly [string, string]>((resolve, reject) => {
      let said = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const [clear, secure = ''] = [/http:\S+/, /https:\S+/].map((pattern) => pattern.exec(said)?.[0]);
        if (clear !== undefined && (secure !== '' || !isSecure)) resolve([clear, secure]);
      });
      child.once('exit', (code) => reject(new Error(`${program} ended with ${String(code)}`)));
    });
    return new MeasuredProcess(child, urls, performance.now() - begun);
  }

  read(): Promise<Reading> {
    return this.#ask('read');
  }

  /** Forgets how long the event loop was held before. */
  async forget(): Promise<void> {
    await this.#ask('forget');
  }

  /** Begins to look how long the event loop is held. */
  look(): Promise<Reading> {
    return this.#ask('look');
  }

  /** Looks no more. */
  rest(): Promise<Reading> {
    return this.#ask('rest');
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  async #ask(question: 'read' | 'forget' | 'look' | 'rest'): Promise<Reading> {
    const answer = once(this.#child, 'message');
    this.#child.send(question);
    const [reading] = (await answer) as [Reading];
    return reading;
  }
}
