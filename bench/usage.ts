import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What the processes of a server have used, read from /proc: of any program, by nobody of its own account. */
export interface Usage {
  /** Seconds of processor time since they began. */
  readonly cpu: number;
  /** Bytes of memory, what they share counted once (Pss). */
  readonly memory: number;
}

let ticks: number | undefined;

/** Ticks of the times in /proc per second. */
const ticksPerSecond = (): number => (ticks ??= Number(execFileSync('getconf', ['CLK_TCK']).toString()));

/** A process and those that it has begun. */
export function family(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return [pid, ...children.filter((child) => child !== '').flatMap((child) => family(Number(child)))];
}

export function usageOf(pids: readonly number[]): Usage {
  let [cpu, memory] = [0, 0];
  for (const pid of pids) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    cpu += (Number(fields[11]) + Number(fields[12])) / ticksPerSecond();
    memory += Number(/^Pss:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) * 1_024;
  }
  return { cpu, memory };
}
