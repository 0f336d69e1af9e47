import { expect } from 'chai';
import fc from 'fast-check';
import type { Call } from '../../lib/conference/calls.ts';
import type { Change } from '../../lib/conference/changes.ts';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import type { SidebarKind } from '../../lib/model/conference-object.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { PREFIXES } from '../../lib/model/names.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { parse } from '../../lib/xml/parse.ts';
import { serialize } from '../../lib/xml/serialize.ts';
import { expectValid } from '../support/schemas.ts';
import { all, attributesAt, textsAt } from '../support/reading.ts';
import { as, controlOver, endpoint, idOf, refusalOf, shown, sipOf, title, user, world } from './world.ts';

const KINDS: readonly SidebarKind[] = ['sidebar-by-val', 'sidebar-by-ref'];
const NAMES = ['alice', 'bob', 'carol', 'dave'] as const;

interface Step {
  readonly who: (typeof NAMES)[number];
  readonly whom: (typeof NAMES)[number];
  readonly kind: SidebarKind;
  /** Which of the sidebars made so far. */
  readonly which: number;
  readonly does: 'open' | 'close' | 'rename' | 'bring' | 'enter' | 'join' | 'leave' | 'remove';
}

const name = fc.constantFrom(...NAMES);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    who: name,
    whom: name,
    kind: fc.constantFrom(...KINDS),
    which: fc.nat(3),
    does: fc.constantFrom('open', 'open', 'close', 'rename', 'bring', 'enter', 'join', 'join', 'leave', 'remove'),
  }),
  { minLength: 1, maxLength: 25 },
);

interface Made {
  readonly uri: XconUri;
  readonly kind: SidebarKind;
}

async function take(control: ConferenceControl, main: XconUri, made: Made[], step: Step): Promise<void> {
  const call = as(step.who);
  const sidebar = made[step.which % Math.max(made.length, 1)];
  if (step.does === 'open') {
    const { uri } = await control.createSidebar(call, main, step.kind);
    made.push({ uri, kind: step.kind });
  } else if (step.does === 'join') {
    await control.createUser(call, main, user(idOf(step.who), endpoint(sipOf(step.who))));
  } else if (step.does === 'leave') await control.deleteUser(call, main);
  else if (step.does === 'remove') await control.deleteUser(call, main, idOf(step.whom));
  else if (sidebar === undefined) return;
  else if (step.does === 'close') await control.deleteSidebar(call, sidebar.uri, sidebar.kind);
  else if (step.does === 'rename') await control.updateSidebar(call, sidebar.uri, sidebar.kind, title(step.whom));
  else if (step.does === 'bring') await control.createUser(call, sidebar.uri, user(idOf(step.whom)));
  else await control.createUser(call, sidebar.uri, user(idOf(step.who), endpoint(sipOf(step.who))));
}

async function sidebarText(control: ConferenceControl, call: Call, { uri, kind }: Made): Promise<string | undefined> {
  const reason = await refusalOf(control.retrieveSidebar(call, uri, kind));
  if (reason !== undefined) return undefined;
  const { view } = await control.retrieveSidebar(call, uri, kind);
  const declared = PREFIXES.map(({ prefix, namespace }) => ` xmlns:${prefix}="${namespace}"`).join('');
  return `<info:entry${declared} entity="${uri}">${Buffer.concat([...view.content]).toString()}</info:entry>`;
}

const inside = (entry: XmlElement): string =>
  [entry.attribute('entity'), ...entry.elements.map((child) => serialize(child, { scope: PREFIXES }))].join('\n');

/** What a reader finds in the main conference is what he finds by asking for each sidebar. */
async function expectAgreement(control: ConferenceControl, main: XconUri, made: readonly Made[], who: string) {
  const call = as(who);
  if ((await refusalOf(control.retrieve(call, main))) !== undefined) return;
  const text = await shown(control, call, main);
  expectValid('xcon-conference-info', text);
  const document = parse(text);
  const roster = attributesAt(document, 'users/user', 'entity');
  const values = all(document, 'sidebars-by-val/entry').map(inside);
  const references = textsAt(document, 'sidebars-by-ref/entry/uri');
  const expected = { values: [] as string[], references: [] as string[] };
  const isIn = all(document, 'conference-state').length > 0;
  for (const sidebar of made) {
    const seen = await sidebarText(control, call, sidebar);
    if (seen === undefined || !isIn) continue;
    const entry = parse(seen);
    if (sidebar.kind === 'sidebar-by-ref') expected.references.push(sidebar.uri);
    else {
      expected.values.push(inside(entry));
      if (who === 'root') expect(roster).to.include.members(attributesAt(entry, 'users/user', 'entity'));
    }
  }
  expect(values).to.have.members(expected.values);
  expect(references).to.have.members(expected.references);
}

describe('sidebars', () => {
  it('[SB3, SB5, L7] a main conference and its sidebars agree for every reader after any operations, in memory and in the store', () =>
    fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const { store, control } = await world();
        const { uri: main } = await control.create(as('alice'), {});
        const made: Made[] = [];
        for (const step of taken) await refusalOf(take(control, main, made, step));
        await control.drain();
        const reopened = controlOver(store);
        for (const who of ['root', ...NAMES]) {
          await expectAgreement(control, main, made, who);
          await expectAgreement(reopened, main, made, who);
        }
      }),
      { numRuns: 40 },
    )).timeout(180_000);

  it('[SB3, V1] sidebars that are made and changed at the same time are all there, and each counts', async () => {
    const { control } = await world();
    const { uri: main, version } = await control.create(as('alice'), {});
    const made = await Promise.all(
      KINDS.flatMap((kind) => [1, 2, 3].map(() => control.createSidebar(as('alice'), main, kind))),
    );
    const values = made.slice(0, 3);
    await Promise.all(values.map(({ uri }) => control.updateSidebar(as('alice'), uri, 'sidebar-by-val', title('x'))));
    const { version: now } = await control.retrieve(as('alice'), main);
    expect(now).to.equal(version + 9);
    const document = parse(await shown(control, as('alice'), main));
    expect(attributesAt(document, 'sidebars-by-val/entry', 'entity')).to.have.members(values.map(({ uri }) => uri));
    expect(all(document, 'sidebars-by-ref/entry')).to.have.length(3);
  });

  it('a conference has as many sidebars as are allowed', async () => {
    const { control } = await world({ sidebars: 1 });
    const { uri: main } = await control.create(as('alice'), {});
    const { uri } = await control.createSidebar(as('alice'), main, 'sidebar-by-val');
    expect(await refusalOf(control.createSidebar(as('alice'), main, 'sidebar-by-ref'))).to.equal('resources-exhausted');
    await control.deleteSidebar(as('alice'), uri, 'sidebar-by-val');
    expect(await refusalOf(control.createSidebar(as('alice'), main, 'sidebar-by-ref'))).to.equal(undefined);
  });

  it('of a sidebar and the deletion of its main conference at the same time one happens', async () => {
    const { control } = await world();
    const { uri: main } = await control.create(as('alice'), {});
    const [opened, deleted] = await Promise.all([
      refusalOf(control.createSidebar(as('alice'), main, 'sidebar-by-ref')),
      refusalOf(control.delete(as('alice'), main)),
    ]);
    expect([opened, deleted].filter((reason) => reason === undefined)).to.have.length(1);
    if (deleted === undefined) expect(opened).to.equal('no-such-conference');
    else expect(deleted).to.equal('others-depend-on-it');
  });

  it('[SB7] who follows the main conference hears of its sidebars with the set that makes, changes and deletes them', async () => {
    const { control } = await world();
    const { uri: main } = await control.create(as('alice'), {});
    const heard: Change[] = [];
    control.onChange((change) => heard.push(change));
    for (const kind of KINDS) {
      const { uri } = await control.createSidebar(as('alice'), main, kind);
      await control.deleteSidebar(as('alice'), uri, kind);
      const ofMain = heard.splice(0).filter((change) => change.uri === main);
      expect(ofMain.flatMap(({ touched }) => touched)).to.deep.equal([
        { kind: 'sidebar', key: uri },
        { kind: 'sidebar', key: uri },
      ]);
      expect(ofMain.map(({ after }) => after?.sidebars.has(uri))).to.deep.equal([true, false]);
    }
  });

  it('a main conference of a sidebar that wants its password shows to those who need it only its name', async () => {
    const { control } = await world();
    const { uri: main } = await control.create(as('alice'), { parent: 'xcon:closed@example.com' as XconUri });
    const password = /<xcon:conference-password>([^<]+)</.exec(await shown(control, as('alice'), main))?.[1];
    await control.createUser(as('alice'), main, user(idOf('bob'), endpoint(sipOf('bob'))));
    await control.createSidebar(as('alice'), main, 'sidebar-by-val');
    const document = parse(await shown(control, as('bob', password), main));
    const [entry] = all(document, 'sidebars-by-val/entry');
    expect(entry?.elements.map(({ local }) => local)).to.deep.equal(['conference-description']);
    expect(all(entry, 'conference-description/conf-uris')).to.deep.equal([]);
  });
});
