import { expect } from 'chai';
import type { Arrival } from '../../lib/conference/changes.ts';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import type { DialIn } from '../../lib/conference/endpoints.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import type { XconUri, XconUserId } from '../../lib/model/identifiers.ts';
import { CONFERENCE_INFO } from '../../lib/model/names.ts';
import { endpointsOf, statusOf } from '../../lib/model/user.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { as, changes, guest, idOf, refusalOf, settings, world } from './world.ts';

const DEVICE = 'sip:bob@192.0.2.7';
const call = (entity = DEVICE, more: Partial<DialIn> = {}): DialIn => ({
  entity,
  state: { joiningMethod: 'dialed-in', media: [{ id: '1', type: 'audio', status: 'sendrecv' }] },
  ...more,
});
const knock = { entity: DEVICE, types: ['audio', 'text'] };
const NOBODY = 'xcon-userid:nobody-else-knows@example.com' as XconUserId;

async function opened(asked = ''): Promise<{ control: ConferenceControl; uri: XconUri }> {
  const { control } = await world();
  const { uri } = await control.create(as('alice'), {});
  if (asked !== '') await control.update(as('alice'), uri, settings(asked));
  return { control, uri };
}

async function userIn(control: ConferenceControl, uri: XconUri, key = idOf('bob')): Promise<XmlElement | undefined> {
  return (await control.endpoints.object(uri))?.users.get(key)?.part.element;
}

const callsOf = (user: XmlElement | undefined): string[] =>
  user === undefined ? [] : endpointsOf(user).map((one) => `${one.attribute('entity')} ${statusOf(one)}`);

describe('who calls a conference', () => {
  it('is there as the directory has her, with her call before what extends her', async () => {
    const { control, uri } = await opened();
    const { key, entry } = await control.endpoints.dialIn(as('bob'), uri, call(DEVICE, { anonymous: true }));
    expect([key, entry]).to.deep.equal([idOf('bob'), 'in']);
    const user = await userIn(control, uri);
    expect(user?.elements.map(({ local }) => local)).to.deep.equal([
      ...['display-text', 'associated-aors', 'endpoint', 'provide-anonymity'],
    ]);
    expect(callsOf(user)).to.deep.equal([`${DEVICE} connected`]);
  });

  it('has each of her calls, and of one device the newest', async () => {
    const { control, uri } = await opened();
    await control.endpoints.dialIn(as('bob'), uri, call());
    await control.endpoints.dialIn(as('bob'), uri, call('sip:bob@192.0.2.8'));
    await control.endpoints.dialIn(as('bob'), uri, call(DEVICE, { state: { status: 'on-hold' } }));
    const user = await userIn(control, uri);
    expect(callsOf(user)).to.deep.equal([`${DEVICE} on-hold`, 'sip:bob@192.0.2.8 connected']);
    expect(user && endpointsOf(user)[0]?.first(CONFERENCE_INFO, 'media')).to.equal(undefined);
  });

  it('is gone with her last call, where nobody has named her', async () => {
    const { control, uri } = await opened();
    await control.endpoints.dialIn(as('bob'), uri, call());
    await control.endpoints.dialIn(as('bob'), uri, call('sip:bob@192.0.2.8'));
    await control.endpoints.remove(uri, idOf('bob'), [DEVICE]);
    expect(callsOf(await userIn(control, uri))).to.deep.equal(['sip:bob@192.0.2.8 connected']);
    await control.endpoints.remove(uri, idOf('bob'), ['sip:bob@192.0.2.8']);
    expect(await userIn(control, uri)).to.equal(undefined);
    await control.endpoints.dialIn(as('alice'), uri, call('sip:alice@192.0.2.9'));
    await control.endpoints.remove(uri, idOf('alice'), ['sip:alice@192.0.2.9']);
    expect(callsOf(await userIn(control, uri, idOf('alice')))).to.deep.equal([]);
    expect(await userIn(control, uri, idOf('alice'))).not.to.equal(undefined);
  });

  it('waits where she is to be let in', async () => {
    const { control, uri } = await opened('<xcon:join-handling>confirm</xcon:join-handling>');
    expect((await control.endpoints.dialIn(as('bob'), uri, call())).entry).to.equal('pending');
    expect(callsOf(await userIn(control, uri))).to.deep.equal([`${DEVICE} pending`]);
  });

  it('calls herself what she likes as a guest, and is shown under another entity', async () => {
    const { control, uri } = await opened('<xcon:user-admission-policy>anonymous</xcon:user-admission-policy>');
    await control.endpoints.dialIn(guest(NOBODY), uri, call(DEVICE, { displayText: 'Visitor' }));
    const record = (await control.endpoints.object(uri))?.users.get(NOBODY);
    expect(record?.part.element.first(CONFERENCE_INFO, 'display-text')?.text).to.equal('Visitor');
    expect(record?.facts.alias).to.match(/^xcon-userid:/);
    expect(record?.facts.addresses).to.deep.equal([]);
  });
});

describe('whether somebody could come in by a call', () => {
  it('is judged by the media that she offers, and changes nothing', async () => {
    const { control, uri } = await opened();
    const arrivals: Arrival[] = [];
    control.addArrivalGuard((arrival) => void arrivals.push(arrival));
    const before = await control.endpoints.object(uri);
    const welcome = await control.endpoints.check(as('bob'), uri, knock);
    expect(welcome).to.deep.include({ key: idOf('bob'), entry: 'in', asks: false });
    expect(await control.endpoints.object(uri)).to.equal(before);
    const [arrival] = arrivals;
    expect([arrival?.user, arrival?.joins, arrival?.record.facts.addresses]).to.deep.equal([
      ...[idOf('bob'), true, ['sip:bob@example.com']],
    ]);
    const media = arrival?.endpoints.flatMap((one) => one.all(CONFERENCE_INFO, 'media'));
    expect(media?.map((one) => one.first(CONFERENCE_INFO, 'type')?.text)).to.deep.equal(['audio', 'text']);
  });

  const obstacles: [what: string, reason: string, make: (control: ConferenceControl, uri: XconUri) => unknown][] = [
    [
      'she is banned',
      'no-such-conference',
      (control, uri) =>
        control.update(
          as('alice'),
          uri,
          settings(
            '<xcon:user-admission-policy>openAuthenticated</xcon:user-admission-policy>' +
              '<xcon:deny-users-list><xcon:target uri="sip:bob@example.com"/></xcon:deny-users-list>',
          ),
        ),
    ],
    [
      'it is locked',
      'not-allowed',
      (control, uri) =>
        control.update(
          as('alice'),
          uri,
          changes('<info:conference-state><info:locked>true</info:locked></info:conference-state>'),
        ),
    ],
    [
      'a guard refuses her',
      'barred',
      (control) =>
        control.addArrivalGuard(({ user }) => (user === idOf('bob') ? new Refusal('barred', 'Not you.') : undefined)),
    ],
  ];
  for (const [what, reason, make] of obstacles)
    it(`is refused as the call would be where ${what}`, async () => {
      const { control, uri } = await opened();
      await make(control, uri);
      expect(await refusalOf(control.endpoints.check(as('bob'), uri, knock))).to.equal(reason);
      expect(await refusalOf(control.endpoints.dialIn(as('bob'), uri, call()))).to.equal(reason);
    });
});
