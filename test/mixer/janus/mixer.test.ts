import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { AudioBridge } from '../../../lib/mixer/janus/audio-bridge.ts';
import { connectionDefaults, JanusConnection } from '../../../lib/mixer/janus/connection.ts';
import { janusDefaults, JanusMixer } from '../../../lib/mixer/janus/mixer.ts';
import { Rooms } from '../../../lib/mixer/janus/rooms.ts';
import { type Leg, MediaRefused } from '../../../lib/mixer/mixer.ts';
import { ADMIN_KEY, API_SECRET, Janus } from '../../support/janus.ts';
import { RtpPhone } from '../../support/rtp-phone.ts';

const COACHING = 'xcon:coaching@example.com';
const ROOM = 'xcon:planning@example.com';
const PITCHES = { alice: 500, bob: 740, carol: 1_130 };
const ALL = Object.values(PITCHES);
type Name = keyof typeof PITCHES;

describe('sound through Janus', function () {
  let janus: Janus;
  let mixer: JanusMixer;
  let phones: Record<Name, RtpPhone>;
  let legs: Record<Name, Leg>;
  let errors: unknown[];
  const others = (name: Name): number[] => ALL.filter((pitch) => pitch !== PITCHES[name]);
  const names = Object.keys(PITCHES) as Name[];
  const all = <Value>(make: (name: Name) => Promise<Value>): Promise<Record<Name, Value>> =>
    Promise.all(names.map(async (name) => [name, await make(name)] as const)).then(
      (entries) => Object.fromEntries(entries) as Record<Name, Value>,
    );

  before(async () => (janus = await Janus.start()));
  after(() => janus.stop());

  beforeEach(async () => {
    errors = [];
    mixer = new JanusMixer({
      ...{ ...janusDefaults, url: janus.url, apiSecret: API_SECRET, adminKey: ADMIN_KEY, key: 'key', retry: 50 },
      ...{ listen: '127.0.0.1', advertise: undefined, inner: '127.0.0.1', recordings: janus.folder },
      report: (error) => errors.push(error),
    });
    await mixer.open();
    phones = await all((name) => RtpPhone.open(PITCHES[name], name === 'carol' ? 'PCMA' : 'PCMU'));
    legs = await all((name) => mixer.allocate(ROOM, name, { offer: phones[name].description() }));
    for (const name of names) phones[name].talk(legs[name].local);
  });

  afterEach(async () => {
    for (const name of names) phones[name].close();
    await mixer.close();
    expect(errors).to.deep.equal([]);
  });

  it('lets each hear the others, and not himself', async () => {
    await all((name) => phones[name].settlesOn(others(name), ALL));
  });

  it('lets nobody hear who is muted, until he is not', async () => {
    await legs.bob.mute('to-mixer', true);
    await Promise.all([
      phones.alice.settlesOn([PITCHES.carol], ALL),
      phones.carol.settlesOn([PITCHES.alice], ALL),
      phones.bob.settlesOn([PITCHES.alice, PITCHES.carol], ALL),
    ]);
    await legs.bob.mute('to-mixer', false);
    await all((name) => phones[name].settlesOn(others(name), ALL));
  });

  it('lets who has muted his loudspeaker hear nothing, and sends him silence', async () => {
    await phones.alice.settlesOn(others('alice'), ALL);
    await legs.alice.mute('from-mixer', true);
    await phones.alice.settlesOn([], ALL);
    await phones.bob.settlesOn(others('bob'), ALL);
  });

  it('makes loud and quiet what a participant says and hears', async () => {
    await legs.bob.gain('to-mixer', -127);
    await phones.alice.settlesOn([PITCHES.carol], ALL);
    await legs.bob.gain('to-mixer', 0);
    await legs.carol.gain('from-mixer', -127);
    await phones.carol.settlesOn([], ALL);
    await phones.alice.settlesOn(others('alice'), ALL);
  });

  it('lets a sidebar hear itself alone', async () => {
    await Promise.all([legs.alice.group('xcon:aside@example.com'), legs.bob.group('xcon:aside@example.com')]);
    await Promise.all([
      phones.alice.settlesOn([PITCHES.bob], ALL),
      phones.bob.settlesOn([PITCHES.alice], ALL),
      phones.carol.settlesOn([], ALL),
    ]);
    await Promise.all([legs.alice.group(), legs.bob.group()]);
    await all((name) => phones[name].settlesOn(others(name), ALL));
  });

  it('§7.4 lets a coach hear the conference, and be heard by one of it alone', async () => {
    await Promise.all([legs.alice.beside(COACHING, 'speaks'), legs.bob.beside(COACHING, 'hears')]);
    await Promise.all([
      phones.alice.settlesOn(others('alice'), ALL),
      phones.bob.settlesOn(others('bob'), ALL),
      phones.carol.settlesOn([PITCHES.bob], ALL),
    ]);
    await Promise.all([legs.alice.beside(), legs.bob.beside()]);
    await all((name) => phones[name].settlesOn(others(name), ALL));
  });

  it('lets those hear a coach who are in her sidebar as a whole', async () => {
    await Promise.all([legs.alice.beside(COACHING, 'speaks'), legs.bob.group(COACHING)]);
    await Promise.all([
      phones.alice.settlesOn([PITCHES.carol], ALL),
      phones.bob.settlesOn([PITCHES.alice], ALL),
      phones.carol.settlesOn([], ALL),
    ]);
  });

  it('lets who waits hear nobody, and nobody him, until he is let in', async () => {
    const dave = await RtpPhone.open(1_610);
    const leg = await mixer.allocate(ROOM, 'dave', { offer: dave.description(), waiting: true });
    dave.talk(leg.local);
    const prompt = dave.hearsOnce(1_000);
    await leg.announce('prompt');
    await prompt;
    await dave.settlesOn([], [...ALL, 1_610]);
    await leg.group();
    await dave.settlesOn(ALL, [...ALL, 1_610]);
    await phones.alice.hearsOnce(1_610);
    dave.close();
    await leg.release();
  });

  it('hears keys that are pressed (RFC 4733), and keeps them from the others', async () => {
    const pressed = new Promise<string>((resolve) => {
      let digits = '';
      mixer.listen({
        digit: (conference, leg, digit) => {
          digits += `${conference === ROOM ? leg : conference} ${digit};`;
          if (digit === '#') resolve(digits);
        },
      });
    });
    phones.bob.press('4711#');
    expect(await pressed).to.equal('bob 4;bob 7;bob 1;bob 1;bob #;');
  });

  it('tells who talks, and that a muted one does not', async () => {
    const told = (leg: Name, talking: boolean): Promise<void> =>
      new Promise((resolve) => {
        const stop = mixer.listen({
          talking: (_conference, who, what) => {
            if (who !== leg || what !== talking) return;
            stop();
            resolve();
          },
        });
      });
    const carol = told('carol', true);
    await legs.carol.mute('to-mixer', true);
    await legs.carol.mute('to-mixer', false);
    await carol;
    const silent = told('carol', false);
    await legs.carol.mute('to-mixer', true);
    await silent;
  });

  it('plays announcements to all', async () => {
    const heard = all((name) => phones[name].hearsOnce(880));
    await mixer.announce(ROOM, 'ending');
    await heard;
  });

  it('keeps the music of who holds from the others, and gives him back', async () => {
    const held = await legs.alice.update(phones.alice.description('sendonly'));
    expect(held).to.include('a=recvonly');
    expect(legs.alice.media[0]).to.include({ held: true, status: 'sendonly' });
    await phones.bob.settlesOn([PITCHES.carol], ALL);
    await legs.alice.update(phones.alice.description());
    await all((name) => phones[name].settlesOn(others(name), ALL));
  });

  it('lets who only listens hear the others', async () => {
    const dave = await RtpPhone.open(1_610);
    const leg = await mixer.allocate(ROOM, 'dave', { offer: dave.description('recvonly') });
    await dave.settlesOn(ALL, [...ALL, 1_610]);
    dave.close();
    await leg.release();
  });

  it('calls a participant with an offer of its own', async () => {
    const dave = await RtpPhone.open(1_610, 'PCMA');
    const leg = await mixer.allocate(ROOM, 'dave');
    expect(leg.local).to.include('a=rtpmap:96 opus/48000/2');
    await leg.accept(dave.description());
    dave.talk(leg.local);
    await dave.settlesOn(ALL, [...ALL, 1_610]);
    await phones.alice.hearsOnce(1_610);
    dave.close();
    await leg.release();
  });

  it('flows in opus between two conferences that call each other', async () => {
    const calling = await mixer.allocate('xcon:elsewhere@example.com', 'link');
    const called = await mixer.allocate(ROOM, 'link', { offer: calling.local });
    expect(called.media[0]?.codec).to.equal('opus');
    await calling.accept(called.local);
    const dave = await RtpPhone.open(1_610);
    const leg = await mixer.allocate('xcon:elsewhere@example.com', 'dave', { offer: dave.description() });
    dave.talk(leg.local);
    await dave.settlesOn(ALL, [...ALL, 1_610]);
    await phones.carol.settlesOn([...others('carol'), 1_610], [...ALL, 1_610]);
    await called.mute('from-mixer', true);
    await dave.settlesOn([], [...ALL, 1_610]);
    dave.close();
  });

  it('goes on in another codec after a re-INVITE', async () => {
    const other = await RtpPhone.open(1_610, 'PCMA');
    await legs.bob.update(other.description());
    phones.bob.hush();
    other.talk(legs.bob.local);
    await other.settlesOn([PITCHES.alice, PITCHES.carol], [...ALL, 1_610]);
    await phones.alice.settlesOn([PITCHES.carol, 1_610], [...ALL, 1_610]);
    other.close();
  });

  it('records what is said, with a tone for all, to a file that Janus writes', async () => {
    const tone = phones.alice.hearsOnce(1_400);
    const file = await mixer.record(ROOM, true);
    expect(file).to.match(new RegExp(`^${janus.folder}/planning@example.com-.*\\.wav$`));
    expect(mixer.recording(ROOM)).to.equal(true);
    await tone;
    await mixer.record(ROOM, false);
    expect(mixer.recording(ROOM)).to.equal(false);
    const wav = readFileSync(file ?? '');
    expect(wav.toString('latin1', 0, 4)).to.equal('RIFF');
    expect(wav.length).to.be.greaterThan(1_000);
  });

  it('goes on at the same ports when Janus was killed and is there again', async () => {
    await legs.bob.mute('to-mixer', true);
    await phones.alice.settlesOn([PITCHES.carol], ALL);
    await janus.kill();
    await janus.start();
    await Promise.all([
      phones.alice.settlesOn([PITCHES.carol], ALL),
      phones.bob.settlesOn([PITCHES.alice, PITCHES.carol], ALL),
    ]);
    await legs.bob.mute('to-mixer', false);
    await phones.alice.settlesOn(others('alice'), ALL);
    errors.length = 0;
  });

  it('ends rooms that a killed process left behind', async () => {
    const options = { ...connectionDefaults, url: janus.url, apiSecret: API_SECRET };
    const nobody = { event: () => undefined, ended: () => undefined, closed: () => undefined };
    const connection = await JanusConnection.open(options, nobody);
    const bridge = await AudioBridge.open(connection, ADMIN_KEY);
    const report = (error: unknown): void => void errors.push(error);
    const rooms = new Rooms({ bridge, key: 'another key', sampling: 16_000, recordingOf: () => undefined, report });
    const room = await rooms.take('left behind');
    const left = async (description: string): Promise<number[]> => bridge.roomsOf(description);
    expect(await left(rooms.description)).to.deep.equal([room.number]);
    const next = new Rooms({ bridge, key: 'another key', sampling: 16_000, recordingOf: () => undefined, report });
    await next.clear();
    expect(await left(rooms.description)).to.deep.equal([]);
    bridge.close();
    await phones.alice.settlesOn(others('alice'), ALL);
  });

  it('is gone with the conference', async () => {
    await phones.alice.settlesOn(others('alice'), ALL);
    expect(mixer.size).to.equal(3);
    await mixer.end(ROOM);
    expect(mixer.size).to.equal(0);
  });
});

describe('a mixer without Janus, or without room', () => {
  const OPTIONS = {
    ...{ ...janusDefaults, url: 'ws+unix:///nowhere/at/all:/', apiSecret: undefined, adminKey: undefined, key: 'key' },
    ...{ listen: '127.0.0.1', advertise: undefined, inner: '127.0.0.1', recordings: undefined, retry: 60_000 },
  };
  const refusalOf = (asked: Promise<unknown>): Promise<string> =>
    asked.then(
      () => 'taken',
      (error: unknown) => (error instanceof MediaRefused ? error.reason : String(error)),
    );

  it('refuses calls, and says so', async () => {
    const errors: unknown[] = [];
    const mixer = new JanusMixer({ ...OPTIONS, report: (error) => errors.push(error) });
    await mixer.open();
    expect(errors).to.have.length(1);
    expect(mixer.connected).to.equal(false);
    expect(await refusalOf(mixer.allocate(ROOM, 'alice'))).to.equal('unavailable');
    await mixer.announce(ROOM, 'joined');
    expect(await mixer.record(ROOM, true)).to.equal(undefined);
    await mixer.close();
  });

  it('has a bounded number of legs, refuses what it can not carry, and takes released ones back', async () => {
    const janus = await Janus.start();
    const secrets = { url: janus.url, apiSecret: API_SECRET, adminKey: ADMIN_KEY };
    const report = (error: unknown): void => {
      throw error;
    };
    const mixer = new JanusMixer({ ...OPTIONS, ...secrets, legs: 1, report });
    await mixer.open();
    const phone = await RtpPhone.open(500);
    expect(await refusalOf(mixer.allocate(ROOM, 'alice', { offer: 'v=1' }))).to.equal('malformed');
    const leg = await mixer.allocate(ROOM, 'alice', { offer: phone.description() });
    expect(await refusalOf(mixer.allocate(ROOM, 'bob', { offer: phone.description() }))).to.equal('busy');
    await leg.release();
    await (await mixer.allocate(ROOM, 'bob', { offer: phone.description() })).release();
    phone.close();
    await mixer.close();
    await janus.stop();
  });

  it('refuses calls where Janus does not know its secrets', async () => {
    const janus = await Janus.start();
    const errors: unknown[] = [];
    const report = (error: unknown): void => void errors.push(error);
    const mixer = new JanusMixer({ ...OPTIONS, url: janus.url, apiSecret: 'guessed', report });
    await mixer.open();
    expect(await refusalOf(mixer.allocate(ROOM, 'alice'))).to.equal('unavailable');
    expect(String(errors[0])).to.include('Unauthorized').and.not.to.include('guessed');
    await mixer.close();
    await janus.stop();
  });
});
