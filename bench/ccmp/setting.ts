import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { headersOf } from './load.ts';
import type { MeasuredProcess } from './measured-process.ts';
import type { Message } from './messages.ts';

/** How and where one run measures. */
export interface Setting {
  /** The compiled command `plenary`. */
  readonly program: string;
  /** A directory that ends with the run. */
  readonly scratch: string;
  readonly rounds: number;
  /** Of one round of one subject. */
  readonly seconds: number;
  /** Where the stores of a million conferences live; they stay for the next run. */
  readonly keep: string;
}

/** A new data directory. */
export const newData = ({ scratch }: Setting): string => mkdtempSync(join(scratch, 'data-'));

/** What the server answers to a message, in a file for the baseline to send. */
export async function answerFile(
  { scratch }: Setting,
  server: MeasuredProcess,
  { by, body }: Message,
): Promise<string> {
  const response = await fetch(server.url, { method: 'POST', headers: headersOf(by), body: new Uint8Array(body) });
  const answers = join(scratch, 'answers');
  mkdirSync(answers, { recursive: true });
  const file = join(mkdtempSync(join(answers, 'answer-')), 'answer.xml');
  writeFileSync(file, Buffer.from(await response.arrayBuffer()));
  return file;
}
