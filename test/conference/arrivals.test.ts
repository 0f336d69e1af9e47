import { expect } from 'chai';
import type { Arrival } from '../../lib/conference/changes.ts';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { CONFERENCE_INFO } from '../../lib/model/names.ts';
import {
  as,
  changes,
  conference,
  endpoint,
  idOf,
  newcomer,
  refusalOf,
  roster,
  shown,
  sipOf,
  user,
  world,
} from './world.ts';

const FAILED =
  '<info:status>disconnected</info:status><info:disconnection-method>failed</info:disconnection-method>' +
  '<info:disconnection-info><info:reason>Not you.</info:reason></info:disconnection-info>';

const FAILS = ['status', 'disconnection-method', 'disconnection-info'];

/** A conference of alice that lets nobody of these come in, and who was asked about. */
async function guarded(...barred: string[]): Promise<{ control: ConferenceControl; uri: XconUri; asked: Arrival[] }> {
  const { control } = await world();
  const { uri } = await control.create(as('alice'), {});
  const asked: Arrival[] = [];
  control.addArrivalGuard((arrival) => {
    asked.push(arrival);
    return barred.some((name) => idOf(name) === arrival.user) ? new Refusal('barred', 'Not you.') : undefined;
  });
  return { control, uri, asked };
}

const named = (name: string, inside = ''): string =>
  `<info:user entity="${idOf(name)}">${endpoint(sipOf(name), inside)}</info:user>`;

describe('guards of arrivals', () => {
  it('refuse who joins, and nothing changes', async () => {
    const { control, uri, asked } = await guarded('bob');
    const { version } = await control.retrieve(as('alice'), uri);
    expect(await refusalOf(control.createUser(as('bob'), uri))).to.equal('barred');
    expect(await refusalOf(control.createUser(as('bob'), uri, user(idOf('bob'), endpoint(sipOf('bob')))))).to.equal(
      'barred',
    );
    expect((await control.retrieve(as('alice'), uri)).version).to.equal(version);
    expect(asked.map(({ joins, endpoints }) => [joins, endpoints.length])).to.deep.equal([
      [true, 0],
      [true, 1],
    ]);
  });

  it('refuse who is brought in by a request of her own', async () => {
    const { control, uri, asked } = await guarded('bob');
    expect(await refusalOf(control.createUser(as('alice'), uri, user(idOf('bob'), endpoint(sipOf('bob')))))).to.equal(
      'barred',
    );
    expect(asked.map(({ joins, caller }) => [joins, caller])).to.deep.equal([[false, as('alice').caller]]);
    const { element } = (await control.endpoints.object(uri))?.users.get(idOf('bob'))?.part ?? {};
    const [there] = element?.all(CONFERENCE_INFO, 'endpoint') ?? [];
    expect(there?.elements.map(({ local }) => local)).to.deep.equal(FAILS);
    expect(there?.elements[2]?.elements.map(({ local, text }) => (local === 'when' ? local : text))).to.deep.equal([
      'when',
      'Not you.',
    ]);
  });

  it('judge lists entry by entry: the endpoint of who may not come has failed', async () => {
    const { control, uri } = await guarded('bob');
    const status = '<info:status>connected</info:status>';
    const media = '<info:media id="1"><info:type>audio</info:type></info:media>';
    await control.updateUsers(as('alice'), uri, roster(named('bob', status + media) + named('carol')));
    const text = await shown(control, as('alice'), uri);
    expect(text).to.include(endpoint(sipOf('bob'), FAILED + media));
    expect(text).to.include(endpoint(sipOf('carol'), '<info:status>connected</info:status>'));
  });

  it('judge the users that a conference is made with', async () => {
    const { control } = await guarded('bob');
    const document = conference(`<info:users>${named('bob')}${named('carol')}</info:users>`);
    const { uri } = await control.create(as('alice'), { document });
    const text = await shown(control, as('alice'), uri);
    expect(text).to.include(endpoint(sipOf('bob'), FAILED));
    expect(text).to.include(endpoint(sipOf('carol'), '<info:status>connected</info:status>'));
  });

  it('are not asked about who is invited, is in already, or leaves', async () => {
    const { control, uri, asked } = await guarded();
    const list = `<info:users><xcon:allowed-users-list><xcon:target uri="${sipOf('bob')}" method="dial-in"/></xcon:allowed-users-list></info:users>`;
    await control.update(as('alice'), uri, changes(list));
    expect(asked).to.have.lengthOf(0);
    await control.createUser(as('bob'), uri, user(idOf('bob'), endpoint(sipOf('bob'))));
    expect(asked).to.have.lengthOf(1);
    await control.updateUser(as('bob'), uri, user(idOf('bob'), '<info:display-text>Robert</info:display-text>'));
    await control.deleteUser(as('bob'), uri);
    expect(asked).to.have.lengthOf(1);
  });

  it('are asked about each further endpoint', async () => {
    const { control, uri, asked } = await guarded();
    await control.createUser(as('bob'), uri, user(idOf('bob'), endpoint(sipOf('bob'))));
    await control.createUser(as('bob'), uri, user(idOf('bob'), endpoint('sip:bob@192.0.2.9')));
    expect(asked.map(({ endpoints }) => endpoints.map((one) => one.attribute('entity')))).to.deep.equal([
      [sipOf('bob')],
      ['sip:bob@192.0.2.9'],
    ]);
  });

  it('refuse who is there unseen as if she were not there', async () => {
    const { control, uri } = await guarded();
    const hidden = `<xcon:provide-anonymity>hidden</xcon:provide-anonymity>`;
    const invites = '<xcon:allow-invite-users-dynamically>true</xcon:allow-invite-users-dynamically>';
    await control.createUser(as('alice'), uri, user(idOf('carol'), endpoint(sipOf('carol')) + invites));
    await control.createUser(as('bob'), uri, user(idOf('bob'), endpoint(sipOf('bob')) + hidden));
    const add = () => refusalOf(control.createUser(as('carol'), uri, user(idOf('bob'), endpoint(sipOf('bob')))));
    expect(await add()).to.equal(undefined);
    control.addArrivalGuard((arrival) =>
      arrival.user === idOf('bob') ? new Refusal('barred', 'Not you.') : undefined,
    );
    expect(await add()).to.equal('barred');
  });

  it('take a newcomer as one who comes by herself', async () => {
    const { control, asked } = await guarded();
    const document = conference(
      '<info:users><xcon:join-handling>allow</xcon:join-handling><xcon:user-admission-policy>anonymous</xcon:user-admission-policy></info:users>',
    );
    const { uri } = await control.create(as('alice'), { document });
    const aors =
      '<info:associated-aors><info:entry><info:uri>sip:g@example.net</info:uri></info:entry></info:associated-aors>';
    await control.createUser(newcomer, uri, user('xcon-userid:AUTO_GENERATE_1@example.com', aors));
    expect(asked.map(({ joins, caller }) => [joins, caller.kind])).to.deep.equal([[true, 'newcomer']]);
  });
});
