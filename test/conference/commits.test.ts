import { expect } from 'chai';
import { commitDefaults, Commits } from '../../lib/conference/commits.ts';
import type { ChangeSet, ConferenceRepository } from '../../lib/conference/repository.ts';
import { type ConferenceObject, emptyObject, ObjectEdit } from '../../lib/model/conference-object.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { info } from '../../lib/model/names.ts';
import { Part } from '../../lib/model/part.ts';
import { MemoryStore } from '../../lib/store/memory.ts';

const KEY = '{urn:ietf:params:xml:ns:conference-info}host-info';
const A = 'xcon:a@example.com' as XconUri;
const B = 'xcon:b@example.com' as XconUri;

interface Held {
  readonly sets: readonly ChangeSet[];
  release(): Promise<void>;
  fail(): void;
}

/** A repository whose writes wait until they are released by hand. */
class HeldRepository {
  readonly store = new MemoryStore();
  readonly #waiting: Held[] = [];
  #arrived: (() => void) | undefined;

  get repository(): ConferenceRepository {
    const { store } = this;
    return new Proxy<ConferenceRepository>(store, {
      get: (target, name) => {
        if (name === 'write') return (sets: readonly ChangeSet[]) => this.#write(sets);
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(store) as unknown) : value;
      },
    });
  }

  /** The next write that the commits ask for. */
  async next(): Promise<Held> {
    while (this.#waiting.length === 0) await new Promise<void>((arrived) => (this.#arrived = arrived));
    const [held] = this.#waiting.splice(0, 1);
    if (held === undefined) throw new Error('a write waits');
    return held;
  }

  #write(sets: readonly ChangeSet[]): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({
        sets,
        release: () => this.store.write(sets).then(done, failed),
        fail: () => failed(new Error('the disk is full')),
      });
      this.#arrived?.();
    });
  }
}

function make(uri: XconUri): ConferenceObject {
  return { ...emptyObject(uri, { kind: 'conference', active: false, anonymous: 0 }), version: 1 };
}

function next(
  before: ConferenceObject,
  text: string,
): { before: ConferenceObject; after: ConferenceObject; touched: ObjectEdit['touched'] } {
  const edit = new ObjectEdit(before);
  edit.setSection(KEY, Part.of(info('host-info', {}, [info('display-text', {}, [text])])));
  return { before, after: { ...edit.now, version: before.version + 1 }, touched: edit.touched };
}

const outcome = (commit: Promise<void>): Promise<string> =>
  commit.then(
    () => 'durable',
    () => 'refused',
  );

function setUp() {
  const held = new HeldRepository();
  const commits = new Commits(held.repository, () => 0);
  const heard: string[] = [];
  commits.onChange(({ uri, after }) => heard.push(`${uri} ${String(after?.version)}`));
  return { held, commits, heard };
}

describe('commits', () => {
  it('[M18] of one turn of the event loop share a flush, in order', async () => {
    const { held, commits, heard } = setUp();
    const [a, b] = [make(A), make(B)];
    const done = [commits.commit([{ after: a, touched: [] }], 'x'), commits.commit([{ after: b, touched: [] }], 'x')];
    const flush = await held.next();
    expect(flush.sets.map(([change]) => change?.uri)).to.deep.equal([A, B]);
    expect(heard).to.deep.equal([]);
    await flush.release();
    await Promise.all(done);
    expect(heard).to.deep.equal([`${A} 1`, `${B} 1`]);
  });

  it('build on what is pending, and are told in order after the flush', async () => {
    const { held, commits, heard } = setUp();
    const first = make(A);
    const one = commits.commit([{ after: first, touched: [] }], 'x');
    const flush = await held.next();
    const pending = await commits.newest(A);
    expect(pending).to.equal(first);
    const second = next(first, '2');
    const two = commits.commit([second], 'x');
    expect(await commits.newest(A)).to.equal(second.after);
    expect(commits.isNewest(first)).to.equal(false);
    await flush.release();
    await one;
    expect(heard).to.deep.equal([`${A} 1`]);
    await (await held.next()).release();
    await two;
    expect(heard).to.deep.equal([`${A} 1`, `${A} 2`]);
  });

  it('behind a flush that fails are refused with it, and memory goes back to what is durable', async () => {
    const { held, commits, heard } = setUp();
    const first = make(A);
    const one = commits.commit([{ after: first, touched: [] }], 'x');
    await (await held.next()).release();
    await one;
    const second = next(first, '2');
    const two = outcome(commits.commit([second], 'x'));
    const failing = await held.next();
    const third = next(second.after, '3');
    const three = outcome(commits.commit([third], 'x'));
    const told = commits.becomesDurable(third.after);
    failing.fail();
    expect(await Promise.all([two, three])).to.deep.equal(['refused', 'refused']);
    expect(await told).to.equal(false);
    expect(await commits.becomesDurable(second.after)).to.equal(false);
    expect((await commits.newest(A))?.version).to.equal(1);
    expect(heard).to.deep.equal([`${A} 1`]);
    const again = commits.commit([next((await commits.newest(A)) ?? first, '2 again')], 'x');
    await (await held.next()).release();
    await again;
    expect((await commits.newest(A))?.version).to.equal(2);
  });

  it('that are enough for a flush do not wait for the one before, and are given up with it', async () => {
    const held = new HeldRepository();
    const commits = new Commits(held.repository, () => 0, { ...commitDefaults, enough: 2 });
    const [a, b] = [make(A), make(B)];
    const one = outcome(commits.commit([{ after: a, touched: [] }], 'x'));
    const first = await held.next();
    const two = outcome(commits.commit([next(a, '2')], 'x'));
    const three = outcome(commits.commit([{ after: b, touched: [] }], 'x'));
    const second = await held.next();
    expect(second.sets.map(([change]) => change?.uri)).to.deep.equal([A, B]);
    const four = outcome(commits.commit([next(b, '2')], 'x'));
    first.fail();
    expect(await Promise.all([one, two, three, four])).to.deep.equal(['refused', 'refused', 'refused', 'refused']);
    const again = outcome(commits.commit([{ after: make(B), touched: [] }], 'x'));
    const third = await held.next();
    second.fail();
    await third.release();
    expect(await again).to.equal('durable');
    await commits.drain();
    expect((await commits.newest(A))?.version).to.equal(undefined);
    expect((await commits.newest(B))?.version).to.equal(1);
  });

  it('hold back who is to be told of what is not durable yet', async () => {
    const { held, commits } = setUp();
    const first = make(A);
    const one = commits.commit([{ after: first, touched: [] }], 'x');
    const flush = await held.next();
    let told = false;
    const reader = commits.becomesDurable(first).then((durable) => (told = durable));
    await Promise.resolve();
    expect(told).to.equal(false);
    await flush.release();
    await Promise.all([one, reader]);
    expect(told).to.equal(true);
  });

  it('go on when a listener fails', async () => {
    const { held, commits, heard } = setUp();
    const warned = new Promise((warn) => process.once('warning', warn));
    commits.onChange(() => {
      throw new Error('a listener that fails');
    });
    for (const uri of [A, B]) {
      const done = commits.commit([{ after: make(uri), touched: [] }], 'x');
      await (await held.next()).release();
      await done;
    }
    await commits.drain();
    expect(heard).to.deep.equal([`${A} 1`, `${B} 1`]);
    expect(await warned).to.have.property('message', 'a listener that fails');
  });

  it('keep the object that is worked on, however small the memory', async () => {
    const store = new MemoryStore();
    const commits = new Commits(store, () => 0, { ...commitDefaults, batch: 1, cached: 1 });
    await commits.commit([{ after: make(A), touched: [] }], 'x');
    const found = await commits.newest(A);
    expect(found !== undefined && commits.isNewest(found)).to.equal(true);
  });

  it('load what is stored as it was', async () => {
    const store = new MemoryStore();
    const first = make(A);
    await new Commits(store, () => 0).commit([{ after: first, touched: [] }], 'x');
    const commits = new Commits(store, () => 0);
    await commits.commit([next((await commits.newest(A)) ?? first, 'text')], 'y');
    const loaded = await new Commits(store, () => 0).newest(A);
    expect(loaded?.version).to.equal(2);
    expect(loaded?.sections.get(KEY)?.bytes.toString()).to.include('text');
    expect((await store.changes({ after: 0, limit: 9 })).map(({ by, version }) => [by, version])).to.deep.equal([
      ['x', 1],
      ['y', 2],
    ]);
  });
});
