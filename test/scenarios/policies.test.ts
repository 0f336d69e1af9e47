import { expect } from 'chai';
import { allowed, description, endpoint, users } from '../support/messages.ts';
import type { Answer } from '../support/party.ts';
import { all, textAt, textsAt, userIn } from '../support/reading.ts';
import { idOf, made, type Name, sipOf, TestSystem } from '../support/system.ts';

const policy = (name: string): string => `<xcon:user-admission-policy>${name}</xcon:user-admission-policy>`;
const handling = (name: string): string => `<xcon:join-handling>${name}</xcon:join-handling>`;
const denied = (uri: string): string => `<xcon:deny-users-list><xcon:target uri="${uri}"/></xcon:deny-users-list>`;
const locked = (value: boolean): string =>
  `<info:conference-state><info:locked>${value}</info:locked></info:conference-state>`;
const role = (name: Name, ...roles: string[]): string =>
  `<info:user entity="${idOf(name)}"><info:roles>${roles.map((one) => `<info:entry>${one}</info:entry>`).join('')}</info:roles></info:user>`;

describe('who comes into a conference', () => {
  let system: TestSystem;
  before(async () => (system = await TestSystem.start()));
  after(() => system.close());

  const conference = async (content: string): Promise<string> => made(await system.as('alice').creates(content));
  const joins = (name: Name, uri: string, password?: string): Promise<Answer> =>
    system.as(name).joins(uri, endpoint(sipOf(name)), { ...(password !== undefined && { password }) });
  const statusOf = async (name: Name, uri: string): Promise<string | undefined> =>
    textAt(userIn((await system.as('alice').retrievesUsers(uri)).info, idOf(name)), 'endpoint/status');

  // Carol is on the allowed-users-list, Dave on the deny-users-list, Bob on neither.
  const lists = allowed([sipOf('carol'), 'dial-in']) + denied(idOf('dave'));
  const admissions: readonly [ids: string, policy: string | undefined, codes: Partial<Record<Name, number>>][] = [
    ['[E34]', undefined, { bob: 200, carol: 200, dave: 200 }],
    ['[E32]', 'closedAuthenticated', { bob: 404, carol: 200, dave: 404 }],
    ['[E33, E37]', 'openAuthenticated', { bob: 200, carol: 200, dave: 404 }],
    ['[E34]', 'anonymous', { bob: 200, carol: 200, dave: 200 }],
  ];
  for (const [ids, name, codes] of admissions) {
    it(`${ids} with the admission policy ${name ?? 'left out'}, the listed, the banned and others get ${JSON.stringify(codes)}`, async () => {
      const uri = await conference(users((name === undefined ? '' : policy(name)) + lists));
      for (const [who, code] of Object.entries(codes) as [Name, number][]) {
        expect((await joins(who, uri)).code, who).to.equal(code);
        expect(await statusOf(who, uri), who).to.equal(code === 200 ? 'connected' : undefined);
      }
    });
  }

  it('[E32] a closed conference ignores its deny-users-list: who stands on both lists may come', async () => {
    const both = allowed([idOf('dave'), 'dial-in']) + denied(idOf('dave'));
    const uri = await conference(users(policy('closedAuthenticated') + both));
    expect((await joins('dave', uri)).code).to.equal(200);
  });

  it('[E35, E37] a target may be a whole domain, on either list', async () => {
    const everybody = '*@example.com';
    const closed = await conference(users(policy('closedAuthenticated') + allowed([everybody, 'dial-in'])));
    expect((await joins('bob', closed)).code).to.equal(200);
    const open = await conference(users(policy('openAuthenticated') + denied(everybody)));
    expect((await joins('bob', open)).code).to.equal(404);
    expect((await joins('alice', open)).code, 'its organizer').to.equal(200);
  });

  it('[E37] one who is thrown out and banned does not come back until the ban is lifted', async () => {
    const alice = system.as('alice');
    const uri = await conference(users(policy('openAuthenticated')));
    await joins('alice', uri);
    await joins('bob', uri);
    expect((await alice.removes(uri, idOf('bob'))).code).to.equal(200);
    expect((await alice.updatesUsers(uri, denied(idOf('bob')))).code).to.equal(200);
    expect((await joins('bob', uri)).code).to.equal(404);
    expect((await alice.brings(uri, idOf('bob'), endpoint(sipOf('bob')))).code).to.equal(401);
    expect((await alice.updatesUsers(uri, '<xcon:deny-users-list/>')).code).to.equal(200);
    expect((await joins('bob', uri)).code).to.equal(200);
  });

  const handlings: readonly [handling: string, invited: number, stranger: number, status: string | undefined][] = [
    ['allow', 200, 200, 'connected'],
    ['authenticate', 200, 200, 'connected'],
    ['confirm', 200, 200, 'pending'],
    ['block', 401, 404, undefined],
    ['directed-operator', 401, 404, undefined],
  ];
  for (const [name, invited, stranger, status] of handlings) {
    it(`[E31] join-handling ${name}: the invited Carol gets ${invited}, Bob ${stranger}; both are ${status ?? 'not in'}`, async () => {
      const uri = await conference(users(handling(name) + allowed([sipOf('carol'), 'dial-in'])));
      expect((await joins('carol', uri)).code).to.equal(invited);
      expect((await joins('bob', uri)).code).to.equal(stranger);
      for (const who of ['carol', 'bob'] as const) expect(await statusOf(who, uri)).to.equal(status);
      expect((await joins('alice', uri)).code, 'the organizer always may').to.equal(200);
      expect(await statusOf('alice', uri)).to.equal('connected');
    });
  }

  it('[E31] without a word on join-handling nobody comes in: block is the default', async () => {
    const uri = await conference(users(''));
    await system.as('alice').updatesUsers(uri, '<xcon:join-handling/>');
    expect((await joins('bob', uri)).code).to.equal(404);
  });

  it('[E31, E32] a closed conference that confirms puts those who are not on its list on the pending list', async () => {
    const uri = await conference(users(policy('closedAuthenticated') + handling('confirm')));
    expect((await joins('bob', uri)).code).to.equal(200);
    expect(await statusOf('bob', uri)).to.equal('pending');
  });

  it('[E31] a moderator lets one who waits in and sends another away; those in the conference see neither wait', async () => {
    const alice = system.as('alice');
    const uri = await conference(users(handling('allow')));
    await joins('carol', uri);
    await alice.updatesUsers(uri, handling('confirm'));
    for (const name of ['bob', 'dave'] as const) await joins(name, uri);
    expect((await system.as('carol').retrieves(uri)).xml).not.to.match(/bob|dave/);
    expect(
      (
        await system
          .as('bob')
          .updatesUser(uri, idOf('bob'), endpoint(sipOf('bob'), '<info:status>connected</info:status>'))
      ).code,
      'not by himself',
    ).to.equal(426);
    expect(
      (await alice.updatesUser(uri, idOf('bob'), endpoint(sipOf('bob'), '<info:status>connected</info:status>'))).code,
    ).to.equal(200);
    expect((await alice.removes(uri, idOf('dave'))).code).to.equal(200);
    const { info } = await system.as('carol').retrieves(uri);
    expect(textAt(userIn(info, idOf('bob')), 'endpoint/status')).to.equal('connected');
    expect(textAt(info, 'conference-state/user-count')).to.equal('2');
    expect((await system.as('dave').retrieves(uri)).code).to.equal(404);
  });

  it('[E27] a locked conference adds nobody, not by themselves nor by others, until it is unlocked', async () => {
    const alice = system.as('alice');
    const uri = await conference(users(handling('allow')));
    await joins('carol', uri);
    expect((await system.as('carol').updates(uri, locked(true))).code, 'not by a participant').to.equal(409);
    expect((await alice.updates(uri, locked(true))).code).to.equal(200);
    expect((await joins('bob', uri)).code).to.equal(401);
    expect((await alice.brings(uri, idOf('bob'), endpoint(sipOf('bob')))).code).to.equal(401);
    expect((await system.as('carol').joins(uri, endpoint('sip:carol2@example.com'))).code, 'who is in').to.equal(200);
    expect((await alice.updates(uri, locked(false))).code).to.equal(200);
    expect((await joins('bob', uri)).code).to.equal(200);
  });

  it('[E21] a full conference answers 511 until somebody leaves', async () => {
    const uri = await conference(
      description('<info:maximum-user-count>2</info:maximum-user-count>') + users(handling('allow')),
    );
    for (const name of ['bob', 'carol'] as const) expect((await joins(name, uri)).code).to.equal(200);
    expect((await joins('dave', uri)).code).to.equal(511);
    expect((await system.as('alice').brings(uri, idOf('dave'))).code).to.equal(511);
    expect((await system.as('bob').joins(uri, endpoint('sip:bob2@example.com'))).code, 'who is in').to.equal(200);
    await system.as('carol').leaves(uri);
    expect((await joins('dave', uri)).code).to.equal(200);
  });

  it('[E40, U3] a participant brings others in only with allow-invite-users-dynamically, and throws out likewise', async () => {
    const alice = system.as('alice');
    const uri = await conference(users(handling('allow')));
    await joins('bob', uri);
    await joins('carol', uri);
    const bob = system.as('bob');
    expect((await bob.brings(uri, idOf('dave'))).code).to.equal(401);
    expect((await bob.removes(uri, idOf('carol'))).code).to.equal(401);
    const may =
      '<xcon:allow-invite-users-dynamically>true</xcon:allow-invite-users-dynamically><xcon:allow-remove-users-dynamically>true</xcon:allow-remove-users-dynamically>';
    expect((await bob.updatesUser(uri, idOf('bob'), may)).code, 'not by himself').to.equal(426);
    expect((await alice.updatesUser(uri, idOf('bob'), may)).code).to.equal(200);
    expect((await bob.brings(uri, 'xcon-userid:nobody@example.com')).code).to.equal(420);
    expect((await bob.brings(uri, idOf('dave'))).code).to.equal(200);
    expect((await bob.removes(uri, idOf('carol'))).code).to.equal(200);
    expect((await bob.removes(uri, idOf('alice'))).code, 'not the organizer').to.equal(401);
  });

  it('[E39, C11] roles decide: a moderator may not delete or rename, an administrator may, and the last one stays', async () => {
    const alice = system.as('alice');
    const uri = await conference(users(role('bob', 'moderator') + role('carol', 'administrator', 'x-scribe')));
    const rename = description('<info:subject>New</info:subject>');
    expect(await system.as('bob').updates(uri, rename)).to.include({ code: 409, version: 1 });
    expect((await system.as('bob').deletes(uri)).code).to.equal(401);
    expect((await system.as('carol').updates(uri, rename)).code).to.equal(200);
    expect((await system.as('carol').updatesUsers(uri, role('carol', 'participant'))).code).to.equal(200);
    expect((await alice.updatesUsers(uri, role('alice', 'participant'))).code).to.be.oneOf([409, 426]);
    expect((await alice.deletes(uri)).code).to.equal(200);
  });
});

describe('a conference with a password', () => {
  let system: TestSystem;
  let uri = '';
  let password = '';
  beforeEach(async () => {
    system = await TestSystem.start({ 'attempts.pair.free': 3, 'attempts.pair.first': 300 });
    const answer = await system.as('alice').clones('xcon:closed@example.com');
    uri = made(answer);
    password = textAt(answer.info, 'conference-description/conf-uris/entry/conference-password') ?? '';
    await system.as('alice').updatesUsers(uri, allowed([sipOf('bob'), 'dial-in'], [sipOf('carol'), 'dial-in']));
  });
  afterEach(() => system.close());

  it('[M8, E18] of the shipped blueprint gets one of its own, which its organizer sees', async () => {
    expect(password).to.match(/^\d{10}$/);
    const other = await system.as('alice').clones('xcon:closed@example.com');
    expect(textAt(other.info, 'conference-description/conf-uris/entry/conference-password')).not.to.equal(password);
  });

  it('[M8] wants it in every request of those without privilege: 423 without, 422 with a wrong one', async () => {
    const bob = system.as('bob');
    const requests = [
      (given: { password?: string }) => bob.retrieves(uri, given),
      (given: { password?: string }) => bob.retrievesUsers(uri, given),
      (given: { password?: string }) => bob.joins(uri, endpoint(sipOf('bob')), given),
    ];
    for (const request of requests) {
      expect((await request({})).code).to.equal(423);
      expect((await request({ password: '1' })).code).to.equal(422);
      expect((await request({ password })).code).to.equal(200);
    }
    expect((await bob.retrieves(uri, { password })).xml, 'but is not told').not.to.include('conference-password');
  });

  it('[M8] wants none of its organizer, and strangers do not learn that there is one: 404', async () => {
    expect((await system.as('alice').retrieves(uri)).code).to.equal(200);
    for (const given of [{}, { password }, { password: '1' }]) {
      const { code } = await system.as('dave').joins(uri, endpoint(sipOf('dave')), given);
      expect(code).to.equal(404);
    }
  });

  it('[M8] holds guesses back after some, even the right one, and only those of the guesser', async () => {
    const bob = system.as('bob');
    const guess = async (given: string): Promise<number> =>
      (await bob.joins(uri, endpoint(sipOf('bob')), { password: given })).code;
    for (const wrong of ['1', '2', '3', '4']) expect(await guess(wrong)).to.equal(422);
    expect(await guess(password)).to.equal(422);
    expect((await system.as('carol').joins(uri, endpoint(sipOf('carol')), { password })).code).to.equal(200);
  });

  it('[E18, M8] takes any of several, and none any more when it is removed', async () => {
    const [sip] = textsAt((await system.as('alice').retrieves(uri)).info, 'conference-description/conf-uris/entry/uri');
    const entry = (inside: string): string =>
      description(`<info:conf-uris><info:entry><info:uri>${sip}</info:uri>${inside}</info:entry></info:conf-uris>`);
    const two =
      '<xcon:conference-password>one</xcon:conference-password><xcon:conference-password>two</xcon:conference-password>';
    expect((await system.as('alice').updates(uri, entry(two))).code).to.equal(200);
    expect((await system.as('bob').retrieves(uri, { password })).code).to.equal(422);
    expect((await system.as('bob').retrieves(uri, { password: 'one' })).code).to.equal(200);
    expect((await system.as('bob').retrieves(uri, { password: 'two' })).code).to.equal(200);
    expect((await system.as('alice').updates(uri, entry('<xcon:conference-password/>'))).code).to.equal(200);
    expect((await system.as('bob').retrieves(uri)).code).to.equal(200);
    expect(
      all((await system.as('alice').retrieves(uri)).info, 'conference-description/conf-uris/entry'),
    ).to.have.length(1);
  });
});
