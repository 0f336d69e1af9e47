import { expect } from 'chai';
import type { Call } from '../../lib/conference/calls.ts';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import type { XconUri, XconUserId } from '../../lib/model/identifiers.ts';
import type { ConferenceObject } from '../../lib/model/conference-object.ts';
import type { UserRecord } from '../../lib/model/user.ts';
import { endpointsOf, statusOf } from '../../lib/model/user.ts';
import {
  as,
  DOMAIN,
  endpoint,
  guest,
  idOf,
  newcomer,
  refusalOf,
  roster,
  settings,
  sipOf,
  user,
  world,
} from './world.ts';

const PHONE = 'sip:bob@one.example';
const OTHER = 'sip:bob@two.example';
const status = (value: string): string => `<info:status>${value}</info:status>`;
const gone = (entity: string): string => `<info:endpoint entity="${entity}" state="deleted"/>`;

interface Scene {
  readonly control: ConferenceControl;
  readonly uri: XconUri;
  /** What Bob's update of himself, or another's of him, is refused for. */
  readonly update: (inside: string, call?: Call) => Promise<string | undefined>;
  readonly object: () => ConferenceObject;
  readonly record: (id?: XconUserId) => UserRecord | undefined;
  /** The statuses of his endpoints, by their addresses. */
  readonly phones: () => Record<string, string>;
}

/** Alice's conference with Carol in it. */
async function scene(handling = 'allow'): Promise<Scene> {
  const { control } = await world();
  let latest: ConferenceObject | undefined;
  control.onChange(({ after }) => (latest = after));
  const { uri } = await control.create(as('alice'), {});
  await control.createUser(as('carol'), uri, user(idOf('carol'), endpoint(sipOf('carol'))));
  await control.update(as('alice'), uri, settings(`<xcon:join-handling>${handling}</xcon:join-handling>`));
  const object = (): ConferenceObject => {
    if (latest === undefined) throw new Error('the conference is there');
    return latest;
  };
  const record = (id = idOf('bob')): UserRecord | undefined => object().users.get(id);
  return {
    control,
    uri,
    object,
    record,
    update: (inside, call = as('bob')) => refusalOf(control.updateUser(call, uri, user(idOf('bob'), inside))),
    phones: () => {
      const element = record()?.part.element;
      const all = element === undefined ? [] : endpointsOf(element);
      return Object.fromEntries(all.map((one) => [one.attribute('entity') ?? '', statusOf(one)]));
    },
  };
}

const join = ({ control, uri }: Scene, ...phones: readonly string[]): Promise<unknown> =>
  control.createUser(as('bob'), uri, user(idOf('bob'), phones.map((one) => endpoint(one)).join('')));

describe('userRequest/update', () => {
  it('[U9] by a participant changes what is his, and nothing that is the moderators’', async () => {
    const at = await scene();
    await join(at, PHONE);
    expect(await at.update('<info:display-text>Bob</info:display-text><info:languages>en</info:languages>')).to.equal(
      undefined,
    );
    for (const inside of [
      '<info:roles><info:entry>moderator</info:entry></info:roles>',
      '<info:cascaded-focus>sip:x@y</info:cascaded-focus>',
      '<xcon:allow-invite-users-dynamically>true</xcon:allow-invite-users-dynamically>',
      endpoint(PHONE, status('on-hold')),
      endpoint(PHONE, '<info:status/>'),
    ]) {
      expect(await at.update(inside), inside).to.equal('protected');
    }
    expect(await at.update('<info:display-text>X</info:display-text>', as('carol'))).to.equal('protected');
    expect(await at.update(gone(PHONE), as('carol'))).to.equal('protected');
    expect(await at.update(endpoint(PHONE, status('on-hold')), as('alice'))).to.equal(undefined);
    expect(at.phones()).to.deep.equal({ [PHONE]: 'on-hold' });
  });

  it('[U8] of who is not there, or is not known to be, finds no user', async () => {
    const at = await scene('confirm');
    expect(await at.update('', as('alice'))).to.equal('no-such-user');
    await join(at, PHONE);
    expect(await at.update('<info:languages>en</info:languages>', as('carol'))).to.equal('no-such-user');
    expect(await at.update('', as('dave'))).to.equal('no-such-conference');
  });

  it('[E42] gives a new endpoint the state that admission gives, whatever it says itself', async () => {
    for (const [handling, expected] of [
      ['allow', 'connected'],
      ['confirm', 'pending'],
    ] as const) {
      const at = await scene(handling);
      await join(at, PHONE);
      expect(await at.update(endpoint(OTHER, status('on-hold')))).to.equal(undefined);
      expect(at.phones()).to.deep.equal({ [PHONE]: expected, [OTHER]: expected });
    }
  });

  describe('[E31] of somebody who waits to be let in', () => {
    for (const [title, inside] of [
      ['removes the status of her endpoint', endpoint(PHONE, '<info:status/>')],
      ['sends it as white space', endpoint(PHONE, '<info:status> </info:status>')],
      ['sets it to connected', endpoint(PHONE, status('connected'))],
      ['sets it to disconnected', endpoint(PHONE, status('disconnected'))],
      ['sends it twice', endpoint(PHONE, status('pending') + status('connected'))],
      ['spells the endpoint with a space', endpoint(` ${PHONE}`, status('connected'))],
      ['brings one in while she takes the other out', gone(PHONE) + endpoint(OTHER, status('connected'))],
      ['brings another that is connected', endpoint(OTHER, status('connected'))],
      ['brings another without a status', endpoint(OTHER)],
      ['takes hers out and calls it new', gone(PHONE) + endpoint(` ${PHONE}`, status('connected'))],
      ['takes hers out', gone(PHONE)],
      ['says that all of it is new', endpoint(PHONE).replace('>', ' state="full">')],
      ['names herself invited', '<xcon:provide-anonymity>hidden</xcon:provide-anonymity>'],
    ] as const) {
      it(`lets her in by no trick: she ${title}`, async () => {
        const at = await scene('confirm');
        await join(at, PHONE);
        await at.update(inside);
        const record = at.record();
        expect(record === undefined || (record.facts.pending && !record.facts.connected), title).to.equal(true);
        expect(Object.values(at.phones()).every((one) => one === 'pending')).to.equal(true);
        const seen = await at.control.retrieveUsers(as('bob'), at.uri).catch(() => undefined);
        const text = Buffer.concat([...(seen?.view.content ?? [])]).toString();
        expect(text, 'she sees nobody who is in').to.not.include(idOf('carol'));
      });
    }

    it('ends her wait when she takes out the last endpoint with which she waits', async () => {
      const at = await scene('confirm');
      await join(at, PHONE, OTHER);
      expect(await at.update(gone(PHONE))).to.equal(undefined);
      expect(at.phones()).to.deep.equal({ [OTHER]: 'pending' });
      expect(await at.update(gone(OTHER))).to.equal(undefined);
      expect(at.record()).to.equal(undefined);
      expect(at.object().counts).to.include({ pending: 0, present: 1 });
    });

    it('keeps out one whose only endpoint a moderator sends away', async () => {
      const at = await scene('confirm');
      await join(at, PHONE);
      expect(await at.update(endpoint(PHONE, status('disconnected')), as('alice'))).to.equal(undefined);
      expect(at.object().counts).to.include({ pending: 0, present: 1 });
      const { view } = await at.control.retrieveUsers(as('bob'), at.uri);
      expect(Buffer.concat([...view.content]).toString()).to.not.include(idOf('carol'));
      expect(await at.update(gone(PHONE))).to.equal(undefined);
      expect(at.record()).to.equal(undefined);
    });

    it('keeps out whose other endpoint a moderator has sent away', async () => {
      const at = await scene('confirm');
      await join(at, PHONE, OTHER);
      await at.update(endpoint(PHONE, status('disconnected')), as('alice'));
      expect(await at.update(gone(OTHER))).to.equal(undefined);
      expect(at.record()).to.equal(undefined);
    });
  });

  describe('[G3, U9] with state="deleted" on an endpoint', () => {
    it('takes one of her own out, and she stays with the other', async () => {
      const at = await scene();
      await join(at, PHONE, OTHER);
      expect(await at.update(gone(PHONE) + '<info:languages>en</info:languages>')).to.equal(undefined);
      expect(at.phones()).to.deep.equal({ [OTHER]: 'connected' });
      expect(at.record()?.facts).to.include({ connected: true, endpoints: 1 });
      expect(await at.update(gone(PHONE)), 'what is not there stays so').to.equal(undefined);
    });

    it('takes it out also with what a moderator set in it', async () => {
      const at = await scene();
      await join(at, PHONE, OTHER);
      const floor = `<info:media id="1"><xcon:to-mixer name="AudioIn"><xcon:floor id="1">true</xcon:floor></xcon:to-mixer></info:media>`;
      expect(await at.update(endpoint(PHONE, status('on-hold') + floor), as('alice'))).to.equal(undefined);
      expect(await at.update(endpoint(PHONE, '<info:media id="1" state="deleted"/>'))).to.equal('protected');
      expect(await at.update(gone(PHONE))).to.equal(undefined);
      expect(at.phones()).to.deep.equal({ [OTHER]: 'connected' });
    });

    it('of the last one leaves: who only joined is gone, who is named stays so', async () => {
      const at = await scene();
      await join(at, PHONE);
      expect(await at.update(gone(PHONE))).to.equal(undefined);
      expect(at.record()).to.equal(undefined);
      const named = await scene();
      await named.control.updateUsers(as('alice'), named.uri, roster(`<info:user entity="${idOf('bob')}"/>`));
      await join(named, PHONE);
      expect(await named.update(gone(PHONE))).to.equal(undefined);
      expect(named.record()?.facts).to.include({ origin: 'named', endpoints: 0, connected: false });
    });

    it('of the last one of all ends the occurrence', async () => {
      const at = await scene();
      await at.control.deleteUser(as('carol'), at.uri);
      await join(at, PHONE);
      expect(at.object().header.active).to.equal(true);
      await at.update(gone(PHONE));
      expect(at.object().header.active).to.equal(false);
    });

    it('gives no right to anything else in the same request', async () => {
      const at = await scene();
      await join(at, PHONE, OTHER);
      expect(await at.update(gone(PHONE) + endpoint(OTHER, status('muted-via-focus')))).to.equal('protected');
      const roles = '<info:roles><info:entry>organizer</info:entry></info:roles>';
      expect(await at.update(roles + gone(PHONE))).to.equal('protected');
      expect(at.phones()).to.deep.equal({ [PHONE]: 'connected', [OTHER]: 'connected' });
    });

    it('[U4] lets a guest hang up', async () => {
      const at = await scene();
      const open = '<xcon:user-admission-policy>anonymous</xcon:user-admission-policy>';
      await at.control.update(as('alice'), at.uri, settings(open));
      const asked = user(`xcon-userid:AUTO_GENERATE_1@${DOMAIN}`, endpoint(PHONE));
      const { caller } = await at.control.createUser(newcomer, at.uri, asked);
      expect(at.record(caller)?.facts.connected).to.equal(true);
      await at.control.updateUser(guest(caller), at.uri, user(caller, gone(PHONE)));
      expect(at.record(caller)).to.equal(undefined);
    });
  });
});
