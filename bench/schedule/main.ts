import { Option } from 'commander';
import type { Figure } from '../figures.ts';
import { benchmark, run } from '../run.ts';
import { measureCalDav } from './caldav.ts';
import { measureCapacity } from './capacity.ts';
import { measureNext } from './next.ts';
import type { Setting } from './setting.ts';
import { measureTogether } from './together.ts';

const PARTS: Readonly<Record<string, (setting: Setting) => Promise<Figure[]>>> = {
  caldav: measureCalDav,
  capacity: measureCapacity,
  next: measureNext,
  together: measureTogether,
};

const command = benchmark('bench:schedule', 'measures times and room of conferences', PARTS)
  .addOption(new Option('--rounds <number>', 'rounds that count').default('5'))
  .parse();

await run(command.args, PARTS, (scratch): Setting => ({
  scratch,
  rounds: Number(command.opts<{ readonly rounds: string }>().rounds),
}));
