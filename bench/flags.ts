import { readFileSync } from 'node:fs';

/** What a program asks of node in its first line. */
export function flagsOf(program: string): string[] {
  const [first = ''] = readFileSync(program, 'utf8').split('\n', 1);
  return /^#!.*\bnode (.+)$/.exec(first)?.[1]?.split(' ') ?? [];
}
