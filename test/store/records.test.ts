import { expect } from 'chai';
import fc from 'fast-check';
import { MemoryStore } from '../../lib/store/memory.ts';
import type { Records } from '../../lib/store/records.ts';
import { newDirectory, openStore } from './directories.ts';

interface Value {
  readonly text: string;
  readonly list: readonly number[];
}

async function allOf(records: Records<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for await (const slice of records.all()) values.push(...slice);
  return values;
}

const value = (text: string): Value => ({ text, list: [1, 2] });

const STORES = {
  memory: () => Promise.resolve(new MemoryStore()),
  sqlite: () => openStore({ directory: newDirectory(), sliceRows: 2 }),
};

for (const [name, open] of Object.entries(STORES)) {
  describe(`${name}: records`, () => {
    it('are there until they are forgotten, the newest under each id', async () => {
      const records = (await open()).records<Value>('subscription');
      await Promise.all(['b', 'a', 'c', 'd', 'e'].map((id) => records.keep(id, value(id))));
      await records.keep('a', value('again'));
      await records.forget('c');
      await records.forget('never there');
      expect((await allOf(records)).map(({ text }) => text)).to.deep.equal(['again', 'b', 'd', 'e']);
      expect((await allOf(records))[0]).to.deep.equal(value('again'));
    });

    it('are found by their ids and by how these begin', async () => {
      const records = (await open()).records<Value>('subscription');
      await Promise.all(['a 1', 'b 1', 'b 2', 'b 3', 'b', 'c'].map((id) => records.keep(id, value(id))));
      expect(await records.read('b 2')).to.deep.equal(value('b 2'));
      expect(await records.read('b 4')).to.equal(undefined);
      const found: string[] = [];
      for await (const slice of records.startingWith('b ')) found.push(...slice.map(({ text }) => text));
      expect(found).to.deep.equal(['b 1', 'b 2', 'b 3']);
    });

    it('of one kind know nothing of another', async () => {
      const store = await open();
      await store.records<Value>('one').keep('id', value('one'));
      await store.records<Value>('two').forget('id');
      expect(await allOf(store.records<Value>('two'))).to.deep.equal([]);
      expect(await allOf(store.records<Value>('one'))).to.deep.equal([value('one')]);
    });

    it('are what was said last, whatever was said at once', async () => {
      const step = fc.record({ id: fc.constantFrom('a', 'b', 'c'), text: fc.option(fc.string()) });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
          const records = (await open()).records<Value>('any');
          const expected = new Map<string, Value>();
          const done = steps.map(({ id, text }) => {
            if (text === null) expected.delete(id);
            else expected.set(id, value(text));
            return text === null ? records.forget(id) : records.keep(id, value(text));
          });
          await Promise.all(done);
          const sorted = [...expected].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
          expect(await allOf(records)).to.deep.equal(sorted);
        }),
        { numRuns: 10 },
      );
    });
  });
}

describe('sqlite: records', () => {
  it('are there after the store was closed', async () => {
    const directory = newDirectory();
    const store = await openStore({ directory });
    await store.records<Value>('subscription').keep('id', value('kept'));
    await store.close();
    const again = await openStore({ directory });
    expect(await allOf(again.records<Value>('subscription'))).to.deep.equal([value('kept')]);
  });
});
