import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { flushRate } from './disk.ts';
import { passes, table, type Figure } from '../figures.ts';
import { measureFilters } from './filters.ts';
import { measureHostile } from './hostile.ts';
import { measureLarge } from './large.ts';
import { measureMillion } from './million.ts';
import { measureOverload } from './overload.ts';
import { measureRetrieve, measureTls } from './retrieve.ts';
import type { Setting } from './setting.ts';
import { measureSidebars } from './sidebars.ts';
import { measureUpdate } from './update.ts';

const PARTS: Readonly<Record<string, (setting: Setting) => Promise<Figure[]>>> = {
  retrieve: measureRetrieve,
  tls: measureTls,
  update: measureUpdate,
  overload: measureOverload,
  sidebars: measureSidebars,
  large: measureLarge,
  million: measureMillion,
  filters: measureFilters,
  hostile: measureHostile,
};

interface Options {
  readonly program: string;
  readonly rounds: string;
  readonly seconds: string;
  readonly keep: string;
}

const command = new Command('bench:ccmp')
  .description('measures the conference control server beside bare koa servers; ends with 1 when a target is missed')
  .argument('[parts...]', `which parts: ${Object.keys(PARTS).join(', ')}; all when none is named`)
  .addOption(new Option('--program <file>', 'the compiled server').default('dist/main.js'))
  .addOption(new Option('--rounds <number>', 'rounds that count, after those that warm up').default('5'))
  .addOption(new Option('--seconds <number>', 'length of a round of one server').default('3'))
  .addOption(
    new Option(
      '--keep <directory>',
      'where the stores of the parts million and filters live, made when they are not there',
    ).default(join(tmpdir(), 'plenary-bench')),
  )
  .parse();

const { program, rounds, seconds, keep } = command.opts<Options>();
const parts = command.args.length > 0 ? command.args : Object.keys(PARTS);
const scratch = mkdtempSync(join(tmpdir(), 'plenary-bench-'));
const setting: Setting = {
  program: resolve(program),
  scratch,
  rounds: Number(rounds),
  seconds: Number(seconds),
  keep: resolve(keep),
};
try {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  console.log(
    `Node ${process.version}, ${availableParallelism()} cores (${processor}), ${flushRate(scratch)} fdatasync/s`,
  );
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
