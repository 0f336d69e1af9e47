import { expect } from 'chai';
import {
  VersionConflict,
  type Bookable,
  type ConferenceRepository,
  type PartChange,
} from '../../lib/conference/repository.ts';
import type { DirectoryRepository } from '../../lib/directory/repository.ts';
import { SLICE } from '../../lib/store/layout.ts';
import {
  change,
  deletion,
  DESCRIPTION,
  header,
  rejection,
  section,
  texts,
  uriOf,
  user,
  userIdOf,
  whole,
} from './changes.ts';
import { directoryContract } from './directory-contract.ts';
import { timerContract } from './timer-contract.ts';

export type Store = ConferenceRepository & DirectoryRepository & { close(): Promise<void> };

const A = uriOf('a');
const B = uriOf('b');

/** What every store must do; `open` gives a new, empty one. */
export function contract(name: string, open: (options?: { logVersions: number }) => Promise<Store>): void {
  describe(`${name}: the repository of conferences`, () => {
    let store: Store;
    beforeEach(async () => void (store = await open()));
    afterEach(() => store.close());

    it('gives back what was written, sections first, users and sidebars in the order of their making', async () => {
      const headers = header({
        kind: 'blueprint',
        parent: { uri: B, independent: true },
        attributes: [{ namespace: 'urn:x', local: 'y', value: 'ü' }],
        active: true,
        anonymous: 3,
      });
      const sidebar: PartChange = { kind: 'sidebar', key: B, after: Buffer.from('<entry/>'), identities: [] };
      const parts = [
        user('zoe', '<user>Zoë</user>'),
        sidebar,
        section('b', '<b/>'),
        user('al', ''),
        section('a', '<a/>'),
      ];
      await store.write([[change(A, 0, parts, { header: headers, version: 7 })]]);
      const found = await whole(store, A);
      expect(found?.object).to.deep.equal({ uri: A, version: 7, header: headers });
      expect(found?.parts.map(({ key }) => key)).to.deep.equal(['b', 'a', userIdOf('zoe'), userIdOf('al'), B]);
      expect(found?.parts.map(({ bytes }) => bytes.toString())).to.deep.equal([
        '<b/>',
        '<a/>',
        '<user>Zoë</user>',
        '',
        '<entry/>',
      ]);
      expect(found?.parts.map(({ facts }) => facts)).to.deep.equal([
        undefined,
        undefined,
        parts[0]?.facts,
        parts[3]?.facts,
        undefined,
      ]);
    });

    it('knows nothing of an object that was never written', async () => {
      expect(await store.load(A)).to.equal(undefined);
      expect(await store.list({ kind: 'conference', limit: 10 })).to.deep.equal([]);
      expect(await store.count('conference')).to.equal(0);
      expect(await store.changes({ after: 0, limit: 10 })).to.deep.equal([]);
    });

    it('keeps the place of a part that is replaced and gives one that comes anew the last place', async () => {
      await store.write([[change(A, 0, [user('a', '1'), user('b', '2'), user('c', '3')])]]);
      await store.write([[change(A, 1, [user('b', undefined), user('a', 'one')])], [change(A, 2, [user('b', 'two')])]]);
      expect(await texts(store, A)).to.deep.equal(['one', '3', 'two']);
    });

    it('takes the removal of a part that is not there', async () => {
      await store.write([[change(A, 0, [user('a', undefined), section('b', 'here')])]]);
      expect(await texts(store, A)).to.deep.equal(['here']);
    });

    it('takes a change of the header alone', async () => {
      await store.write([
        [change(A, 0, [section('a', 'a')])],
        [change(A, 1, [], { header: header({ active: true }) })],
      ]);
      expect((await whole(store, A))?.object).to.deep.equal({ uri: A, version: 2, header: header({ active: true }) });
    });

    it('loads an object as it was when asked, whatever is written meanwhile', async () => {
      const many = Array.from({ length: 1_200 }, (_, index) => user(`u${index}`, 'before'));
      await store.write([[change(A, 0, many)]]);
      const loading = store.load(A);
      const writing = store.write([
        [
          change(
            A,
            1,
            many.map((part) => ({ ...part, after: Buffer.from('after') })),
          ),
        ],
      ]);
      const loaded = await loading;
      const found = new Set<string>();
      let parts = 0;
      let slices = 0;
      for await (const slice of loaded!.parts) {
        for (const { bytes } of slice) found.add(bytes.toString());
        parts += slice.length;
        slices += 1;
        await writing;
      }
      expect([...found]).to.deep.equal([loaded!.object.version === 1 ? 'before' : 'after']);
      expect(parts).to.equal(1_200);
      expect(slices).to.equal(Math.ceil(1_200 / SLICE));
      expect((await whole(store, A))?.object.version).to.equal(2);
    });

    for (const [title, expected] of [
      ['a version that is not the stored one', 1],
      ['an object that is there already', 0],
    ] as const) {
      it(`refuses a change that expects ${title}, and writes nothing of its set`, async () => {
        await store.write([[change(A, 0, [section('a', 'old')])], [change(A, 1)]]);
        const set = [change(B, 0, [section('b', 'b')]), change(A, expected, [section('a', 'new')])];
        const error = await rejection(store.write([set]));
        expect(error).to.be.instanceOf(VersionConflict).with.property('uri', A);
        expect(await texts(store, A)).to.deep.equal(['old']);
        expect(await store.load(B)).to.equal(undefined);
        expect(await store.changes({ after: 0, limit: 10 })).to.have.length(2);
      });
    }

    it('refuses a change of an object that is not there', async () => {
      const error = await rejection(store.write([[change(A, 3)]]));
      expect(error).to.be.instanceOf(VersionConflict).with.property('uri', A);
    });

    it('writes the sets before one that is refused and none after it', async () => {
      const error = await rejection(
        store.write([[change(A, 0, [section('a', '1')])], [change(A, 5)], [change(B, 0)], [change(A, 1)]]),
      );
      expect(error).to.be.instanceOf(VersionConflict).with.property('uri', A);
      expect((await whole(store, A))?.object.version).to.equal(1);
      expect(await store.load(B)).to.equal(undefined);
      await store.write([[change(A, 1)], [change(B, 0)]]);
      expect(await store.count('conference')).to.equal(2);
    });

    it('writes what is asked for at once in the order of asking', async () => {
      const writes = Array.from({ length: 20 }, (_, version) =>
        store.write([[change(A, version, [section('a', String(version))])]]),
      );
      await Promise.all(writes);
      expect(await texts(store, A)).to.deep.equal(['19']);
    });

    it('chains several changes of one object within a set, down to its making anew', async () => {
      const made = change(A, 0, [section('a', 'first'), user('al', 'x')]);
      await store.write([
        [made, change(A, 1, [section('a', 'second')]), deletion(A, 2), change(A, 0, [section('b', 'anew')])],
      ]);
      expect(await texts(store, A)).to.deep.equal(['anew']);
      expect(await store.list({ kind: 'conference', identities: [userIdOf('al')], limit: 9 })).to.deep.equal([]);
    });

    it('deletes an object with its parts and its places in lists, but not from the log', async () => {
      await store.write([[change(A, 0, [user('al', 'x')])]]);
      await store.write([[deletion(A, 1)]]);
      expect(await store.load(A)).to.equal(undefined);
      expect(await store.list({ kind: 'conference', identities: [userIdOf('al')], limit: 9 })).to.deep.equal([]);
      expect(await store.count('conference')).to.equal(0);
      expect((await store.changes({ after: 0, limit: 9 })).map(({ version }) => version)).to.deep.equal([1, 0]);
    });

    it('leaves the bytes that it was given as they are', async () => {
      const shared = Buffer.from('shared text, of which a part is stored');
      const parts = [{ kind: 'section', key: 'a', after: shared.subarray(0, 11), identities: [] }] as const;
      await Promise.all([store.write([[change(A, 0, parts)]]), store.write([[change(B, 0, parts)]])]);
      expect(shared.toString()).to.equal('shared text, of which a part is stored');
      expect(await texts(store, B)).to.deep.equal(['shared text']);
    });

    it('lists by kind, by URI, page by page, with the description', async () => {
      const parts = [section(DESCRIPTION, '<d/>'), section('other', '<o/>')];
      await store.write([
        [change(B, 0), change(A, 0, parts), change(uriOf('c'), 0, [], { header: header({ kind: 'blueprint' }) })],
      ]);
      expect(await store.list({ kind: 'conference', limit: 9 })).to.deep.equal([
        { uri: A, header: header(), description: Buffer.from('<d/>') },
        { uri: B, header: header() },
      ]);
      expect((await store.list({ kind: 'conference', limit: 1 })).map(({ uri }) => uri)).to.deep.equal([A]);
      expect((await store.list({ kind: 'conference', after: A, limit: 9 })).map(({ uri }) => uri)).to.deep.equal([B]);
      expect((await store.list({ kind: 'blueprint', limit: 9 })).map(({ uri }) => uri)).to.deep.equal([uriOf('c')]);
      expect([await store.count('conference'), await store.count('blueprint')]).to.deep.equal([2, 1]);
    });

    it('lists more objects than one slice holds', async () => {
      const uris = Array.from({ length: 1_100 }, (_, index) => uriOf(String(index).padStart(4, '0')));
      await store.write([uris.map((uri) => change(uri, 0, [section('a', '', ['al'])]))]);
      const listed = await store.list({ kind: 'conference', identities: ['al'], limit: 1_050 });
      expect(listed.map(({ uri }) => uri)).to.deep.equal(uris.slice(0, 1_050));
      expect(await store.list({ kind: 'conference', limit: 5_000 })).to.have.length(1_100);
    });

    it('lists an object once under any of the identities that its parts name', async () => {
      await store.write([
        [change(A, 0, [user('al', '', ['al', 'sip:al']), section('lists', '', ['al', '*@example.com'])])],
        [change(B, 0, [user('bo', '', ['bo']), section('lists', '', ['*@example.com'])])],
        [change(uriOf('c'), 0, [user('bo', '', ['bo'])], { header: header({ kind: 'blueprint' }) })],
      ]);
      const listed = async (identities: string[], after = '') =>
        (await store.list({ kind: 'conference', identities, after, limit: 9 })).map(({ uri }) => uri);
      expect(await listed(['al'])).to.deep.equal([A]);
      expect(await listed(['bo', 'al', '*@example.com'])).to.deep.equal([A, B]);
      expect(await listed(['bo', 'al', '*@example.com'], A)).to.deep.equal([B]);
      expect(await listed(['cy'])).to.deep.equal([]);
      expect(await listed([])).to.deep.equal([]);
    });

    it('follows identities as parts change: gone only when the last part that names one lets it go', async () => {
      const under = async (identity: string) =>
        (await store.list({ kind: 'conference', identities: [identity], limit: 9 })).length;
      await store.write([[change(A, 0, [user('al', '1', ['x', 'y']), section('lists', '1', ['x'])])]]);
      await store.write([[change(A, 1, [user('al', '2', ['y', 'z'])])]]);
      expect([await under('x'), await under('y'), await under('z')]).to.deep.equal([1, 1, 1]);
      await store.write([[change(A, 2, [section('lists', undefined), user('al', '3', ['z'])])]]);
      expect([await under('x'), await under('y'), await under('z')]).to.deep.equal([0, 0, 1]);
    });

    it('names the children that depend on an object, not the independent ones', async () => {
      const child = (id: string, independent: boolean) =>
        change(uriOf(id), 0, [], { header: header({ parent: { uri: A, independent } }) });
      await store.write([
        [change(A, 0)],
        [child('c3', false), child('c1', false), child('c2', true), child('c4', false)],
      ]);
      expect(await store.dependants(A, 2)).to.deep.equal([uriOf('c1'), uriOf('c3')]);
      await store.write([[change(uriOf('c1'), 1, [], { header: header({ parent: { uri: A, independent: true } }) })]]);
      expect(await store.dependants(A, 9)).to.deep.equal([uriOf('c3'), uriOf('c4')]);
    });

    it('logs each change as it was written, under positions that grow', async () => {
      const made = change(A, 0, [user('al', 'one'), section('empty', '')], { by: 'xcon-userid:al@example.com', at: 5 });
      const replaced: typeof made.parts = [{ ...user('al', 'two'), before: Buffer.from('one') }];
      const removed: typeof made.parts = [{ kind: 'section', key: 'empty', before: Buffer.from(''), identities: [] }];
      const later = [change(A, 1, replaced), change(B, 0), change(A, 2, removed)];
      await store.write([[made], later]);
      const log = await store.changes({ after: 0, limit: 9 });
      expect(log).to.deep.equal([made, ...later].map((one, index) => ({ ...one, position: log[index]?.position })));
      const positions = log.map(({ position }) => position);
      expect(positions)
        .to.deep.equal(positions.toSorted((a, b) => a - b))
        .and.to.satisfy(() => new Set(positions).size === 4);
      expect(await store.changes({ after: positions[1]!, limit: 1 })).to.deep.equal([log[2]]);
      const newer = log.filter(({ uri, version }) => uri === A && version >= 2);
      expect(await store.changes({ after: 0, limit: 9, uri: A, from: 2 })).to.deep.equal(newer);
      expect(await store.changes({ after: positions[0]!, limit: 9, uri: A })).to.deep.equal([log[1], log[3]]);
      expect(await store.changes({ after: positions[3]!, limit: 9 })).to.deep.equal([]);
      expect(await store.newestPosition()).to.equal(positions[3]);
    });

    it('remembers where each follower of the log is', async () => {
      expect([await store.newestPosition(), await store.position('dial-out')]).to.deep.equal([0, 0]);
      await store.setPosition('dial-out', 4);
      await store.setPosition('dial-out', 7);
      expect([await store.position('dial-out'), await store.position('mail')]).to.deep.equal([7, 0]);
    });

    const versions = async (of: Store, uri = A) =>
      (await of.changes({ after: 0, limit: 999, uri })).map(({ version }) => version);

    it('leaves no hole in the log of an object, even after the clock was set back', async () => {
      for (const [version, at] of [5, 50, 6, 60].entries()) await store.write([[change(A, version, [], { at })]]);
      await store.trimLog(40);
      expect(await versions(store)).to.deep.equal([2, 3, 4]);
    });

    it('forgets logged changes of any object that are too old, and goes on counting', async () => {
      for (let version = 0; version < 4; version++)
        await store.write([[change(A, version, [], { at: version * 100 })]]);
      await store.write([[change(B, 0, [], { at: 400 })]]);
      await store.trimLog(200);
      expect([await versions(store), await versions(store, B)]).to.deep.equal([[3, 4], [1]]);
      await store.trimLog(Infinity);
      expect([await versions(store), await versions(store, B)]).to.deep.equal([[], []]);
      await store.write([[change(A, 4)]]);
      expect((await store.changes({ after: 0, limit: 9 })).map(({ position }) => position)).to.deep.equal([6]);
    });

    it('forgets old changes by the thousand, however long they are', async () => {
      const many = Array.from({ length: 1_201 }, (_, version) => [change(A, version, [], { at: version })]);
      const long = change(B, 0, [section('long', '.'.repeat(5_000_000))], { at: 0 });
      await store.write([[long], ...many]);
      await store.trimLog(1_190);
      expect(await versions(store, B)).to.deep.equal([]);
      expect((await versions(store)).length).to.equal(11);
    });

    it('forgets the oldest changes of an object that has more than it may, and those of no other', async () => {
      const short = await open({ logVersions: 3 });
      await short.write([[change(B, 0)]]);
      for (let version = 0; version < 5; version++) await short.write([[change(A, version)]]);
      expect([await versions(short), await versions(short, B)]).to.deep.equal([[3, 4, 5], [1]]);
      await short.write([[deletion(A, 5)]]);
      expect(await versions(short)).to.deep.equal([4, 5, 0]);
      await short.close();
    });

    it('sums up what changes book, of each owner and of all, and forgets what is over', async () => {
      const booked = (id: string, owner: string, steps: number[]) => [
        change(uriOf(id), 0, [], { booking: { owner, steps } }),
      ];
      await store.write([
        booked('b1', 'al', [-2, 1, 1, -1, -1, -1]),
        booked('b2', 'al', [4, 1, 5, 9, -1, -5]),
        booked('b3', 'bo', [4, 1, 2, 6, -1, -2]),
        booked('b4', 'bo', [2, 1, 7, 4, -1, -7]),
      ]);
      expect(await store.bookings('', 0, 9)).to.deep.equal([2, 1, 7, 4, 1, 0, 6, -1, -2]);
      expect(await store.bookings('al', -9, 99)).to.deep.equal([-2, 1, 1, -1, -1, -1, 4, 1, 5, 9, -1, -5]);
      expect(await store.bookings('cy', -9, 99)).to.deep.equal([]);
      await store.trimBookings(5);
      expect(await store.bookings('', -9, 99)).to.deep.equal([-2, 1, 1, -1, -1, -1, 6, -1, -2, 9, -1, -5]);
      expect((await store.changes({ after: 0, limit: 9 })).some((one) => 'booking' in one)).to.equal(false);
    });

    it('books with a set or not at all', async () => {
      const booking = { owner: 'al', steps: [4, 1, 5, 9, -1, -5] };
      const set = [change(A, 0, [], { booking }), change(B, 7)];
      expect(await rejection(store.write([set]))).to.be.instanceOf(VersionConflict);
      expect(await store.bookings('', 0, 99)).to.deep.equal([]);
    });

    it('begins a count of all bookings with none, and knows by which rules', async () => {
      expect(await store.bookingState()).to.equal(undefined);
      await store.write([[change(A, 0, [], { booking: { owner: 'al', steps: [4, 1, 5, 9, -1, -5] } })]]);
      await store.countBookingsAnew({ rules: 'r', era: 2, isCounted: false });
      expect(await store.bookings('', 0, 99)).to.deep.equal([]);
      expect(await store.bookings('al', 0, 99)).to.deep.equal([]);
      await store.bookingsCounted();
      expect(await store.bookingState()).to.deep.equal({ rules: 'r', era: 2, isCounted: true });
    });

    it('names what is to be booked further, the earliest first', async () => {
      const more = (id: string, at?: number) => {
        const plan = { people: 1, until: 0, ...(at !== undefined && { more: at }) };
        return change(uriOf(id), 0, [], { header: header({ booked: { era: 1, owner: 'al', plan } }) });
      };
      await store.write([
        [more('c'), more('a', 2e12), more('f', 1e12), more('d', 1e12), more('b', 3e12), change(uriOf('e'), 0)],
      ]);
      const named = async (after?: Bookable, limit = 9) =>
        (await store.bookable({ before: 2.5e12, limit, ...(after && { after }) })).map(({ uri }) => uri);
      expect(await named()).to.deep.equal(['d', 'f', 'a'].map(uriOf));
      expect(await named(undefined, 2)).to.deep.equal(['d', 'f'].map(uriOf));
      expect(await named({ uri: uriOf('d'), more: 1e12 })).to.deep.equal(['f', 'a'].map(uriOf));
      expect(await named({ uri: uriOf('a'), more: 2e12 })).to.deep.equal([]);
    });

    it('counts the changes of an object once in a while where it keeps many', async () => {
      const long = await open({ logVersions: 160 });
      for (let version = 0; version < 400; version++) {
        await long.write([[change(A, version)]]);
        expect((await versions(long)).length).to.be.at.most(180);
      }
      expect((await versions(long)).at(0)).to.equal(241);
      await long.close();
    }).timeout(180_000);

    it('counts those of objects that change together at once, and of very many one by one', async () => {
      const long = await open({ logVersions: 16 });
      for (const objects of [3, 70]) {
        const uris = Array.from({ length: objects }, (_, n) => uriOf(`${n}-of-${objects}`));
        for (let version = 0; version < 40; version++) {
          await long.write(uris.map((uri) => [change(uri, version)]));
          for (const uri of uris) {
            const kept = await versions(long, uri);
            expect(kept.length).to.be.within(Math.min(version + 1, 16), 18);
            expect(kept).to.deep.equal(kept.map((_, index) => version + 2 - kept.length + index));
          }
        }
      }
      await long.close();
    }).timeout(180_000);

    it('forgets nothing that a follower has not dealt with', async () => {
      const short = await open({ logVersions: 2 });
      await short.setPosition('mail', 0);
      await short.setPosition('dial-out', 3);
      for (let version = 0; version < 4; version++) await short.write([[change(A, version)]]);
      await short.trimLog(Infinity);
      expect(await versions(short)).to.deep.equal([1, 2, 3, 4]);
      await short.setPosition('mail', 1);
      await short.trimLog(Infinity);
      expect(await versions(short)).to.deep.equal([2, 3, 4]);
      await short.setPosition('mail', 4);
      await short.write([[change(A, 4)]]);
      expect(await versions(short)).to.deep.equal([4, 5]);
      await short.close();
    });
  });

  timerContract(name, open);
  directoryContract(name, open);
}
