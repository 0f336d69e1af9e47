import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flagsOf } from '../flags.ts';
import type { Setting } from './setting.ts';

/** How the measured notifier is. */
export interface EchoState {
  readonly transactions: number;
  readonly subscriptions: number;
  /** Bytes, collected garbage not among them. */
  readonly heap: number;
}

/** Whole documents of 3 KB go over UDP here, as kamailio sends them. */
const UDP_LIMIT = 65_535;

/** The program echo.mjs. */
export class Echo {
  readonly port: number;
  readonly pids: readonly number[];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    this.pids = [child.pid ?? 0];
  }

  /** Rates of `peers` are not limited. */
  static async start({ scratch, dist }: Setting, body: string, peers = ['127.0.0.1']): Promise<Echo> {
    const file = join(mkdtempSync(join(scratch, 'echo-')), 'body.xml');
    writeFileSync(file, body);
    const child = fork(join(import.meta.dirname, 'echo.mjs'), [dist, file, String(UDP_LIMIT), peers.join()], {
      execArgv: ['--expose-gc', ...flagsOf(join(dist, 'main.js'))],
    });
    const [{ port }] = (await once(child, 'message')) as [{ readonly port: number }];
    return new Echo(child, port);
  }

  /** Collects garbage first. */
  async state(): Promise<EchoState> {
    const answer = once(this.#child, 'message');
    this.#child.send('state');
    const [state] = (await answer) as [EchoState];
    return state;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}
