import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian packages that bring the peers. */
const PACKAGES = {
  sipp: 'sip-tester',
  sipsak: 'sipsak',
  baresip: 'baresip-core',
  linphonec: 'linphone-cli',
  kamailio: 'kamailio',
} as const;

export type ProgramName = keyof typeof PACKAGES;

/** A SIP peer that others wrote, in a directory of its own. */
export class Program {
  readonly name: ProgramName;
  readonly directory = mkdtempSync(join(tmpdir(), 'plenary-peer-'));
  output = '';
  /** Resolves to the exit code. */
  readonly ended: Promise<number>;
  readonly #child: ChildProcess;
  #wake: () => void = () => undefined;

  /** `prepare` is given the directory before the program runs and returns its arguments. */
  constructor(name: ProgramName, prepare: (directory: string) => readonly string[]) {
    this.name = name;
    const options = { cwd: this.directory, env: { ...process.env, HOME: this.directory, TERM: 'dumb' } };
    const child = spawn(name, prepare(this.directory), options);
    this.#child = child;
    // A test process that is ended leaves nobody behind.
    const end = (): void => void child.kill('SIGKILL');
    process.once('exit', end);
    child.once('close', () => process.off('exit', end));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        this.#wake();
      });
    }
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', (error) => {
        const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
        reject(isMissing ? new Error(`${name} is missing: apt-get install ${PACKAGES[name]}`) : error);
      });
      this.#child.once('close', (code) => resolve(code ?? -1));
    });
    // A program that is missing is told to whoever waits for it.
    this.ended.catch(() => undefined);
  }

  /** Resolves when the program says this. @throws {Error} rejects when it ends before */
  async says(what: RegExp): Promise<void> {
    const over = this.ended.then((code): never => this.#fail(code));
    while (!what.test(this.output)) {
      await Promise.race([over, new Promise<void>((resolve) => (this.#wake = resolve))]);
    }
    over.catch(() => undefined);
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Resolves when it has ended well. @throws {Error} rejects with what it said */
  async succeeds(): Promise<string> {
    const code = await this.ended;
    return code === 0 ? this.output : this.#fail(code);
  }

  #fail(code: number): never {
    throw new Error(`${this.name} ended with ${code}: ${this.output.slice(-4_000)}`);
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.ended.catch(() => undefined);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A port that nobody has just now, for programs that can't pick one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
