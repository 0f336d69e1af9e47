import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Readable, Writable } from 'node:stream';

const SCRIPT = fileURLToPath(new URL('./writing-process.ts', import.meta.url));

/** A process that writes to a store and says so line by line. */
export interface WritingProcess {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly lines: AsyncIterable<string>;
  /** The exit code, null after a signal. */
  readonly ended: Promise<number | null>;
}

/** Starts it, under the command in front if there is one. */
export function startWriting(args: readonly string[], front: readonly string[] = []): WritingProcess {
  const [command = '', ...rest] = [...front, process.execPath, '--import', 'tsx', SCRIPT, ...args];
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { child, lines: createInterface({ input: child.stdout }), ended };
}
