import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Turns } from '../../lib/notification/turns.ts';

describe('turns of the event loop for watchers', () => {
  /** What is done after each turn. */
  async function afterTurns(works: readonly (() => void | Promise<void>)[], errors: unknown[] = []): Promise<number[]> {
    const turns = new Turns(1_000_000, 3, (error) => errors.push(error));
    let done = 0;
    for (const work of works)
      turns.push({
        run: () => {
          done += 1;
          return work();
        },
      });
    const seen: number[] = [];
    while (done < works.length) {
      await turn();
      seen.push(done);
    }
    return seen;
  }

  it('tell so many at a time, however quick that is, and go on when everybody else had a turn', async () => {
    const told = Array.from({ length: 7 }, () => () => undefined);
    expect(await afterTurns(told)).to.deep.equal([3, 6, 7]);
  });

  it('go on behind whom they could not tell, at once or later', async () => {
    const errors: unknown[] = [];
    const works = [
      () => {
        throw new Error('at once');
      },
      () => Promise.reject(new Error('later')),
      () => undefined,
    ];
    await afterTurns(works, errors);
    expect(errors.map(String)).to.deep.equal(['Error: at once', 'Error: later']);
  });
});
