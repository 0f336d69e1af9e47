import { resolve } from 'node:path';
import { Option } from 'commander';
import type { Figure } from '../figures.ts';
import { benchmark, run } from '../run.ts';
import { measureDifferences } from './differences.ts';
import { measureEvents } from './events.ts';
import { measureFanout } from './fanout.ts';
import { measureMemory } from './memory.ts';
import type { Setting } from './setting.ts';

const PARTS: Readonly<Record<string, (setting: Setting) => Promise<Figure[]>>> = {
  fanout: measureFanout,
  differences: measureDifferences,
  memory: measureMemory,
  events: measureEvents,
};

const command = benchmark('bench:notify', 'measures the conference notification service, whole', PARTS)
  .addOption(new Option('--program <file>', 'the compiled server').default('dist/main.js'))
  .addOption(new Option('--rounds <number>', 'rounds that count').default('3'))
  .parse();

const { program, rounds } = command.opts<{ readonly program: string; readonly rounds: string }>();
await run(command.args, PARTS, (scratch): Setting => ({ program: resolve(program), scratch, rounds: Number(rounds) }));
