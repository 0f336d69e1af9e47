import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { passes, table, type Figure } from '../figures.ts';
import { measureMemory } from './memory.ts';
import { measureNotifier } from './notifier.ts';
import { measureParse } from './parse.ts';
import type { Setting } from './setting.ts';

const PARTS: Readonly<Record<string, (setting: Setting) => Promise<Figure[]>>> = {
  parse: measureParse,
  notifier: measureNotifier,
  memory: measureMemory,
};

interface Options {
  readonly dist: string;
  readonly rounds: string;
  readonly seconds: string;
}

const command = new Command('bench:sip')
  .description('measures the SIP stack beside others of the same run; ends with 1 when a target is missed')
  .argument('[parts...]', `which parts: ${Object.keys(PARTS).join(', ')}; all when none is named`)
  .addOption(new Option('--dist <directory>', 'the compiled tree').default('dist'))
  .addOption(new Option('--rounds <number>', 'rounds that count, after those that warm up').default('5'))
  .addOption(new Option('--seconds <number>', 'length of a round of one subject').default('0.2'))
  .parse();

const { dist, rounds, seconds } = command.opts<Options>();
const parts = command.args.length > 0 ? command.args : Object.keys(PARTS);
const scratch = mkdtempSync(join(tmpdir(), 'plenary-bench-'));
const setting: Setting = { dist: resolve(dist), scratch, rounds: Number(rounds), seconds: Number(seconds) };
try {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  console.log(`Node ${process.version}, ${availableParallelism()} cores (${processor})`);
  const figures: Figure[] = [];
  for (const part of parts) {
    const measure = PARTS[part];
    if (measure === undefined) throw new Error(`there is no part ${part}`);
    const measured = await measure(setting);
    console.log(`\n${table(measured)}`);
    figures.push(...measured);
  }
  const missed = figures.filter((figure) => !passes(figure)).length;
  console.log(`\n${figures.length - missed} of ${figures.length} targets met`);
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true });
}
