import { CommanderError } from 'commander';
import { TransportError } from '../ccmp/client/errors.ts';
import { InvalidSetting } from '../config/sources.ts';

/** How the command ends, for scripts. */
export const EXIT = {
  done: 0,
  /** It was refused, or it failed. */
  failed: 1,
  /** The command line or a setting is wrong. */
  usage: 2,
  /** No server answers there. */
  unreachable: 3,
  /** The credentials are missing or wrong. */
  unauthenticated: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES = `
Exit codes:
  0  done
  1  refused or failed
  2  the command line or a setting is wrong
  3  no server answers
  4  credentials are missing or wrong`;

/** Ends the command with a message for a person and a code for a script. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.failed) {
    super(message);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
  }
}

/** Says on standard error why the command ended so, and gives its exit code. */
export function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`plenary: ${message}\n`);
  if (error instanceof InvalidSetting) return EXIT.usage;
  if (error instanceof TransportError) return exitOfTransport(error);
  return error instanceof CommandFailure ? error.exitCode : EXIT.failed;
}

/** 401 asks for other credentials, 429 to wait before the next try; without a status nobody answered. */
function exitOfTransport({ status }: TransportError): ExitCode {
  if (status === undefined) return EXIT.unreachable;
  return status === 401 || status === 429 ? EXIT.unauthenticated : EXIT.failed;
}

export const print = (line: string): void => void process.stdout.write(`${line}\n`);
export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

/** Lines with columns of one width, for people. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, i) => Math.max(widest[i] ?? 0, cell.length)),
    [],
  );
  for (const row of rows)
    print(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

/** A name, and below it what is known of it. */
export function printFields(name: string, fields: readonly (readonly [label: string, value: string])[]): void {
  print(name);
  printTable(fields.filter(([, value]) => value !== '').map(([label, value]) => [`  ${label}`, value]));
}
