import fc from 'fast-check';
import { expect } from 'chai';
import { VersionConflict, type ChangeSet, type ObjectChange } from '../../lib/conference/repository.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { MemoryStore } from '../../lib/store/memory.ts';
import { change, section, uriOf, user, whole } from './changes.ts';
import { newDirectory, openStore } from './directories.ts';
import type { Store } from './contract.ts';

const IDS = [0, 1, 2, 3];
const IDENTITIES = ['al', 'bo', 'cy'];

const part = fc
  .record({
    kind: fc.constantFrom('user', 'section'),
    key: fc.constantFrom('p', 'q', 'r'),
    after: fc.option(fc.string({ maxLength: 12, unit: 'grapheme' }), { nil: undefined }),
    identities: fc.subarray([...IDENTITIES]),
  })
  .map(({ kind, key, after, identities }) =>
    (kind === 'user' ? user : section)(key, after, after === undefined ? [] : identities),
  );

/** Expected versions are mostly right; `ahead` makes some wrong. */
const step = fc.record({
  id: fc.constantFrom(...IDS),
  ahead: fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -1, max: 2 }) }),
  removed: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  parts: fc.array(part, { maxLength: 4 }),
  at: fc.nat(20),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const batches = fc.array(fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 3 }), { maxLength: 8 });

/** The objects and identities of one run, apart from those of others in the same store. */
class World {
  readonly #run: number;

  constructor(run: number) {
    this.#run = run;
  }

  /** Makes sets out of steps, each change upon the version that the one before leaves when none is refused. */
  sets(batch: readonly (readonly Step[])[], versions: Map<number, number>): ChangeSet[] {
    return batch.map((set) =>
      set.map(({ id, ahead, removed, parts, at }): ObjectChange => {
        const expected = Math.max(0, (versions.get(id) ?? 0) + ahead);
        const version = removed ? 0 : expected + 1;
        versions.set(id, version);
        const own = parts.map((one) => ({ ...one, identities: one.identities.map((name) => this.#identity(name)) }));
        return change(this.#uri(id), expected, own, { version, at });
      }),
    );
  }

  async versions(store: Store): Promise<Map<number, number>> {
    const objects = await Promise.all(IDS.map((id) => whole(store, this.#uri(id))));
    return new Map(objects.map((found, id) => [id, found?.object.version ?? 0]));
  }

  async everything(store: Store) {
    const identities = [...IDENTITIES.map((name) => [name]), IDENTITIES].map((names) =>
      names.map((name) => this.#identity(name)),
    );
    return {
      objects: await Promise.all(IDS.map((id) => whole(store, this.#uri(id)))),
      lists: await Promise.all(
        identities.map((some) => store.list({ kind: 'conference', limit: 9, identities: some })),
      ),
      log: await Promise.all(
        IDS.map(async (id) => {
          const changes = await store.changes({ after: 0, limit: 1_000, uri: this.#uri(id) });
          return changes.map((entry) => ({ ...entry, position: undefined }));
        }),
      ),
    };
  }

  #uri(id: number): XconUri {
    return uriOf(`${this.#run}-${id}`);
  }

  #identity(name: string): string {
    return `${name} of ${this.#run}`;
  }
}

const outcome = (store: Store, sets: readonly ChangeSet[]): Promise<string> =>
  store.write(sets).then(
    () => 'written',
    (error: unknown) => (error instanceof VersionConflict ? `conflict on ${error.uri}` : String(error)),
  );

describe('any sequence of sets', () => {
  it('leaves SQLite as it leaves memory', async function () {
    this.timeout(180_000);
    const logs = await Promise.all(
      [1, 2, 3].map((logVersions) => openStore({ directory: newDirectory(), logVersions })),
    );
    const seen = new Set<string>();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        batches,
        fc.nat(20),
        fc.constantFrom(...logs.entries()),
        async (some, before, [index, sqlite]) => {
          const world = new World((run += 1));
          await sqlite.trimLog(Infinity); // what other runs left
          const memory = new MemoryStore({ logVersions: index + 1 });
          for (const batch of some) {
            const sets = world.sets(batch, await world.versions(memory));
            const expected = await outcome(memory, sets);
            expect(await outcome(sqlite, sets)).to.equal(expected);
            seen.add(expected.slice(0, 8));
          }
          expect(await world.everything(sqlite)).to.deep.equal(await world.everything(memory));
          await Promise.all([memory.trimLog(before), sqlite.trimLog(before)]);
          expect((await world.everything(sqlite)).log).to.deep.equal((await world.everything(memory)).log);
        },
      ),
      { numRuns: 150 },
    );
    expect([...seen], 'both outcomes occur').to.have.members(['written', 'conflict']);
    for (const sqlite of logs) {
      expect(await sqlite.check()).to.deep.equal([]);
      await sqlite.close();
    }
  });
});
