import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { passes, table, type Figure } from '../figures.ts';
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

const command = new Command('bench:schedule')
  .description('measures times and room of conferences; ends with 1 when a target is missed')
  .argument('[parts...]', `which parts: ${Object.keys(PARTS).join(', ')}; all when none is named`)
  .addOption(new Option('--rounds <number>', 'rounds that count').default('5'))
  .parse();

const parts = command.args.length > 0 ? command.args : Object.keys(PARTS);
const scratch = mkdtempSync(join(tmpdir(), 'plenary-bench-'));
const setting: Setting = { scratch, rounds: Number(command.opts<{ readonly rounds: string }>().rounds) };
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
