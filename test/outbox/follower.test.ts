import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { LoggedChange } from '../../lib/conference/repository.ts';
import { type Log, LogFollower } from '../../lib/outbox/follower.ts';

/** A log of so many changes, and how far its follower is. */
class Pages implements Log {
  newest = 0;
  stored = 0;
  /** How often changes were read. */
  reads = 0;

  changes({ after, limit }: { after: number; limit: number }): Promise<LoggedChange[]> {
    this.reads += 1;
    const count = Math.min(limit, this.newest - after);
    return Promise.resolve(
      Array.from({ length: count }, (_, index) => ({ position: after + index + 1 }) as unknown as LoggedChange),
    );
  }

  newestPosition = (): Promise<number> => Promise.resolve(this.newest);
  position = (): Promise<number> => Promise.resolve(this.stored);

  setPosition(_: string, position: number): Promise<void> {
    this.stored = position;
    return Promise.resolve();
  }
}

describe('a follower of the change log', () => {
  let log: Pages;
  let dealt: number[];
  let deal: (changes: readonly LoggedChange[]) => Promise<() => void>;
  let follower: LogFollower;
  beforeEach(() => {
    log = new Pages();
    dealt = [];
    deal = (changes) => Promise.resolve(() => void dealt.push(...changes.map(({ position }) => position)));
    follower = new LogFollower('somebody', log, 2, (changes) => deal(changes));
  });

  it('deals with each change once, in order, page by page', async () => {
    log.newest = 5;
    await follower.wake();
    expect(dealt).to.deep.equal([1, 2, 3, 4, 5]);
    log.newest = 6;
    await follower.wake();
    expect(dealt).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it('passes over what concerns nobody without reading it', async () => {
    await follower.wake();
    const { reads } = log;
    log.newest = 9;
    await follower.passOver();
    expect(log).to.include({ stored: 9, reads });
    expect(dealt).to.deep.equal([]);
  });

  it('reads nothing of what was there when it began, where it skips that', async () => {
    log.newest = 9;
    await follower.skip();
    log.newest = 12;
    await follower.passOver();
    expect(log).to.include({ stored: 12, reads: 0 });
    log.newest = 13;
    await follower.wake();
    expect(dealt).to.deep.equal([13]);
  });

  it('gathers what concerns nobody for a while, and forgets it when something else is read', async () => {
    const waiting: (() => void)[] = [];
    const clock = {
      after: (_: number, run: () => void) => {
        waiting.push(run);
        return { cancel: () => void waiting.splice(waiting.indexOf(run), 1) };
      },
    };
    const failed = (error: unknown): never => expect.fail(String(error));
    await follower.wake();
    const { reads } = log;
    log.newest = 4;
    follower.rest(clock, failed);
    follower.rest(clock, failed);
    expect(waiting).to.have.lengthOf(1);
    waiting.splice(0).forEach((run) => run());
    while (log.stored < 4) await turn();
    expect(log.reads).to.equal(reads);
    follower.rest(clock, failed);
    await follower.wake();
    expect(waiting).to.deep.equal([]);
    follower.rest(clock, failed);
    await follower.close();
    expect(waiting).to.deep.equal([]);
  });

  it('passes over nothing that an earlier life left', async () => {
    log.newest = 3;
    await follower.passOver();
    expect(dealt).to.deep.equal([1, 2, 3]);
  });

  it('passes over nothing that could not be dealt with', async () => {
    await follower.wake();
    const good = deal;
    deal = () => Promise.reject(new Error('the disk is full'));
    log.newest = 2;
    const failure: unknown = await follower.wake().catch((error: unknown) => error);
    expect(failure).to.have.property('message', 'the disk is full');
    deal = good;
    log.newest = 3;
    await follower.passOver();
    expect(dealt).to.deep.equal([1, 2, 3]);
  });

  it('passes over nothing that comes while it does so', async () => {
    await follower.wake();
    log.newest = 2;
    const passing = follower.passOver();
    await Promise.all([passing, follower.wake()]);
    expect(dealt).to.deep.equal([1, 2]);
  });
});
