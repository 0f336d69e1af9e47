import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestSystem } from './system.ts';

/** Debian's, for which its packages of Python modules are; there may be others. */
const PYTHON = '/usr/bin/python3';

/** Debian packages that bring the peers. */
const PACKAGES: Readonly<Record<string, string>> = {
  [PYTHON]: 'python3 python3-caldav python3-icalendar',
  cadaver: 'cadaver',
  vdirsyncer: 'vdirsyncer',
  khal: 'khal',
};

/** Where a program that others wrote finds its files. */
export interface Home {
  readonly home: string;
  readonly input?: string;
}

/** Runs a program that others wrote, in a home of its own, to its end. @throws {Error} with what it said when it failed */
export async function run(command: string, args: readonly string[], { home, input = '' }: Home): Promise<string> {
  const env = {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: `${home}/.config`,
    XDG_DATA_HOME: `${home}/.local`,
    XDG_CACHE_HOME: `${home}/.cache`,
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    NO_PROXY: '*',
  };
  const child = spawn(command, args, { cwd: home, env });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
  child.stdin.on('error', () => undefined).end(input);
  const [code] = (await once(child, 'close').catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? new Error(`${command} is missing: apt-get install ${PACKAGES[command] ?? command}`)
      : error;
  })) as [number];
  if (code === 0) return said.stdout;
  const missing = /No module named/.test(said.stderr) ? `: apt-get install ${PACKAGES[command] ?? ''}` : '';
  throw new Error(`${command} ended with ${code}${missing}\n${(said.stderr + said.stdout).slice(-4_000)}`);
}

/** Runs a script that lies beside its test. */
export const runPython = (script: URL, args: readonly string[], where: Home): Promise<string> =>
  run(PYTHON, [fileURLToPath(script), ...args], where);

/** A conferencing system, and a home for a calendar client of others. */
export class CalendarPeer {
  readonly system: TestSystem;
  readonly home = mkdtempSync(join(tmpdir(), 'plenary-peer-'));

  private constructor(system: TestSystem) {
    this.system = system;
  }

  static async start(): Promise<CalendarPeer> {
    return new CalendarPeer(await TestSystem.start());
  }

  /** Where its calendars are served. */
  get url(): URL {
    return new URL('/', this.system.url);
  }

  run(command: string, args: readonly string[], input = ''): Promise<string> {
    return run(command, args, { home: this.home, input });
  }

  python(script: URL, args: readonly string[], input = ''): Promise<string> {
    return runPython(script, args, { home: this.home, input });
  }

  writes(file: string, text: string, mode = 0o644): void {
    writeFileSync(join(this.home, file), text, { mode });
  }

  reads(file: string): string {
    return readFileSync(join(this.home, file), 'utf8');
  }

  async close(): Promise<void> {
    await this.system.close();
    rmSync(this.home, { recursive: true });
  }
}
