import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../lib/main.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** What the command reads on standard input. */
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** A command, such as strace with its options, that runs this one. */
  readonly under?: readonly string[];
}

/** Runs the `plenary` command to its end. */
export async function plenary(
  args: readonly string[],
  { input = '', environment = {} }: CommandOptions = {},
): Promise<Ended> {
  const child = start(args, environment);
  child.stdin?.end(input);
  return follow(child).ended;
}

/** A server as its own process. */
export interface RunningServer {
  /** The URL of the conference control service. */
  readonly url: string;
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when it has printed something, with what the pattern's group matches. */
  readonly told: (pattern: RegExp) => Promise<string>;
  /** Resolves when it has logged a message. */
  readonly logged: (message: string) => Promise<void>;
  /** Sends SIGTERM and waits for the end. */
  readonly stop: () => Promise<Ended>;
}

/** Runs `plenary serve` on a free port until it tells where it serves. */
export async function serve(
  args: readonly string[],
  { environment = {}, under = [] }: CommandOptions = {},
): Promise<RunningServer> {
  const child = start(['serve', '--http', '127.0.0.1:0', '--sip', '127.0.0.1:0', ...args], environment, under);
  const { printed, ended } = follow(child);
  const found = async (name: 'stdout' | 'stderr', pattern: RegExp): Promise<string> => {
    const match = new Promise<string>((resolve) => {
      const look = (): void => {
        const [, group] = pattern.exec(printed[name]) ?? [];
        if (group !== undefined) resolve(group);
      };
      child[name]?.on('data', look);
      look();
    });
    const failed = ended.then(({ stderr }) => {
      throw new Error(`the server ended: ${stderr}`);
    });
    return Promise.race([match, failed]);
  };
  return {
    url: await found('stdout', /^conference control +(\S+)$/m),
    process: child,
    ended,
    told: (pattern) => found('stdout', pattern),
    logged: async (message) => {
      await found('stderr', new RegExp(`("msg":"${message}")`));
    },
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

function start(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  under: readonly string[] = [],
): ChildProcess {
  const [command = process.execPath, ...rest] = [...under, process.execPath, '--import', 'tsx', MAIN, ...args];
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('PLENARY_'));
  return spawn(command, rest, {
    env: { ...Object.fromEntries(own), ...environment },
    stdio: 'pipe',
  });
}

/** What a process has printed so far, and how it ends. */
function follow(child: ChildProcess): { printed: { stdout: string; stderr: string }; ended: Promise<Ended> } {
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => (printed[name] += text));
  }
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({ code: code ?? null, ...printed }));
  return { printed, ended };
}
