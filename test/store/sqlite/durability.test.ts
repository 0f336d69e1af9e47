import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { newDirectory } from '../directories.ts';
import { startWriting } from './processes.ts';

const WRITES = 20;

/** A system call that has returned without an error; what it wrote is in `text`. */
interface Call {
  readonly name: string;
  readonly text: string;
}

describe('an acknowledged write', function () {
  this.timeout(180_000);

  it('is flushed to the disk before it is acknowledged', async () => {
    if (spawnSync('strace', ['-V']).error) throw new Error('this test needs strace: apt-get install strace');
    const directory = newDirectory();
    const trace = join(directory, 'trace');
    const strace = ['strace', '-f', '-y', '-e', 'trace=fdatasync,fsync,write,pwrite64', '-o', trace];
    const writing = startWriting([join(directory, 'data'), String(WRITES)], strace);
    expect(await writing.ended).to.equal(0);

    const calls = completed(readFileSync(trace, 'utf8').split('\n'));
    const said = (text: string) =>
      calls.findIndex((call) => call.name === 'write' && call.text.includes(`"${text}\\n"`));
    for (let n = 1; n <= WRITES; n++) {
      const [asked, acknowledged] = [said(`ask ${n}`), said(`ack ${n}`)];
      expect(asked).to.be.within(0, acknowledged);
      const between = calls.slice(asked, acknowledged).filter(({ text }) => text.includes('plenary.db-wal>'));
      const lastWrite = between.findLastIndex(({ name }) => name === 'pwrite64');
      const lastFlush = between.findLastIndex(({ name }) => name === 'fdatasync' || name === 'fsync');
      expect(lastWrite, `set ${n} is written`).to.be.at.least(0);
      expect(lastFlush, `set ${n} is flushed after it is written`).to.be.greaterThan(lastWrite);
    }
  });
});

/**
 * The calls of a trace in an order that proves what it must: a flush counts when it returns, a write when it begins or
 * (to the log) when it returns; one that strace shows in two lines is put together.
 */
function completed(lines: readonly string[]): Call[] {
  const begun = new Map<string, string>();
  return lines.flatMap((line) => {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(thread, rest);
      // A line on standard output may be read before its call returns.
      return rest.startsWith('write(1<') ? [{ name: 'write', text: rest }] : [];
    }
    const resumed = rest.startsWith('<... ') ? (begun.get(thread) ?? '') : '';
    const text = resumed + rest;
    const name = /^\w+/.exec(text)?.[0];
    if (name === undefined || /= -1 /.test(text) || resumed.startsWith('write(1<')) return [];
    return [{ name, text }];
  });
}
