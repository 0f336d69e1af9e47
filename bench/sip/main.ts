import { resolve } from 'node:path';
import { Option } from 'commander';
import type { Figure } from '../figures.ts';
import { benchmark, run } from '../run.ts';
import { measureHostile } from './hostile.ts';
import { measureMemory } from './memory.ts';
import { measureNotifier } from './notifier.ts';
import { measureParse } from './parse.ts';
import type { Setting } from './setting.ts';

const PARTS: Readonly<Record<string, (setting: Setting) => Promise<Figure[]>>> = {
  parse: measureParse,
  notifier: measureNotifier,
  memory: measureMemory,
  hostile: measureHostile,
};

interface Options {
  readonly dist: string;
  readonly rounds: string;
  readonly seconds: string;
}

const command = benchmark('bench:sip', 'measures the SIP stack beside others of the same run', PARTS)
  .addOption(new Option('--dist <directory>', 'the compiled tree').default('dist'))
  .addOption(new Option('--rounds <number>', 'rounds that count, after those that warm up').default('5'))
  .addOption(new Option('--seconds <number>', 'length of a round of one subject').default('0.2'))
  .parse();

const { dist, rounds, seconds } = command.opts<Options>();
await run(command.args, PARTS, (scratch): Setting => ({
  dist: resolve(dist),
  scratch,
  rounds: Number(rounds),
  seconds: Number(seconds),
}));
