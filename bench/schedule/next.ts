import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inTurn, median, type Figure } from '../figures.ts';
import type { Setting } from './setting.ts';

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, 'first-call.ts');

const milliseconds = async (whose: 'ours' | 'bare'): Promise<number> =>
  Number((await run(process.execPath, ['--import', 'tsx', SCRIPT, whose])).stdout);

/** The next occurrence of a daily rule from 1990, each time in a fresh process, beside the first call of the bare library. */
export async function measureNext({ rounds }: Setting): Promise<Figure[]> {
  const times = await inTurn(rounds, { ours: () => milliseconds('ours'), bare: () => milliseconds('bare') }, 0);
  const [own, theirs] = [median(times.ours), median(times.bare)];
  return [
    {
      name: 'next occurrence of a daily rule from 1990, beside the first call of rrule-temporal',
      value: own / theirs,
      unit: 'times',
      target: { atMost: 0.1 },
      behind: `${own.toFixed(2)} ms, rrule-temporal ${theirs.toFixed(1)} ms`,
    },
  ];
}
