import { expect } from 'chai';
import { VersionConflict, type Claimed, type ObjectChange } from '../../lib/conference/repository.ts';
import { change, deletion, header, rejection, uriOf } from './changes.ts';
import type { Store } from './contract.ts';

/** A change after which there is something to do at a moment, or nothing. */
export const timed = (id: string, expected: number, due?: number): ObjectChange =>
  change(uriOf(id), expected, [], { header: header(due === undefined ? {} : { due }) });

const step = (id: string, due: number) => ({ uri: uriOf(id), due });

export function timerContract(name: string, open: () => Promise<Store>): void {
  describe(`${name}: timers with leases`, () => {
    let store: Store;
    beforeEach(async () => void (store = await open()));
    afterEach(() => store.close());

    const claim = (owner: string, now: number, { lease = 30, limit = 9 } = {}): Promise<Claimed> =>
      store.claim({ owner, now, lease, limit });

    it('hands out what is due, the earliest first, and tells when there is more', async () => {
      expect(await claim('one', 1_000)).to.deep.equal({ steps: [], next: Infinity });
      await store.write([[timed('a', 0, 400)], [timed('b', 0, 100)], [timed('c', 0)], [timed('d', 0, 200)]]);
      expect(await claim('one', 99)).to.deep.equal({ steps: [], next: 100 });
      expect(await claim('one', 200, { limit: 1 })).to.deep.equal({ steps: [step('b', 100)], next: 200 });
      expect(await claim('one', 200, { limit: 1 })).to.deep.equal({ steps: [step('d', 200)], next: 230 });
      expect(await claim('one', 200, { lease: 300 }), 'leased').to.deep.equal({ steps: [], next: 230 });
      expect(await claim('one', 229, { lease: 300 })).to.deep.equal({ steps: [], next: 230 });
    });

    it('gives each step to one of those who claim at once', async () => {
      const ids = Array.from({ length: 50 }, (_, index) => `o${String(index).padStart(2, '0')}`);
      await store.write(ids.map((id, index) => [timed(id, 0, index + 1)]));
      const claims = await Promise.all(
        Array.from({ length: 12 }, (_, index) => claim(index % 2 === 0 ? 'one' : 'two', 1_000, { limit: 7 })),
      );
      expect(claims.flatMap(({ steps }) => steps)).to.deep.equal(ids.map((id, index) => step(id, index + 1)));
      expect(claims.map(({ steps }) => steps.length)).to.deep.equal([7, 7, 7, 7, 7, 7, 7, 1, 0, 0, 0, 0]);
    });

    it('gives what is leased to nobody, and when the lease ends to whoever asks', async () => {
      await store.write([[timed('a', 0, 100)]]);
      await claim('one', 100);
      for (const owner of ['one', 'two']) {
        expect(await claim(owner, 129), owner).to.deep.equal({ steps: [], next: 130 });
      }
      expect(await claim('two', 130)).to.deep.equal({ steps: [step('a', 100)], next: 160 });
      expect((await claim('one', 159)).steps).to.deep.equal([]);
    });

    it('ends a lease with the change that takes the step, and times the next', async () => {
      await store.write([[timed('a', 0, 100)], [timed('b', 0, 100)]]);
      await claim('one', 100);
      await store.write([[timed('a', 1, 105)], [timed('b', 1)]]);
      expect(await claim('two', 100)).to.deep.equal({ steps: [], next: 105 });
      expect(await claim('two', 105)).to.deep.equal({ steps: [step('a', 105)], next: 135 });
    });

    it('ends a lease with any change of its object, and with no change of another', async () => {
      await store.write([[timed('a', 0, 100)], [timed('b', 0, 100)]]);
      await claim('one', 100);
      await store.write([[timed('a', 1, 100)]]);
      expect(await claim('two', 101)).to.deep.equal({ steps: [step('a', 100)], next: 130 });
    });

    it('keeps a lease where the change is refused', async () => {
      await store.write([[timed('a', 0, 100)], [timed('b', 0, 100)]]);
      await claim('one', 100);
      const late = store.write([[timed('a', 1, 500), timed('b', 7, 500)]]);
      expect(await rejection(late)).to.be.instanceOf(VersionConflict);
      expect(await claim('two', 110)).to.deep.equal({ steps: [], next: 130 });
    });

    it('forgets what is to be done for an object that is gone', async () => {
      await store.write([[timed('a', 0, 100)], [timed('b', 0, 200)]]);
      await claim('one', 100);
      await store.write([[deletion(uriOf('a'), 1)], [deletion(uriOf('b'), 1)]]);
      expect(await claim('two', 500)).to.deep.equal({ steps: [], next: Infinity });
      await store.write([[timed('a', 0, 300)]]);
      expect((await claim('two', 500)).steps, 'made anew').to.deep.equal([step('a', 300)]);
    });

    it('puts off what could not be done, so that it is in the way of nothing', async () => {
      const ids = ['a', 'b', 'c', 'd', 'e'];
      await store.write(ids.map((id, index) => [timed(id, 0, index + 1)]));
      const first = await claim('one', 100, { limit: 2 });
      await store.putOff({ owner: 'one', uris: first.steps.map(({ uri }) => uri), now: 101, until: 105 });
      const second = await claim('one', 102, { limit: 2 });
      expect(second.steps.map(({ due }) => due)).to.deep.equal([3, 4]);
      expect(await claim('one', 103, { limit: 2 })).to.deep.equal({ steps: [step('e', 5)], next: 105 });
      expect((await claim('two', 105)).steps.map(({ due }) => due)).to.deep.equal([1, 2]);
    });

    it('puts off nothing that its owner does not have any more', async () => {
      await store.write([[timed('a', 0, 100)], [timed('b', 0, 100)]]);
      await claim('one', 100);
      await claim('two', 130);
      await store.write([[timed('b', 1, 140)]]);
      await store.putOff({ owner: 'one', uris: [uriOf('a'), uriOf('b'), uriOf('none')], now: 131, until: 9_000 });
      expect(await claim('one', 140)).to.deep.equal({ steps: [step('b', 140)], next: 160 });
    });

    it('counts no lease that begins in the future, for the clock was set back', async () => {
      await store.write([[timed('a', 0, 100)], [timed('b', 0, 5_000)]]);
      await claim('one', 9_000);
      expect(await claim('two', 4_000)).to.deep.equal({ steps: [step('a', 100)], next: 4_030 });
      expect(await claim('two', 5_000)).to.deep.equal({ steps: [step('a', 100), step('b', 5_000)], next: 5_030 });
    });
  });
}
