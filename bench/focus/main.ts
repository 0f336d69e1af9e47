import { resolve } from 'node:path';
import { Option } from 'commander';
import type { Figure } from '../figures.ts';
import { benchmark, run } from '../run.ts';
import type { Setting } from '../notify/setting.ts';
import { measureCalls } from './calls.ts';
import { measureLarge } from './large.ts';
import { measureRoom } from './room.ts';

const PARTS: Readonly<Record<string, (setting: Setting) => Promise<Figure[]>>> = {
  calls: measureCalls,
  large: measureLarge,
  room: measureRoom,
};

const command = benchmark('bench:focus', 'measures calls to conferences, without media', PARTS)
  .addOption(new Option('--program <file>', 'the compiled server').default('dist/main.js'))
  .addOption(new Option('--rounds <number>', 'rounds that count').default('3'))
  .parse();

const { program, rounds } = command.opts<{ readonly program: string; readonly rounds: string }>();
await run(command.args, PARTS, (scratch): Setting => ({ program: resolve(program), scratch, rounds: Number(rounds) }));
