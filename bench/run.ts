import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { passes, table, type Figure } from './figures.ts';

type Parts<Setting> = Readonly<Record<string, (setting: Setting) => Promise<Figure[]>>>;

/** A command that measures some parts or all; those who use it add its options. */
export const benchmark = (name: string, description: string, parts: Parts<never>): Command =>
  new Command(name)
    .description(`${description}; ends with 1 when a target is missed`)
    .argument('[parts...]', `which parts: ${Object.keys(parts).join(', ')}; all when none is named`);

/** Measures what the command names, in a directory of its own that ends with the run, and prints the figures. */
export async function run<Setting>(
  named: readonly string[],
  parts: Parts<Setting>,
  settingIn: (scratch: string) => Setting,
  machine: (scratch: string) => string = () => '',
): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'plenary-bench-'));
  try {
    const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
    console.log(`Node ${process.version}, ${availableParallelism()} cores (${processor})${machine(scratch)}`);
    const setting = settingIn(scratch);
    const figures: Figure[] = [];
    for (const part of named.length > 0 ? named : Object.keys(parts)) {
      const measure = parts[part];
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
}
