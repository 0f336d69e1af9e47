import { expect } from 'chai';
import { asInDirectory, enrol, enrolTargets, removeUser, userIdFor } from '../../lib/conference/enrolment.ts';
import { targetsOf, USERS_SECTION } from '../../lib/conference/lists.ts';
import { aorsOf, Identities } from '../../lib/conference/people.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import type { Principal } from '../../lib/directory/principal.ts';
import { emptyObject, ObjectEdit } from '../../lib/model/conference-object.ts';
import type { XconUri, XconUserId } from '../../lib/model/identifiers.ts';
import { CONFERENCE_INFO, info, XCON, xcon } from '../../lib/model/names.ts';
import { Part } from '../../lib/model/part.ts';
import { anonymousEntity, type Origin } from '../../lib/model/user.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { DOMAIN, idOf, principal, sipOf } from './world.ts';

const identities = new Identities(
  new Map(
    ['alice', 'bob'].flatMap((name) => {
      const one = principal(name);
      return [one.userId, ...one.addresses].map((each): [string, Principal] => [each, one]);
    }),
  ),
);
const nobody = new Identities();

const begin = (): ObjectEdit =>
  new ObjectEdit(emptyObject('xcon:a@example.com' as XconUri, { kind: 'conference', active: false, anonymous: 0 }));
const next = (edit: ObjectEdit): ObjectEdit => new ObjectEdit(edit.now);

const phone = (entity: string, status: string): XmlElement =>
  info('endpoint', { entity }, [info('status', {}, [status])]);
const bare = (name: string, ...children: XmlElement[]): XmlElement => info('user', { entity: idOf(name) }, children);
const anonymous = (value: string): XmlElement => xcon('provide-anonymity', {}, [value]);

const target = (uri: string): XmlElement => xcon('target', { uri, method: 'dial-in' });

/** The edit with an allowed-users-list of these targets, and with those whom it invites. */
function listed(edit: ObjectEdit, ...uris: readonly string[]): ObjectEdit {
  const list = xcon('allowed-users-list', {}, uris.map(target));
  edit.setSection(USERS_SECTION, Part.of(info('users', {}, uris.length === 0 ? [] : [list])));
  enrolTargets(edit, identities, DOMAIN);
  return edit;
}

const people = (edit: ObjectEdit): Record<string, Origin> =>
  Object.fromEntries([...edit.now.users].map(([key, { facts }]) => [key, facts.origin]));
const conflictOf = (work: () => void): string => {
  try {
    work();
    return 'done';
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
};

describe('a user who is enrolled', () => {
  it('stands under her id and keeps what is known of her, whatever the element calls her', () => {
    const edit = begin();
    enrol(edit, idOf('bob'), bare('x', anonymous('private')), { origin: 'named' }, nobody);
    const [[key, record] = []] = [...edit.now.users];
    expect([key, record?.part.element.attribute('entity')]).to.deep.equal([idOf('bob'), idOf('bob')]);
    enrol(edit, idOf('bob'), bare('bob', info('display-text', {}, ['B'])), { origin: 'joined' }, nobody);
    expect(edit.now.users.get(idOf('bob'))?.facts).to.include({ origin: 'joined', number: 1, anonymity: 'none' });
  });

  it('[E41] gets a number for the occurrence when she becomes anonymous, each her own, and keeps it', () => {
    const edit = begin();
    for (const [name, value] of Object.entries({ bob: 'private', carol: 'hidden', dave: 'semi-private', erin: 'odd' }))
      enrol(edit, idOf(name), bare(name, anonymous(value)), { origin: 'named' }, nobody);
    enrol(edit, idOf('bob'), bare('bob', anonymous('semi-private')), { origin: 'named' }, nobody);
    const numbers = ['bob', 'carol', 'dave', 'erin'].map((name) => edit.now.users.get(idOf(name))?.facts.number);
    expect(numbers).to.deep.equal([1, undefined, 2, 3]);
    expect(edit.now.header.anonymous).to.equal(3);
    expect(edit.now.addresses.get(anonymousEntity(2))).to.equal(idOf('dave'));
  });

  it('touches nothing when nothing is new', () => {
    const edit = begin();
    const element = bare('bob');
    enrol(edit, idOf('bob'), element, { origin: 'named' }, nobody);
    const again = next(edit);
    enrol(again, idOf('bob'), element, { origin: 'named' }, nobody);
    expect(again.touched).to.deep.equal([]);
  });

  it('[U6] has no address of another user, of the conference or of the directory, in any spelling', () => {
    const edit = begin();
    enrol(edit, idOf('carol'), bare('carol', aorsOf([sipOf('carol')])), { origin: 'named' }, identities);
    for (const address of [
      sipOf('bob'),
      'SIP:BOB@Example.com:5060;transport=tcp',
      sipOf('carol'),
      'sip:c%61rol@EXAMPLE.com',
    ]) {
      const byAor = (): void =>
        enrol(edit, idOf('dave'), bare('dave', aorsOf([address])), { origin: 'joined' }, identities);
      const byPhone = (): void =>
        enrol(edit, idOf('dave'), bare('dave', phone(address, 'pending')), { origin: 'joined' }, identities);
      expect([conflictOf(byAor), conflictOf(byPhone)], address).to.deep.equal(['conflict', 'conflict']);
    }
    expect(people(edit)).to.deep.equal({ [idOf('carol')]: 'named' });
    const own = (): void =>
      enrol(edit, idOf('bob'), bare('bob', aorsOf([sipOf('bob')])), { origin: 'named' }, identities);
    expect(conflictOf(own)).to.equal('done');
  });

  it('[U6] gives an address up with her change, and another may have it', () => {
    const edit = begin();
    enrol(edit, idOf('carol'), bare('carol', aorsOf(['sip:x@example.org'])), { origin: 'named' }, nobody);
    enrol(edit, idOf('carol'), bare('carol'), { origin: 'named' }, nobody);
    enrol(edit, idOf('dave'), bare('dave', aorsOf(['sip:x@example.org'])), { origin: 'named' }, nobody);
    expect(edit.now.addresses.get('sip:x@example.org')).to.equal(idOf('dave'));
  });

  it('proves no address as a guest, and takes none from others', () => {
    const edit = begin();
    const guest = { origin: 'joined', alias: idOf('alias') } as const;
    enrol(edit, idOf('guest'), bare('guest', phone(sipOf('bob'), 'connected')), guest, identities);
    enrol(edit, idOf('bob'), bare('bob', phone(sipOf('bob'), 'connected')), { origin: 'joined' }, identities);
    expect(edit.now.addresses.get(sipOf('bob'))).to.equal(idOf('bob'));
    expect(edit.now.addresses.get(idOf('alias'))).to.equal(idOf('guest'));
  });
});

describe('the id of a user in a request', () => {
  const edit = begin();
  enrol(edit, idOf('carol'), bare('carol', aorsOf(['sip:c@example.org'])), { origin: 'named' }, nobody);
  const secret = idOf('secret');
  enrol(edit, secret, bare('secret'), { origin: 'joined', alias: idOf('alias') }, nobody);
  const idFor = (user: XmlElement, generated: boolean) => userIdFor(edit.now, user, identities, generated);

  it('[U3] is that of the user in the conference or in the directory whom its entity names', () => {
    expect(idFor(bare('carol'), false)).to.equal(idOf('carol'));
    expect(idFor(bare('bob'), false)).to.equal(idOf('bob'));
    expect(idFor(info('user', { entity: 'sip:c@example.org' }), false)).to.equal(idOf('carol'));
    expect(idFor(bare('dave'), false)).to.equal(undefined);
    expect(idFor(info('user'), false)).to.equal(undefined);
  });

  it('[U6] that was left to the server is that of whom an address leads to, and else none yet', () => {
    const at = (...addresses: string[]) =>
      info('user', { entity: `xcon-userid:AUTO_GENERATE_1@${DOMAIN}` }, [aorsOf(addresses)]);
    expect(idFor(at('sip:new@example.org', sipOf('bob')), true)).to.equal(idOf('bob'));
    expect(idFor(at('sip:C@example.org:5070'), true)).to.equal(idOf('carol'));
    expect(idFor(at('sip:new@example.org'), true)).to.equal(undefined);
  });

  it('[U4] is no guest’s own, which is her secret, but the one under which others see her', () => {
    expect(idFor(bare('secret'), false)).to.equal(undefined);
    expect(idFor(bare('alias'), false)).to.equal(secret);
  });
});

describe('a user of the directory', () => {
  const textOf = (user: XmlElement): string | undefined => user.first(CONFERENCE_INFO, 'display-text')?.text;

  it('[E38] is shown under the addresses of the directory, and under its name where the request gives none', () => {
    const claimed = bare('bob', aorsOf(['sip:other@example.org']), info('roles', {}, [info('entry', {}, ['user'])]));
    const shown = asInDirectory(claimed, idOf('bob'), identities);
    expect(shown.elements.map(({ local }) => local)).to.deep.equal(['display-text', 'associated-aors', 'roles']);
    expect(textOf(shown)).to.equal('BOB');
    expect(shown.first(CONFERENCE_INFO, 'associated-aors')?.elements).to.deep.equal(aorsOf([sipOf('bob')]).elements);
    const named = bare('bob', info('display-text', {}, ['Bobby']));
    expect(textOf(asInDirectory(named, idOf('bob'), identities))).to.equal('Bobby');
  });

  it('is nobody else: others stay as they are said', () => {
    const carol = bare('carol', aorsOf(['sip:c@example.org']));
    expect(asInDirectory(carol, idOf('carol'), identities)).to.equal(carol);
  });
});

describe('the allowed-users-list', () => {
  it('[E35] has a user for each target that is one person, found by address or new', () => {
    const edit = listed(
      begin(),
      sipOf('bob'),
      'sip:new@example.org',
      idOf('erin'),
      '*@example.org',
      'sip:*@x.org',
      'observer',
    );
    const [bob, fresh, erin, ...others] = [...edit.now.users];
    expect([bob?.[0], erin?.[0], others]).to.deep.equal([idOf('bob'), idOf('erin'), []]);
    expect(new Set(Object.values(people(edit)))).to.deep.equal(new Set(['invited']));
    expect(fresh?.[1].facts.addresses).to.deep.equal(['sip:new@example.org']);
    expect(fresh?.[0]).to.match(/^xcon-userid:[a-z2-7]{24}@example\.com$/);
    expect([...edit.now.users.values()].some(({ facts }) => facts.endpoints > 0)).to.equal(false);
  });

  it('[E35] makes one user of targets that are the same person', () => {
    const edit = listed(begin(), sipOf('bob'), 'SIP:Bob@Example.com;transport=tcp', idOf('bob'));
    expect(people(edit)).to.deep.equal({ [idOf('bob')]: 'invited' });
  });

  it('[E35] takes the user away with the last target that is she, unless she is in, waits or is named otherwise', () => {
    const both = listed(begin(), sipOf('bob'), idOf('bob'));
    expect(people(listed(next(both), idOf('bob')))).to.deep.equal({ [idOf('bob')]: 'invited' });
    expect(people(listed(next(both)))).to.deep.equal({});
    for (const status of ['connected', 'on-hold', 'pending']) {
      const edit = next(both);
      enrol(edit, idOf('bob'), bare('bob', phone('sip:p@x.org', status)), { origin: 'invited' }, identities);
      expect(people(listed(next(edit))), status).to.deep.equal({ [idOf('bob')]: 'joined' });
    }
    const named = begin();
    enrol(named, idOf('bob'), bare('bob'), { origin: 'named' }, identities);
    expect(people(listed(listed(named, sipOf('bob'))))).to.deep.equal({ [idOf('bob')]: 'named' });
  });

  it('[E35] invites who joined by herself for good, but no guest', () => {
    const edit = begin();
    enrol(edit, idOf('bob'), bare('bob', phone('sip:p@x.org', 'connected')), { origin: 'joined' }, identities);
    const guest = idOf('guest');
    enrol(edit, guest, bare('guest'), { origin: 'joined', alias: idOf('alias') }, identities);
    listed(edit, sipOf('bob'), idOf('alias'));
    expect(people(edit)).to.deep.equal({ [idOf('bob')]: 'invited', [guest]: 'joined' });
  });

  it('[E35] loses every target that is a user who is removed, and itself with the last one', () => {
    const invited = listed(begin(), sipOf('bob'), 'sip:erin@example.org', idOf('bob'));
    const without = next(invited);
    removeUser(without, idOf('bob'));
    expect([...targetsOf(without.now, 'allowed-users-list')]).to.deep.equal(['sip:erin@example.org']);
    const [erin] = [...without.now.users.keys()];
    removeUser(without, erin ?? idOf('erin'));
    expect(without.now.sections.get(USERS_SECTION)?.element.first(XCON, 'allowed-users-list')).to.equal(undefined);
    expect(without.now.users.size).to.equal(0);
    const untouched = next(invited);
    removeUser(untouched, 'xcon-userid:nobody@example.com' as XconUserId);
    expect(untouched.touched).to.deep.equal([]);
  });
});
