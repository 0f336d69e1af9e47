import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { passes, table, type Figure } from '../figures.ts';
import type { Setting } from '../notify/setting.ts';
import { measureCalls } from './calls.ts';
import { measureLarge } from './large.ts';
import { measureRoom } from './room.ts';

const PARTS: Readonly<Record<string, (setting: Setting) => Promise<Figure[]>>> = {
  calls: measureCalls,
  large: measureLarge,
  room: measureRoom,
};

const command = new Command('bench:focus')
  .description('measures calls to conferences, without media; ends with 1 when a target is missed')
  .argument('[parts...]', `which parts: ${Object.keys(PARTS).join(', ')}; all when none is named`)
  .addOption(new Option('--program <file>', 'the compiled server').default('dist/main.js'))
  .addOption(new Option('--rounds <number>', 'rounds that count').default('3'))
  .parse();

const { program, rounds } = command.opts<{ readonly program: string; readonly rounds: string }>();
const parts = command.args.length > 0 ? command.args : Object.keys(PARTS);
const scratch = mkdtempSync(join(tmpdir(), 'plenary-bench-'));
const setting: Setting = { program: resolve(program), scratch, rounds: Number(rounds) };
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
