import { expect } from 'chai';
import { asEnforced, isEnforced, refusedChange, type Actor } from '../../lib/conference/rights.ts';
import { CONFERENCE, type ElementDefinition, USER, USERS } from '../../lib/model/definitions.ts';
import { info, POLICY, xcon } from '../../lib/model/names.ts';
import { Part } from '../../lib/model/part.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { around, changed, last, nameOf, PATHS, saysSomething, shell, type Path } from '../model/paths.ts';

interface Who extends Actor {
  readonly isSelf: boolean;
}

const ACTORS = {
  'one who is invited, of herself': { level: 'invited', systemAdministrator: false, isSelf: true },
  'a participant, of herself': { level: 'participant', systemAdministrator: false, isSelf: true },
  'another participant': { level: 'participant', systemAdministrator: false, isSelf: false },
  'a moderator': { level: 'moderator', systemAdministrator: false, isSelf: false },
  'an organizer': { level: 'organizer', systemAdministrator: false, isSelf: false },
  'a system administrator': { level: 'organizer', systemAdministrator: true, isSelf: false },
} as const satisfies Record<string, Who>;

type ActorName = keyof typeof ACTORS;

/** Whom each word of the column `changes` lets change an element, said once more. */
const MAY: Readonly<Record<ElementDefinition['changes'], readonly ActorName[]>> = {
  self: [
    ...['one who is invited, of herself', 'a participant, of herself', 'a moderator'],
    ...['an organizer', 'a system administrator'],
  ] as ActorName[],
  moderator: ['a moderator', 'an organizer', 'a system administrator'],
  organizer: ['an organizer', 'a system administrator'],
  server: [],
};

const refused = (path: Path, before: XmlElement | undefined, after: XmlElement | undefined, who: Who) =>
  refusedChange(path[0], before, after, who, who.isSelf);

const changersOf = (definition: ElementDefinition, found = new Set<string>()): Set<string> => {
  for (const path of PATHS.filter(([part]) => part === definition)) found.add(last(path).changes);
  return found;
};
const placesOf = (changes: string): string[] =>
  PATHS.filter((path) => saysSomething(last(path)) && last(path).changes === changes).map(nameOf);

const ALICE = 'xcon-userid:alice@example.com';
const withRoles = (...names: string[]): XmlElement =>
  info(
    'user',
    { entity: ALICE },
    names.length === 0
      ? []
      : [
          info(
            'roles',
            {},
            names.map((name) => info('entry', {}, [name])),
          ),
        ],
  );

const DESCRIPTION = CONFERENCE.children().find(({ local }) => local === 'conference-description') ?? CONFERENCE;
const enforced = (element: XmlElement): XmlElement => element.withAttribute('enforce', 'parent', POLICY);

describe('the right to change an element', () => {
  for (const part of [USER, ...CONFERENCE.children()]) {
    for (const [name, who] of Object.entries(ACTORS) as [ActorName, Who][]) {
      it(`of <${part.local}> is for ${name} what the data model says, to add, change and remove it`, () => {
        for (const path of PATHS.filter((one) => one[0] === part && saysSomething(last(one)))) {
          const definition = last(path);
          const expected = MAY[definition.changes].includes(name)
            ? undefined
            : { why: 'not-allowed', element: definition.local };
          const element = shell(definition);
          const [without, there] = [around(path, undefined), around(path, element)];
          const other = changed(definition);
          expect(refused(path, without, there, who), `${nameOf(path)} added`).to.deep.equal(expected);
          expect(refused(path, there, without, who), `${nameOf(path)} removed`).to.deep.equal(expected);
          expect(refused(path, there, there, who), `${nameOf(path)} left`).to.equal(undefined);
          if (other === undefined) continue;
          const after = around(path, other);
          expect(refused(path, there, after, who), `${nameOf(path)} changed`).to.deep.equal(expected);
        }
      });
    }
  }

  it('[C11, Z11] of a conference belongs to its organizer, but for what moderators, users and the server see to', () => {
    expect(placesOf('self').filter((name) => !name.startsWith('user/'))).to.deep.equal([]);
    expect(placesOf('self').filter((name) => !name.startsWith('user/endpoint'))).to.deep.equal([
      ...['user/display-text', 'user/languages', 'user/provide-anonymity', 'user/answer', 'user/reminder', 'user/zone'],
    ]);
    expect(placesOf('moderator').filter((name) => name.startsWith('user/endpoint'))).to.deep.equal([
      'user/endpoint/status',
      'user/endpoint/media/to-mixer/floor',
      'user/endpoint/media/from-mixer/floor',
    ]);
    expect(placesOf('server').filter((name) => !name.startsWith('sidebars-by-'))).to.deep.equal([
      'conference-description/cloning-parent',
      'conference-description/sidebar-parent',
      'conference-state/user-count',
      'conference-state/active',
    ]);
    expect([...changersOf(DESCRIPTION)].sort()).to.deep.equal(['moderator', 'organizer', 'server']);
  });

  it('is asked for every element in what is added as a whole', () => {
    const phone = info('endpoint', { entity: 'sip:a@b' });
    const connected = phone.withChildren([info('status', {}, ['connected'])]);
    const her = withRoles();
    const self = ACTORS['a participant, of herself'];
    expect(refusedChange(USER, her, her.withChildren([phone]), self, true)).to.equal(undefined);
    expect(refusedChange(USER, her, her.withChildren([connected]), self, true)).to.deep.equal({
      why: 'not-allowed',
      element: 'status',
    });
  });

  it('[E39] to a role with power is not a moderator’s, who gives and takes those below his own', () => {
    const moderator = ACTORS['a moderator'];
    const may = (before: XmlElement | undefined, after: XmlElement | undefined, who: Actor = moderator) =>
      refusedChange(USER, before, after, who) === undefined;
    for (const role of ['moderator', 'organizer', 'administrator', ' Organizer ']) {
      expect(may(withRoles(), withRoles(role)), `gives ${role}`).to.equal(false);
      expect(may(withRoles(role), withRoles()), `takes ${role}`).to.equal(false);
      expect(may(withRoles('observer'), withRoles(role)), `observer to ${role}`).to.equal(false);
      expect(may(withRoles(role), withRoles('observer')), `${role} to observer`).to.equal(false);
      expect(may(undefined, withRoles('observer', role)), `comes with ${role}`).to.equal(false);
      expect(may(withRoles(role), undefined), `${role} goes`).to.equal(false);
      for (const who of ['an organizer', 'a system administrator'] as const)
        expect(may(withRoles('observer'), withRoles(role), ACTORS[who]), `${who} gives ${role}`).to.equal(true);
    }
    for (const role of ['participant', 'observer', 'user', 'none', 'x-own']) {
      expect(may(withRoles(), withRoles(role)), `gives ${role}`).to.equal(true);
      expect(may(withRoles(role), withRoles()), `takes ${role}`).to.equal(true);
    }
    expect(
      refusedChange(USER, withRoles(), withRoles('observer'), ACTORS['a participant, of herself'], true),
    ).to.include({
      why: 'not-allowed',
    });
  });
});

describe('what a parent enforces', () => {
  const title = info('display-text', {}, ['Weekly']);
  const media = info('available-media', {}, [
    enforced(info('entry', { label: '1' }, [info('type', {}, ['audio'])])),
    info('entry', { label: '2' }, [info('type', {}, ['video'])]),
  ]);
  const named = (names: string, ...children: XmlElement[]): XmlElement =>
    info('conference-description', {}, children).withAttribute('enforced-by-parent', names, POLICY);
  const outcome = (
    before: XmlElement,
    after: XmlElement | undefined,
    who: Actor = ACTORS['an organizer'],
    definition = DESCRIPTION,
  ): string => refusedChange(definition, before, after, who)?.why ?? 'may';

  it('[L4] is changed and removed by nobody but a system administrator', () => {
    const before = info('conference-description', {}, [title, media]);
    const [first, second] = media.elements;
    if (first === undefined || second === undefined) throw new Error('two media');
    const withMedia = (...entries: XmlElement[]) => before.withChildren([title, media.withChildren(entries)]);
    const other = first.withChildren([info('type', {}, ['text'])]);
    for (const after of [
      undefined,
      info('conference-description', {}, [title]),
      withMedia(second),
      withMedia(other, second),
      withMedia(first.withAttribute('enforce', undefined, POLICY), second),
      withMedia(first.withAttribute('enforce', 'children', POLICY), second),
    ]) {
      expect(outcome(before, after)).to.equal('protected');
      expect(outcome(before, after, ACTORS['a moderator'])).to.equal('protected');
      expect(outcome(before, after, ACTORS['a system administrator'])).to.equal('may');
    }
  });

  it('[L4] leaves everything beside it free, and itself its place', () => {
    const before = info('conference-description', {}, [title, media]);
    const [first, second] = media.elements;
    if (first === undefined || second === undefined) throw new Error('two media');
    const third = info('entry', { label: '3' }, [info('type', {}, ['text'])]);
    for (const entries of [[first], [second, first], [first, second, third], [third, first]]) {
      expect(outcome(before, before.withChildren([media.withChildren(entries)]))).to.equal('may');
    }
  });

  it('[L4] is a simple element by its name: what it says stays, and where it is absent it stays so', () => {
    const subject = info('subject', {}, ['Budget']);
    const before = named('display-text language', title, subject);
    const [english, other] = [xcon('language', {}, ['en']), info('display-text', {}, ['Other'])];
    const protectedChanges: readonly (XmlElement | undefined)[] = [
      undefined,
      named('display-text language', other, subject),
      named('display-text language', subject),
      named('display-text language', title, subject, english),
      named('display-text', title, subject),
      named('display-text language keywords', title, subject),
      before.withAttribute('enforced-by-parent', undefined, POLICY),
    ];
    for (const after of protectedChanges) expect(outcome(before, after)).to.equal('protected');
    expect(outcome(before, named('display-text language', title))).to.equal('may');
    expect(outcome(before, named(' language  display-text ', title, info('keywords', {}, ['k'])))).to.equal('may');
    expect(outcome(before, named('', title), ACTORS['a system administrator'])).to.equal('may');
  });

  it('[L4] asks for the right as well: what is free is not everybody’s', () => {
    const before = named('display-text', title);
    const after = named('display-text', title, info('subject', {}, ['x']));
    expect(outcome(before, after, ACTORS['a moderator'])).to.equal('not-allowed');
  });

  it('[L4, L5] is marked so in a clone of the object that says so of its children', () => {
    const list = xcon('allowed-users-list', {}, [xcon('target', { uri: 'sip:a@b', method: 'dial-in' })]);
    const handling = xcon('join-handling', {}, ['confirm']);
    const whole = list.withAttribute('enforce', 'children', POLICY);
    const parent = info('users', {}, [handling, whole]).withAttribute('enforce-in-children', 'join-handling', POLICY);
    const part = Part.of(parent);
    const clone = asEnforced(part);
    expect(asEnforced(part)).to.equal(clone);
    const { element } = clone;
    expect(element.attribute('enforced-by-parent', POLICY)).to.equal('join-handling');
    expect(element.attribute('enforce-in-children', POLICY)).to.equal(undefined);
    const enforcedOf = (one: XmlElement): boolean[] => one.elements.map((child) => isEnforced(one, child));
    expect([enforcedOf(parent), enforcedOf(element)]).to.deep.equal([
      [false, false],
      [true, true],
    ]);
    const open = element.withChildren([xcon('join-handling', {}, ['allow']), ...element.elements.slice(1)]);
    expect(outcome(parent, open, ACTORS['an organizer'], USERS)).to.equal('may');
    expect(outcome(element, open, ACTORS['an organizer'], USERS)).to.equal('protected');
    const plain = Part.of(info('users', {}, [list]));
    expect(asEnforced(plain)).to.equal(plain);
  });
});
