import { expect } from 'chai';
import fc from 'fast-check';
import { MemoryTimers } from '../../lib/store/memory-timers.ts';
import { uriOf } from './changes.ts';

const OWNERS = ['one', 'two', 'three'];

describe('steps that are due in memory', () => {
  // What any store of timers does is proved by its contract.
  it('are with one owner each until his lease ends, and all are handed out in the end', () => {
    const dues = fc.array(fc.nat(50), { minLength: 1, maxLength: 12 });
    const claims = fc.array(fc.record({ owner: fc.constantFrom(...OWNERS), after: fc.nat(8), limit: fc.nat(4) }));
    fc.assert(
      fc.property(dues, claims, fc.integer({ min: 1, max: 20 }), (all, asked, lease) => {
        const timers = new MemoryTimers();
        for (const [index, due] of all.entries()) timers.set(uriOf(`o${index}`), due);
        const until = new Map<string, number>();
        let now = 0;
        const claim = (owner: string, limit: number): void => {
          const { steps, next } = timers.claim({ owner, now, lease, limit });
          expect(steps.length).to.be.at.most(limit);
          for (const { uri, due } of steps) {
            expect(due).to.be.at.most(now);
            expect(until.get(uri) ?? 0, 'the lease of another').to.be.at.most(now);
            until.set(uri, now + lease);
          }
          expect(next).to.be.at.least(now);
        };
        for (const { owner, after, limit } of asked) {
          now += after;
          claim(owner, limit);
        }
        now += 50 + lease;
        claim('last', all.length);
        expect([...until.values()].filter((end) => end === now + lease)).to.have.length(all.length);
      }),
    );
  });

  it('come at once where their object changes, whoever has them', () => {
    const timers = new MemoryTimers();
    timers.set(uriOf('a'), 10);
    expect(timers.claim({ owner: 'one', now: 10, lease: 100, limit: 5 }).steps).to.have.length(1);
    expect(timers.claim({ owner: 'two', now: 11, lease: 100, limit: 5 })).to.deep.equal({ steps: [], next: 110 });
    timers.set(uriOf('a'), 11);
    expect(timers.claim({ owner: 'two', now: 11, lease: 100, limit: 5 }).steps).to.have.length(1);
  });
});
