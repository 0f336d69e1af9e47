import { expect } from 'chai';
import fc from 'fast-check';
import { ConferenceChanges } from '../../lib/ccmp/codec/conference-changes.ts';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import { shippedBlueprints } from '../../lib/conference/blueprints.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { PREFIXES, XCON } from '../../lib/model/names.ts';
import { MemoryStore } from '../../lib/store/memory.ts';
import { XmlElement } from '../../lib/xml/element.ts';
import { parse } from '../../lib/xml/parse.ts';
import { serialize } from '../../lib/xml/serialize.ts';
import { CHANGES, type Name, PEOPLE } from './document-changes.ts';
import {
  as,
  changes,
  controlOver,
  DOMAIN,
  endpoint,
  idOf,
  refusalOf,
  shown,
  sipOf,
  title,
  user,
  world,
} from './world.ts';

type Reader = Name | 'root';
const READERS: readonly Reader[] = [...PEOPLE, 'root'];

const step = fc.record({
  change: fc.nat(CHANGES.length - 1),
  by: fc.constantFrom(...PEOPLE),
  whom: fc.constantFrom(...PEOPLE),
});

/** The order of users says nothing: who was sent away and came back may stand where she stood. */
function textOf(document: XmlElement): string {
  const children = document.children.map((child) => {
    if (!(child instanceof XmlElement) || child.local !== 'users') return child;
    const key = (one: XmlElement): string => one.attribute('entity') ?? '';
    const users = child.elements.filter(({ local }) => local === 'user');
    const rest = child.elements.filter(({ local }) => local !== 'user');
    return child.withChildren([...users.sort((one, other) => key(one).localeCompare(key(other))), ...rest]);
  });
  return serialize(document.withChildren(children), { prefixes: PREFIXES });
}

/** What a reader is shown, or undefined where he may not see it. */
const seen = (control: ConferenceControl, name: Reader, uri: XconUri): Promise<XmlElement | undefined> =>
  shown(control, as(name), uri).then(parse, () => undefined);

async function told(control: ConferenceControl, name: Reader, uri: XconUri, since: number) {
  const { version, operations, sidebars } = await control.changesSince(as(name), uri, since);
  const entity = [{ namespace: '', local: 'entity', value: uri }];
  const diff = operations && new XmlElement(XCON, 'conference-info-diff', entity, operations, PREFIXES);
  return { version, changes: diff && new ConferenceChanges(diff, sidebars), operations };
}

describe('the changes since a version', () => {
  it('[X1] turn what anybody was shown in it into what he is shown now', async function () {
    this.timeout(180_000);
    let patched = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const { control, store } = await world();
        const { uri } = await control.create(as('alice'), {});
        const policy = '<xcon:user-admission-policy>openAuthenticated</xcon:user-admission-policy>';
        await control.update(as('alice'), uri, changes(`<info:users>${policy}</info:users>`));
        const looks: { name: Reader; version: number; document: XmlElement }[] = [];
        for (const { change, by, whom } of steps) {
          await CHANGES[change]?.(control, uri, by, whom).catch((error: unknown) => {
            if (!(error instanceof Refusal)) throw error;
          });
          const { version } = await control.retrieve(as('root'), uri);
          for (const name of READERS) {
            const document = await seen(control, name, uri);
            if (document !== undefined) looks.push({ name, version, document });
          }
        }
        // Another server on the same store knows nothing but what is there.
        const later = controlOver(store);
        for (const { name, version, document } of looks) {
          const now = await seen(later, name, uri);
          if (now === undefined) continue;
          const { changes: since } = await told(later, name, uri, version);
          if (since === undefined) continue;
          expect(textOf(since.applyTo(document)), `${name} since ${version}`).to.equal(textOf(now));
          patched += 1;
        }
      }),
      { numRuns: 30 },
    );
    expect(patched).to.be.above(100);
  });

  it('are none where only what the reader may not see has changed', async () => {
    const { control } = await world();
    const { uri } = await control.create(as('alice'), {});
    await control.createUser(as('bob'), uri, user(idOf('bob'), endpoint(sipOf('bob'))));
    const { version } = await control.retrieve(as('bob'), uri);
    const hidden = '<xcon:provide-anonymity>hidden</xcon:provide-anonymity>';
    await control.createUser(as('carol'), uri, user(idOf('carol'), endpoint(sipOf('carol')) + hidden));
    expect(await told(control, 'bob', uri, version)).to.deep.include({ version: version + 1, operations: [] });
    expect((await told(control, 'alice', uri, version)).operations).to.have.lengthOf.above(0);
    expect(await told(control, 'bob', uri, version + 1)).to.deep.include({ version: version + 1, operations: [] });
  });

  it('are unknown where the log no longer reaches', async () => {
    const store = new MemoryStore({ logVersions: 3 });
    const control = controlOver(store);
    for (const blueprint of shippedBlueprints(DOMAIN)) await control.createBlueprint(as('root'), blueprint);
    const { uri } = await control.create(as('alice'), {});
    for (const name of ['one', 'two', 'three', 'four']) await control.update(as('alice'), uri, title(name));
    const known = await Promise.all([1, 2, 3, 4, 5].map((since) => told(control, 'alice', uri, since)));
    expect(known.map(({ changes: since }) => since !== undefined)).to.deep.equal([false, false, true, true, true]);
    await store.trimLog(Infinity);
    expect((await told(control, 'alice', uri, 4)).changes).to.equal(undefined);
    expect((await told(control, 'alice', uri, 5)).operations).to.deep.equal([]);
  });

  it('belong to those who may see the conference', async () => {
    const { control } = await world();
    const { uri } = await control.create(as('alice'), {});
    expect(await refusalOf(control.changesSince(as('erin'), uri, 1))).to.equal('no-such-conference');
    await control.update(as('alice'), uri, title('Board'));
    await control.createUser(as('erin'), uri, user(idOf('erin'), endpoint(sipOf('erin'))));
    expect((await told(control, 'erin', uri, 1)).changes, 'a stranger then').to.equal(undefined);
    expect((await told(control, 'alice', uri, 99)).changes, 'to come').to.equal(undefined);
    expect((await told(control, 'alice', uri, 1)).operations).to.have.lengthOf.above(1);
  });

  it('show sidebars as they are', async () => {
    const { control } = await world();
    const { uri } = await control.create(as('alice'), {});
    for (const name of ['alice', 'bob']) {
      await control.createUser(as(name), uri, user(idOf(name), endpoint(sipOf(name))));
    }
    const before = await seen(control, 'alice', uri);
    const { version } = await control.retrieve(as('alice'), uri);
    const sidebar = await control.createSidebar(as('alice'), uri, 'sidebar-by-ref');
    await control.createSidebar(as('alice'), uri, 'sidebar-by-val');
    const { changes: since } = await told(control, 'alice', uri, version);
    const now = await seen(control, 'alice', uri);
    expect(textOf(since!.applyTo(before!)))
      .to.equal(textOf(now!))
      .and.include(sidebar.uri);
    const next = await told(control, 'alice', uri, version + 2);
    expect(textOf(next.changes!.applyTo(now!))).to.equal(textOf(now!));
  });
});
