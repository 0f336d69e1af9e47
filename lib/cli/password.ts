import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CommandFailure, EXIT } from './outcome.ts';

/**
 * A password from a file, from standard input, or typed without being shown; one line end after it is not part of it.
 * The command line is no place for passwords: every user of the machine can read it.
 */
export async function readPassword(file: string | undefined): Promise<string> {
  const given =
    file !== undefined ? readFileSync(file, 'utf8') : process.stdin.isTTY ? await ask() : await text(process.stdin);
  const password = given.replace(/\r?\n$/, '');
  if (password === '') throw new CommandFailure('the password is empty', EXIT.usage);
  return password;
}

async function ask(): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    process.stderr.write('Password: ');
    const first = await terminal.question('');
    process.stderr.write('\nAgain: ');
    const second = await terminal.question('');
    process.stderr.write('\n');
    if (first !== second) throw new CommandFailure('the two passwords differ', EXIT.usage);
    return first;
  } finally {
    terminal.close();
  }
}
