import fc from 'fast-check';
import { expect } from 'chai';
import type { ConferenceRepository, ObjectChange } from '../../lib/conference/repository.ts';
import { MemoryStore } from '../../lib/store/memory.ts';
import { change, deletion, header, uriOf } from './changes.ts';
import { newDirectory, openStore } from './directories.ts';

const IDS = [0, 1, 2, 3, 4];
const owner = fc.constantFrom('one', 'two', 'three');
/** The clock on the wall, which somebody may set back. */
const now = fc.integer({ min: 0, max: 60 });

const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ owner, now, lease: fc.integer({ min: 1, max: 9 }), limit: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ id: fc.constantFrom(...IDS), due: fc.option(now, { nil: undefined }) }) },
  { weight: 1, arbitrary: fc.record({ gone: fc.constantFrom(...IDS) }) },
  { weight: 1, arbitrary: fc.record({ owner, ids: fc.subarray([...IDS]), now, until: now }) },
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** Does the same to any store; each object has moments of its own, so that the order is one. */
class Run {
  readonly #store: ConferenceRepository;
  readonly #run: number;
  readonly #versions = new Map<number, number>();

  constructor(store: ConferenceRepository, run: number) {
    this.#store = store;
    this.#run = run;
  }

  async does(one: Action): Promise<unknown> {
    if ('id' in one) {
      const due = one.due === undefined ? {} : { due: one.due + one.id / 10 };
      return this.#write(one.id, (expected) => change(this.#uri(one.id), expected, [], { header: header(due) }));
    }
    if ('gone' in one) {
      if (!this.#versions.has(one.gone)) return undefined;
      await this.#write(one.gone, (expected) => deletion(this.#uri(one.gone), expected));
      return this.#versions.delete(one.gone);
    }
    if ('ids' in one) return this.#store.putOff({ ...one, uris: one.ids.map((id) => this.#uri(id)) });
    return this.#store.claim(one);
  }

  async ends(): Promise<void> {
    for (const gone of [...this.#versions.keys()]) await this.does({ gone });
  }

  async #write(id: number, make: (expected: number) => ObjectChange): Promise<void> {
    const expected = this.#versions.get(id) ?? 0;
    this.#versions.set(id, expected + 1);
    await this.#store.write([[make(expected)]]);
  }

  #uri(id: number) {
    return uriOf(`${this.#run}-${id}`);
  }
}

describe('any sequence of claims and changes', () => {
  it('gets from SQLite what it gets from memory', async function () {
    this.timeout(60_000);
    const sqlite = await openStore({ directory: newDirectory() });
    let runs = 0;
    let claimed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 25 }), async (actions) => {
        const run = (runs += 1);
        const [one, other] = [new Run(new MemoryStore(), run), new Run(sqlite, run)];
        for (const each of actions) {
          const expected = await one.does(each);
          expect(await other.does(each)).to.deep.equal(expected);
          if ('limit' in each && JSON.stringify(expected).includes('uri')) claimed += 1;
        }
        await other.ends();
      }),
      { numRuns: 150 },
    );
    expect(claimed, 'something is claimed').to.be.greaterThan(50);
    expect(await sqlite.check()).to.deep.equal([]);
    await sqlite.close();
  });
});
