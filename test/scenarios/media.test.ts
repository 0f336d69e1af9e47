import { expect } from 'chai';
import { POLICY } from '../../lib/model/names.ts';
import { description, endpoint, users } from '../support/messages.ts';
import { attributesAt, textAt, textsAt, userIn } from '../support/reading.ts';
import { idOf, made, sipOf, TestSystem } from '../support/system.ts';

const microphone = (control: string): string =>
  `<info:media id="1">
    <info:type>audio</info:type>
    <info:label>1</info:label>
    <xcon:to-mixer name="AudioIn"><xcon:controls>${control}</xcon:controls></xcon:to-mixer>
  </info:media>`;
const muted = (value: boolean): string => microphone(`<xcon:mute>${value}</xcon:mute>`);
const MUTE = 'endpoint/media/to-mixer/controls/mute';
const role = (entity: string, name: string): string =>
  `<info:user entity="${entity}"><info:roles><info:entry>${name}</info:entry></info:roles></info:user>`;

describe('media of a conference', () => {
  let system: TestSystem;
  let uri = '';
  before(async () => (system = await TestSystem.start()));
  after(() => system.close());

  /** Alice's conference, of which Bob is moderator; Carol and Dave have joined. */
  beforeEach(async () => {
    const alice = system.as('alice');
    uri = made(await alice.creates());
    await alice.updatesUsers(uri, role(idOf('bob'), 'moderator'));
    for (const name of ['carol', 'dave'] as const) {
      await system.as(name).joins(uri, endpoint(sipOf(name), muted(false)));
    }
  });

  const carolsMute = async (): Promise<string | undefined> =>
    textAt(userIn((await system.as('alice').retrievesUsers(uri)).info, idOf('carol')), MUTE);

  it('[E24, E43, U9] Carol mutes her own microphone and opens it again', async () => {
    const carol = system.as('carol');
    expect((await carol.updatesUser(uri, idOf('carol'), endpoint(sipOf('carol'), muted(true)))).code).to.equal(200);
    expect(await carolsMute()).to.equal('true');
    expect((await carol.updatesUser(uri, idOf('carol'), endpoint(sipOf('carol'), muted(false)))).code).to.equal(200);
    expect(await carolsMute()).to.equal('false');
  });

  it('[E24, U9] the moderator mutes her too; Dave may not', async () => {
    const asked = endpoint(sipOf('carol'), muted(true));
    expect((await system.as('dave').updatesUser(uri, idOf('carol'), asked)).code).to.equal(426);
    expect(await carolsMute()).to.equal('false');
    expect((await system.as('bob').updatesUser(uri, idOf('carol'), asked)).code).to.equal(200);
    expect(await carolsMute()).to.equal('true');
  });

  describe('whom a moderator has muted', () => {
    const HELD = 'A moderator has muted you.';
    const asks = (name: 'bob' | 'carol', content: string) =>
      system.as(name).updatesUser(uri, idOf('carol'), endpoint(sipOf('carol'), content));
    beforeEach(async () => expect((await asks('bob', muted(true))).code).to.equal(200));

    for (const [how, content] of [
      ['by the control', muted(false)],
      [
        'by the control, as if nobody held it',
        muted(false).replace('<xcon:to-mixer', `<xcon:to-mixer xmlns:plenary="${POLICY}" plenary:held=""`),
      ],
      ['by taking the control away', microphone('<xcon:gain>0</xcon:gain>')],
      ['by taking the medium away', '<info:media id="1" state="deleted"/>'],
    ] as const)
      it(`[E24, U9] does not open her microphone herself ${how}`, async () => {
        const { version } = await system.as('carol').retrieves(uri);
        const answer = await asks('carol', content);
        // What a request leaves out stays; what is left is muted.
        if (answer.code === 426) expect(answer.string).to.equal(HELD);
        else expect(answer.code).to.equal(200);
        if (answer.code === 426) expect((await system.as('carol').retrieves(uri)).version).to.equal(version);
        expect(await carolsMute()).to.equal('true');
      });

    it('[E24, S2] does not by usersRequest and confRequest either', async () => {
      const mine = `<info:user entity="${idOf('carol')}">${endpoint(sipOf('carol'), muted(false))}</info:user>`;
      expect((await system.as('carol').updatesUsers(uri, mine)).code).to.equal(426);
      expect((await system.as('carol').updates(uri, users(mine))).code).to.equal(409);
      expect(await carolsMute()).to.equal('true');
    });

    it('[E24, U9] may change what else there is, and is heard when a moderator lets her', async () => {
      const gain = microphone('<xcon:mute>true</xcon:mute><xcon:gain>5</xcon:gain>');
      expect((await asks('carol', gain)).code).to.equal(200);
      expect((await asks('bob', muted(false))).code).to.equal(200);
      expect(await carolsMute()).to.equal('false');
      for (const value of [true, false]) expect((await asks('carol', muted(value))).code).to.equal(200);
      expect(await carolsMute()).to.equal('false');
    });

    it('[U10] leaves all the same', async () => {
      expect((await system.as('carol').removes(uri, idOf('carol'))).code).to.equal(200);
    });
  });

  it('[E24] whoever has muted herself opens her microphone, though a moderator has sent it back as it was', async () => {
    const asks = (name: 'bob' | 'carol', value: boolean) =>
      system.as(name).updatesUser(uri, idOf('carol'), endpoint(sipOf('carol'), muted(value)));
    for (const name of ['carol', 'bob'] as const) expect((await asks(name, true)).code).to.equal(200);
    expect((await asks('carol', false)).code).to.equal(200);
    expect(await carolsMute()).to.equal('false');
  });

  it('[E25, C11] the moderator mutes a medium of the whole conference; participants get 409 with the version', async () => {
    const all = description(
      '<info:available-media><info:entry label="1"><xcon:controls><xcon:mute>true</xcon:mute></xcon:controls></info:entry></info:available-media>',
    );
    expect(await system.as('carol').updates(uri, all)).to.include({ code: 409, version: 4 });
    expect(await system.as('bob').updates(uri, all)).to.include({ code: 200, version: 5 });
    const { info } = await system.as('carol').retrieves(uri);
    expect(textAt(info, 'conference-description/available-media/entry/controls/mute')).to.equal('true');
  });

  it('[E24, G6, V2] a gain beyond 127 is refused and changes nothing; one within is kept', async () => {
    const carol = system.as('carol');
    const gain = (value: number): string =>
      endpoint(sipOf('carol'), microphone(`<xcon:mute>false</xcon:mute><xcon:gain>${value}</xcon:gain>`));
    const { version } = await carol.retrieves(uri);
    expect((await carol.updatesUser(uri, idOf('carol'), gain(128))).code).to.equal(400);
    expect((await carol.retrieves(uri)).version).to.equal(version);
    expect((await carol.updatesUser(uri, idOf('carol'), gain(-127))).code).to.equal(200);
    expect(textAt((await carol.retrievesUser(uri)).info, 'endpoint/media/to-mixer/controls/gain')).to.equal('-127');
  });

  it('[G3] a second medium of an endpoint is added beside the first, and state="deleted" takes one away', async () => {
    const carol = system.as('carol');
    const video = '<info:media id="2"><info:type>video</info:type><info:status>sendonly</info:status></info:media>';
    await carol.updatesUser(uri, idOf('carol'), endpoint(sipOf('carol'), video));
    const mine = async () => (await carol.retrievesUser(uri)).info;
    expect(attributesAt(await mine(), 'endpoint/media', 'id')).to.deep.equal(['1', '2']);
    expect(textAt(await mine(), MUTE)).to.equal('false');
    await carol.updatesUser(uri, idOf('carol'), endpoint(sipOf('carol'), '<info:media id="1" state="deleted"/>'));
    expect(attributesAt(await mine(), 'endpoint/media', 'id')).to.deep.equal(['2']);
    expect(textsAt(await mine(), 'endpoint/media/status')).to.deep.equal(['sendonly']);
  });

  it('[U5] the moderator brings in somebody new by an address, but gives no role that is not below his', async () => {
    const bob = system.as('bob');
    const new_ = 'xcon-userid:AUTO_GENERATE_1@example.com';
    const erin = `<info:associated-aors><info:entry><info:uri>sip:erin@elsewhere.example</info:uri></info:entry></info:associated-aors>`;
    expect((await bob.brings(uri, new_, erin)).code).to.equal(200);
    expect((await bob.updatesUsers(uri, role(idOf('carol'), 'moderator'))).code).to.equal(426);
    expect((await bob.updatesUsers(uri, role(idOf('carol'), 'observer'))).code).to.equal(200);
    expect((await bob.updates(uri, users(role(idOf('carol'), 'organizer')))).code).to.equal(409);
  });
});
