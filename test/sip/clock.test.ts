import { expect } from 'chai';
import fc from 'fast-check';
import { TimerWheel } from '../../lib/sip/clock.ts';

/** Waits for a timer of the wheel; the platform's own timer keeps the process awake, which the wheel doesn't. */
async function until(start: (done: () => void) => void): Promise<void> {
  const awake = setInterval(() => undefined, 1000);
  await new Promise<void>(start);
  clearInterval(awake);
}

describe('The timer wheel', () => {
  it('never runs a timer early, and runs each one once', async () => {
    const wheel = new TimerWheel({ slots: 4 });
    const runs: { due: number; at: number }[] = [];
    await until((done) => {
      for (const ms of [120, 0, 35, 80, 35, 41, 5]) {
        const due = wheel.now() + ms;
        wheel.after(ms, () => runs.push({ due, at: wheel.now() }));
      }
      wheel.after(200, done);
    });
    expect(runs).to.have.length(7);
    for (const { due, at } of runs) expect(at).to.be.at.least(due);
    expect(runs.map(({ due }) => Math.ceil(due / 10))).to.deep.equal(
      runs.map(({ due }) => Math.ceil(due / 10)).sort((a, b) => a - b),
    );
  });

  it('runs nothing that was cancelled, in its slot or when its neighbour runs', async () => {
    const wheel = new TimerWheel();
    const runs: string[] = [];
    const cancelled = wheel.after(10, () => runs.push('cancelled'));
    cancelled.cancel();
    cancelled.cancel();
    await until((done) => {
      wheel.after(20, () => {
        runs.push('first');
        neighbour.cancel();
      });
      const neighbour = wheel.after(20, () => runs.push('neighbour'));
      wheel.after(60, done);
    });
    expect(runs).to.deep.equal(['first']);
  });

  it('runs what a timer starts while it runs', async () => {
    const wheel = new TimerWheel();
    let steps = 0;
    await until((done) => {
      const again = (): void => {
        steps += 1;
        if (steps < 5) wheel.after(0, again);
        else done();
      };
      wheel.after(0, again);
    });
    expect(steps).to.equal(5);
  });

  it('keeps any mixture of timers and cancellations apart', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ ms: fc.nat(90), cancel: fc.boolean() }), { maxLength: 40 }),
        async (timers) => {
          const wheel = new TimerWheel({ tick: 1, slots: 8 });
          const run = new Array<number>(timers.length).fill(0);
          await until((done) => {
            const started = timers.map(({ ms }, index) => wheel.after(ms, () => (run[index] = (run[index] ?? 0) + 1)));
            timers.forEach(({ cancel }, index) => cancel && started[index]?.cancel());
            wheel.after(100, done);
          });
          expect(run).to.deep.equal(timers.map(({ cancel }) => (cancel ? 0 : 1)));
        },
      ),
      { numRuns: 8 },
    ));
});
