import { expect } from 'chai';
import fc from 'fast-check';
import { Allowance, type Spent } from '../../lib/outbox/allowance.ts';
import { MemoryStore } from '../../lib/store/memory.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('an allowance', () => {
  let now: number;
  let store: MemoryStore;
  beforeEach(() => {
    now = Date.UTC(2030, 0, 7, 9);
    store = new MemoryStore();
  });
  const spent = () => store.records<Spent>('spent');
  const allowance = (count = 2): Allowance => new Allowance({ spent: spent(), now: () => now }, { count, period: DAY });
  const stored = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const slice of spent().all()) names.push(...slice.map(({ name }) => name));
    return names;
  };

  it('is spent by each for herself, and comes back after a period', async () => {
    const all = allowance();
    const asked = ['alice', 'alice', 'alice', 'bob'].map((name) => all.take(name));
    expect(await Promise.all(asked)).to.deep.equal([true, true, false, true]);
    now += DAY - 1;
    expect(await all.take('alice')).to.equal(false);
    now += HOUR + 1;
    expect(await all.take('alice')).to.equal(true);
  });

  it('is not given anew by a restart', async () => {
    expect(await allowance().take('alice')).to.equal(true);
    expect(await allowance().take('alice')).to.equal(true);
    expect(await allowance().take('alice')).to.equal(false);
  });

  it('is forgotten when nothing of it counts any more', async () => {
    const all = allowance();
    for (const name of ['alice', 'bob']) await all.take(name);
    now += 2 * DAY;
    await all.take('carol');
    while ((await stored()).length > 1) await new Promise(setImmediate);
    expect(await stored()).to.deep.equal(['carol']);
    expect(await all.take('alice')).to.equal(true);
  });

  it('does not stay spent by a clock that was wrong', async () => {
    const all = allowance(1);
    now += 365 * DAY;
    await all.take('alice');
    now -= 365 * DAY;
    expect(await all.take('alice')).to.equal(true);
  });

  it('is never exceeded in any period, whatever happens when', async () => {
    const steps = fc.array(fc.record({ wait: fc.integer({ min: 0, max: DAY / 3 }), restarts: fc.boolean() }), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        store = new MemoryStore();
        let one = allowance(5);
        const taken: number[] = [];
        for (const { wait, restarts } of all) {
          now += wait;
          if (restarts) one = allowance(5);
          if (await one.take('alice')) taken.push(now);
          else expect(taken.filter((at) => at > now - DAY - HOUR)).to.have.length.of.at.least(5);
        }
        for (const at of taken)
          expect(taken.filter((other) => other > at - DAY && other <= at).length).to.be.at.most(5);
      }),
      { numRuns: 50 },
    );
  });
});
