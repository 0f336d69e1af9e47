import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { baresip as echoing } from '../sip/peers/baresip.ts';
import { EventReader } from '../support/event-reader.ts';
import { description, endpoint, users } from '../support/messages.ts';
import { Janus } from '../support/janus.ts';
import type { PhoneCall } from '../support/phone-call.ts';
import { attributesAt, textAt } from '../support/reading.ts';
import { RtpPhone } from '../support/rtp-phone.ts';
import { basic } from '../support/party.ts';
import { Stage } from '../support/stage.ts';
import { idOf, made, type Name, PASSWORD, sipOf } from '../support/system.ts';

const PITCHES = { alice: 500, bob: 740, carol: 1_130, dave: 1_610 };
const ALL = Object.values(PITCHES);
const pitches = (...names: Name[]): number[] => names.map((name) => PITCHES[name]);

describe('sound', function () {
  let janus: Janus;
  let stage: Stage;
  let conference: string;
  const open: RtpPhone[] = [];

  before(async () => {
    janus = await Janus.start();
    // baresip 1.0 gives up where SHA-256 is offered.
    stage = await Stage.start('udp', { ...janus.settings, 'sip.digest': ['MD5'] });
  });
  beforeEach(async () => (conference = await stage.conference()));
  afterEach(async () => {
    for (const phone of open.splice(0)) phone.close();
    await stage.clear();
  });
  after(async () => {
    await stage.close();
    await janus.stop();
  });

  /** Somebody calls by SIP, and sends her tone by RTP as soon as she is answered. */
  const calls = async (name: Name, target = conference): Promise<{ call: PhoneCall; sound: RtpPhone }> => {
    const sound = await RtpPhone.open(PITCHES[name]);
    open.push(sound);
    const call = (await stage.phone(name)).calls(stage.uri(target), { offer: sound.description() });
    const answer = await call.gets(200);
    sound.talk(answer.body.toString());
    return { call, sound };
  };
  const muteTo = async (name: Name, mute: boolean): Promise<void> => {
    const user = await stage.user(conference, name);
    const [entity, id] = [attributesAt(user, 'endpoint', 'entity')[0], attributesAt(user, 'endpoint/media', 'id')[0]];
    const answer = await stage.system.as('alice').updatesUser(
      conference,
      idOf(name),
      `<info:endpoint entity="${entity}"><info:media id="${id}"><xcon:to-mixer name="AudioIn"><xcon:controls>
        <xcon:mute>${mute}</xcon:mute></xcon:controls></xcon:to-mixer></info:media></info:endpoint>`,
    );
    expect(answer.code).to.equal(200);
  };

  it('[E43] flows between callers: each hears the others and not himself, and whoever has left no more', async () => {
    const [bob, carol, dave] = [await calls('bob'), await calls('carol'), await calls('dave')];
    await Promise.all([
      bob.sound.settlesOn(pitches('carol', 'dave'), ALL),
      carol.sound.settlesOn(pitches('bob', 'dave'), ALL),
      dave.sound.settlesOn(pitches('bob', 'carol'), ALL),
    ]);
    const shown = await stage.user(conference, 'bob');
    expect(textAt(shown, 'endpoint/media/status')).to.equal('sendrecv');
    await dave.call.leaves();
    await bob.sound.settlesOn(pitches('carol'), ALL);
  });

  it('[E24] of who is muted by CCMP is heard by nobody, until he is not muted', async () => {
    const [bob, carol] = [await calls('bob'), await calls('carol')];
    await carol.sound.settlesOn(pitches('bob'), ALL);
    await muteTo('bob', true);
    await carol.sound.settlesOn([], ALL);
    await bob.sound.settlesOn(pitches('carol'), ALL);
    await muteTo('bob', false);
    await carol.sound.settlesOn(pitches('bob'), ALL);
  });

  it('[E24] of who is muted by the status of his medium (RFC 6504 §6.2) is heard again when a moderator says so', async () => {
    const [bob, carol] = [await calls('bob'), await calls('carol')];
    await carol.sound.settlesOn(pitches('bob'), ALL);
    const watcher = await stage.watches(conference);
    const statusTo = async (name: Name, status: string) => {
      const user = await stage.user(conference, 'bob');
      const [entity, id] = [attributesAt(user, 'endpoint', 'entity')[0], attributesAt(user, 'endpoint/media', 'id')[0]];
      const medium = `<info:media id="${id}"><info:status>${status}</info:status></info:media>`;
      const content = `<info:endpoint entity="${entity}">${medium}</info:endpoint>`;
      return (await stage.system.as(name).updatesUser(conference, idOf('bob'), content)).code;
    };
    const shows = (status: string, medium: string) =>
      watcher.sees(
        idOf('bob'),
        (user) => textAt(user, 'endpoint/status') === status && textAt(user, 'endpoint/media/status') === medium,
      );
    expect(await statusTo('alice', 'recvonly')).to.equal(200);
    await carol.sound.settlesOn([], ALL);
    await bob.sound.settlesOn(pitches('carol'), ALL);
    await shows('muted-via-focus', 'recvonly');
    // Neither by CCMP nor by his telephone does he undo it.
    expect(await statusTo('bob', 'sendrecv')).to.equal(426);
    const none = bob.sound.description().replace(/m=audio \d+/, 'm=audio 0');
    expect((await bob.call.reinvites(none)).status).to.equal(200);
    await shows('muted-via-focus', 'inactive');
    const again = await bob.call.reinvites(bob.sound.description());
    bob.sound.talk(again.body.toString());
    await bob.sound.settlesOn(pitches('carol'), ALL);
    await carol.sound.settlesOn([], ALL);
    expect(await statusTo('alice', 'sendrecv')).to.equal(200);
    await carol.sound.settlesOn(pitches('bob'), ALL);
    await shows('connected', 'sendrecv');
  });

  it('[E25] is heard of nobody while the conference is muted, of those who come later neither', async () => {
    const [bob, carol] = [await calls('bob'), await calls('carol')];
    await carol.sound.settlesOn(pitches('bob'), ALL);
    const [label] = attributesAt(
      await stage.document(conference),
      'conference-description/available-media/entry',
      'label',
    );
    const muted = (mute: boolean): string =>
      description(`<info:available-media><info:entry label="${label}"><info:type>audio</info:type><xcon:controls>
        <xcon:mute>${mute}</xcon:mute></xcon:controls></info:entry></info:available-media>`);
    expect((await stage.system.as('alice').updates(conference, muted(true))).code).to.equal(200);
    const dave = await calls('dave');
    await Promise.all([bob, carol, dave].map(({ sound }) => sound.settlesOn([], ALL)));
    expect((await stage.system.as('alice').updates(conference, muted(false))).code).to.equal(200);
    await bob.sound.settlesOn(pitches('carol', 'dave'), ALL);
  });

  it('[E20] is recorded while the conference shows where, and all hear that it begins', async () => {
    const [bob] = [await calls('bob')];
    const tone = bob.sound.hearsOnce(1_400);
    const uris = (...entries: string[]): string =>
      description(`<info:service-uris>${entries.join('')}</info:service-uris>`);
    const shown = uris(
      '<info:entry><info:uri>https://example.com/minutes</info:uri><info:purpose>recording</info:purpose></info:entry>',
    );
    expect((await stage.system.as('bob').updates(conference, shown)).code).not.to.equal(200);
    expect((await stage.system.as('alice').updates(conference, shown)).code).to.equal(200);
    await tone;
    const [file] = readdirSync(janus.folder).filter((name) => name.endsWith('.wav'));
    expect(file).to.include(conference.slice('xcon:'.length).split('@')[0]);
  });

  it('tells by itself who comes and goes (RFC 6504 §6.3)', async () => {
    const bob = await calls('bob');
    const came = bob.sound.hearsOnce(440);
    const carol = await calls('carol');
    await came;
    const went = bob.sound.hearsOnce(660);
    await carol.call.leaves();
    await went;
  });

  it('shows who talks to readers of a stream who ask for it', async () => {
    const url = `${new URL(stage.system.url).origin}/conferences/${conference}/events?format=json&talking`;
    const reader = await EventReader.open(url, { Authorization: basic('alice', PASSWORD) });
    expect((await reader.next())?.event).to.equal('full');
    const talk = async (): Promise<unknown> => {
      for (let event = await reader.next(); event !== undefined; event = await reader.next())
        if (event.event === 'talking') return JSON.parse(event.data) as unknown;
      throw new Error('the stream has ended');
    };
    const bob = await calls('bob');
    expect(await talk()).to.deep.equal({ user: idOf('bob'), talking: true });
    await bob.call.reinvites(bob.sound.description('recvonly'));
    expect(await talk()).to.deep.equal({ user: idOf('bob'), talking: false });
    reader.close();
  });

  it('reaches nobody before the PIN was pressed (RFC 4733, RFC 6504 §6.4), and then all', async () => {
    const password = '4711';
    conference = await stage.conference(
      users('<xcon:join-handling>allow</xcon:join-handling>') +
        description(`<info:conf-uris><info:entry><info:uri>tel:+1-555-0100</info:uri>
          <xcon:conference-password>${password}</xcon:conference-password></info:entry></info:conf-uris>`),
    );
    const alice = await calls('alice');
    const sound = await RtpPhone.open(PITCHES.bob);
    open.push(sound);
    const call = (await stage.phone('bob')).calls(stage.uri(conference), { offer: sound.description() });
    const prompt = sound.hearsOnce(1_000);
    sound.talk((await call.gets(200)).body.toString());
    await prompt;
    expect(await stage.user(conference, 'bob').then((user) => textAt(user, 'endpoint/status'))).not.to.equal(
      'connected',
    );
    const refused = sound.hearsOnce(300);
    sound.press('1234#');
    await refused;
    await alice.sound.settlesOn([], ALL);
    sound.press(`${password}#`);
    await sound.settlesOn(pitches('alice'), ALL);
    await alice.sound.settlesOn(pitches('bob'), ALL);
    expect(textAt(await stage.user(conference, 'bob'), 'endpoint/status')).to.equal('connected');
  });

  it('of a sidebar is heard in it alone', async () => {
    const [alice, bob, carol] = [await calls('alice'), await calls('bob'), await calls('carol')];
    await carol.sound.settlesOn(pitches('alice', 'bob'), ALL);
    const sidebar = made(
      await stage.system.as('alice').asks('sidebarByVal', { operation: 'create', confObjID: conference }),
    );
    for (const name of ['alice', 'bob'] as const)
      expect((await stage.system.as(name).joins(sidebar, endpoint(sipOf(name)))).code).to.equal(200);
    await Promise.all([
      alice.sound.settlesOn(pitches('bob'), ALL),
      bob.sound.settlesOn(pitches('alice'), ALL),
      carol.sound.settlesOn([], ALL),
    ]);
  });

  it('§7.4 of a coach is heard by the agent alone, who is heard by the customer', async () => {
    const [alice, bob, carol] = [await calls('alice'), await calls('bob'), await calls('carol')];
    await carol.sound.settlesOn(pitches('alice', 'bob'), ALL);
    const party = stage.system.as('alice');
    const coaching = made(await party.asks('sidebarByRef', { operation: 'create', confObjID: conference }));
    const member = (name: Name, status: string): string => {
      const medium = `<info:media id="AUTO_GENERATE_${status}"><info:type>audio</info:type><info:status>${status}</info:status></info:media>`;
      return `<info:user entity="${idOf(name)}">${endpoint(sipOf(name), medium)}</info:user>`;
    };
    const updated = await party.asks('sidebarByRef', {
      ...{ operation: 'update', confObjID: coaching },
      inside: `<sidebarByRefInfo entity="${coaching}">${users(
        member('alice', 'sendonly') + member('bob', 'recvonly'),
      )}</sidebarByRefInfo>`,
    });
    expect(updated.code).to.equal(200);
    await Promise.all([
      alice.sound.settlesOn(pitches('bob', 'carol'), ALL),
      bob.sound.settlesOn(pitches('alice', 'carol'), ALL),
      carol.sound.settlesOn(pitches('bob'), ALL),
    ]);
    const inside = `<sidebarByRefInfo entity="${coaching}"/>`;
    expect((await party.asks('sidebarByRef', { operation: 'delete', confObjID: coaching, inside })).code).to.equal(200);
    await carol.sound.settlesOn(pitches('alice', 'bob'), ALL);
  });

  it('reaches a telephone that others wrote, and comes back from it', async () => {
    const bob = await calls('bob');
    // baresip says what it hears: bob hears himself, by way of it.
    const baresip = echoing({
      proxy: stage.system.sip('', 'udp').replace(/^sip:@|;.*$/g, ''),
      transport: 'udp',
      password: PASSWORD,
      calls: stage.uri(conference).replace(/;.*$/, ''),
    });
    try {
      await baresip.says(/Call established/);
      await bob.sound.settlesOn(pitches('bob'), ALL);
      const watcher = await stage.watches(conference);
      expect((await stage.system.as('alice').removes(conference, idOf('alice'))).code).to.equal(200);
      await watcher.sees(
        idOf('alice'),
        (user) => user === undefined || textAt(user, 'endpoint/status') !== 'connected',
      );
      await bob.sound.settlesOn([], ALL);
    } finally {
      await baresip.stop();
    }
  });

  it('goes on after a restart of Janus, and no call is lost', async () => {
    const [bob, carol] = [await calls('bob'), await calls('carol')];
    await carol.sound.settlesOn(pitches('bob'), ALL);
    await janus.kill();
    await janus.start();
    await Promise.all([bob.sound.settlesOn(pitches('carol'), ALL), carol.sound.settlesOn(pitches('bob'), ALL)]);
    expect([bob.call.ending, carol.call.ending]).to.deep.equal([undefined, undefined]);
  });
});
