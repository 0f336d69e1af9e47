import fc from 'fast-check';
import { expect } from 'chai';
import { LifeClock, lifeClockDefaults } from '../../lib/conference/life-clock.ts';
import type { DueStep } from '../../lib/conference/repository.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { MemoryStore } from '../../lib/store/memory.ts';
import { settled, VirtualClock } from '../sip/virtual-clock.ts';
import { change, header, uriOf, whole } from '../store/changes.ts';

const START = 1_000_000;
const limits = { ...lifeClockDefaults, atOnce: 2 };

/** Some clocks over one store, in each a server that takes a step by one change that sets the next moment. */
class Clocks {
  readonly store = new MemoryStore();
  readonly time = new VirtualClock();
  /** Each step that was taken, as often as it was. */
  readonly taken: DueStep[] = [];
  readonly errors: unknown[] = [];
  /** Steps that two clocks were at, at the same moment. */
  readonly clashes: XconUri[] = [];
  readonly #under = new Set<XconUri>();
  readonly #moments = new Map<XconUri, readonly number[]>();
  /** What the clock on the wall is ahead. */
  ahead = START;

  now = (): number => this.ahead + this.time.now();

  /** Objects with all their moments. */
  async holds(moments: readonly (readonly number[])[]): Promise<void> {
    for (const [id, some] of moments.entries()) {
      this.#moments.set(uriOf(id), some);
      await this.store.write([[change(uriOf(id), 0, [], { header: header(dueIn(some, 0)) })]]);
    }
  }

  get all(): DueStep[] {
    return [...this.#moments].flatMap(([uri, some]) => some.map((due) => ({ uri, due })));
  }

  /** @param waits a step goes on when it resolves */
  clock(waits: (uri: XconUri) => Promise<unknown>): LifeClock {
    return new LifeClock({
      control: { tick: (uri) => this.#tick(uri, waits), onChange: () => undefined },
      repository: this.store,
      now: this.now,
      timers: this.time,
      limits,
      onLate: () => undefined,
      onError: (_, error) => this.errors.push(error),
    });
  }

  async #tick(uri: XconUri, waits: (uri: XconUri) => Promise<unknown>): Promise<void> {
    if (this.#under.has(uri)) this.clashes.push(uri);
    this.#under.add(uri);
    try {
      const before = await whole(this.store, uri);
      await waits(uri);
      const { version: expected = 0, header: known } = before?.object ?? {};
      const next = header(dueIn(this.#moments.get(uri) ?? [], expected));
      await this.store.write([[change(uri, expected, [], { header: next })]]);
      this.taken.push({ uri, due: known?.due ?? NaN });
    } finally {
      this.#under.delete(uri);
    }
  }
}

/** The moment after so many. */
const dueIn = (moments: readonly number[], taken: number): { due?: number } => {
  const due = moments[taken];
  return due === undefined ? {} : { due };
};

const moments = fc.array(
  fc
    .uniqueArray(fc.integer({ min: START - 50, max: START }), { minLength: 1, maxLength: 3 })
    .map((some) => some.toSorted((a, b) => a - b)),
  { minLength: 1, maxLength: 7 },
);

const never = (): Promise<never> => new Promise(() => undefined);

describe('clocks over one store', () => {
  it('take every step once, and no two are at one at the same moment, whatever comes first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), moments, fc.integer({ min: 2, max: 3 }), async (scheduler, some, count) => {
        const world = new Clocks();
        await world.holds(some);
        const clocks = Array.from({ length: count }, (_, index) =>
          world.clock((uri) => scheduler.schedule(Promise.resolve(), `${uri} by clock ${index}`)),
        );
        const done = Promise.all(clocks.map((clock) => clock.start()));
        await scheduler.waitFor(done);
        expect(world.taken).to.have.deep.members(world.all);
        expect({ clashes: world.clashes, errors: world.errors }).to.deep.equal({ clashes: [], errors: [] });
        for (const clock of clocks) await clock.close();
      }),
      { numRuns: 200 },
    );
  });

  it('take over, when the lease ends, from one that has died, and what that wakes up to do is refused', async () => {
    await fc.assert(
      fc.asyncProperty(moments, fc.nat(4), async (some, lives) => {
        const world = new Clocks();
        await world.holds(some);
        const asleep: (() => void)[] = [];
        let taken = 0;
        const dying = world.clock(() =>
          (taken += 1) > lives ? new Promise<void>((wakes) => asleep.push(wakes)) : Promise.resolve(),
        );
        const other = world.clock(() => Promise.resolve());
        const life = dying.start();
        await settled();
        await other.start();
        const left = world.all.length - world.taken.length;
        expect(left > 0, 'its leases hold').to.equal(asleep.length > 0);
        await world.time.pass(limits.lease - 1);
        expect(world.all.length - world.taken.length).to.equal(left);
        await world.time.pass(1);
        expect(world.taken, 'when they end').to.have.deep.members(world.all);
        for (const wakes of asleep) wakes();
        await life;
        expect(world.taken).to.have.lengthOf(world.all.length);
        expect(world.errors).to.have.lengthOf(asleep.length);
        await Promise.all([dying.close(), other.close()]);
      }),
      { numRuns: 100 },
    );
  });

  it('are not kept from what is due by steps that fail, and try those again', async () => {
    const world = new Clocks();
    await world.holds([[START - 9], [START - 8], [START - 7], [START - 6], [START - 5], [START + 1]]);
    let broken = true;
    const fails = [uriOf(0), uriOf(1), uriOf(2)];
    const clock = world.clock((uri) =>
      broken && fails.includes(uri) ? Promise.reject(new Error('broken')) : Promise.resolve(),
    );
    await clock.start();
    expect(world.taken.map(({ uri }) => uri)).to.deep.equal([uriOf(3), uriOf(4)]);
    expect(world.errors).to.have.lengthOf(3);
    await world.time.pass(limits.retry - 1);
    expect(world.taken.at(-1), 'others go on meanwhile').to.deep.equal({ uri: uriOf(5), due: START + 1 });
    expect(world.errors).to.have.lengthOf(3);
    broken = false;
    await world.time.pass(1);
    expect(world.taken).to.have.deep.members(world.all);
    await clock.close();
  });

  it('leave no leases behind when they are closed', async () => {
    const world = new Clocks();
    await world.holds([[START], [START], [START]]);
    const clock = world.clock(() => Promise.resolve());
    const begun = clock.start();
    await clock.close();
    await begun;
    const left = world.all.length - world.taken.length;
    expect((await world.store.claim({ owner: 'next', now: START, lease: 1, limit: 9 })).steps).to.have.lengthOf(left);
  });

  for (const [title, jump] of [
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ] as const) {
    it(`take no step twice when the clock on the wall is set ${title} between claim and step`, async () => {
      const world = new Clocks();
      await world.holds([[START - 1], [START], [START]]);
      let go = (): void => undefined;
      const gate = new Promise<void>((open) => (go = open));
      const first = world.clock(() => gate);
      const second = world.clock(() => gate);
      const begun = [first.start()];
      await settled();
      world.ahead += jump;
      begun.push(second.start());
      await settled();
      go();
      await Promise.all(begun);
      await world.time.pass(3_600_000 + limits.look);
      expect(world.taken).to.have.deep.members(world.all);
      await Promise.all([first.close(), second.close()]);
    });
  }

  it('wake at once for what another has left, where the clock was set back', async () => {
    const world = new Clocks();
    world.ahead = START + 3_600_000;
    await world.holds([[START]]);
    const dead = world.clock(never);
    void dead.start();
    await settled();
    world.ahead = START + 1;
    const clock = world.clock(() => Promise.resolve());
    await clock.start();
    expect(world.taken).to.deep.equal(world.all);
    await clock.close();
  });
});
