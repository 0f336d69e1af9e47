import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Option } from 'commander';
import { flushRate } from './disk.ts';
import type { Figure } from '../figures.ts';
import { benchmark, run } from '../run.ts';
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

const command = benchmark('bench:ccmp', 'measures the conference control server beside bare koa servers', PARTS)
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
await run(
  command.args,
  PARTS,
  (scratch): Setting => ({
    program: resolve(program),
    scratch,
    rounds: Number(rounds),
    seconds: Number(seconds),
    keep: resolve(keep),
  }),
  (scratch) => `, ${flushRate(scratch)} fdatasync/s`,
);
