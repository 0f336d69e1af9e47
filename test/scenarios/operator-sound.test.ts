import { expect } from 'chai';
import { Janus } from '../support/janus.ts';
import { attributesAt, textAt } from '../support/reading.ts';
import { Reference } from '../support/referring.ts';
import { Room } from '../support/room.ts';
import { RtpPhone } from '../support/rtp-phone.ts';
import { idOf, sipOf } from '../support/system.ts';

const DIRECTED = '<info:users><xcon:join-handling>directed-operator</xcon:join-handling></info:users>';
const PITCHES = { bob: 740, carol: 1_130, dave: 1_610 };
const ALL = Object.values(PITCHES);

describe('sound of the operator', function () {
  let janus: Janus;
  let room: Room;
  const open: RtpPhone[] = [];
  before(async () => {
    janus = await Janus.start();
    const settings = { ...janus.settings, 'focus.operator': sipOf('dave'), 'focus.operatorBy': 'call' };
    room = await Room.open('udp', settings);
  });
  beforeEach(() => room.enter());
  afterEach(async () => {
    for (const phone of open.splice(0)) phone.close();
    await room.stage.clear();
  });
  after(async () => {
    await room.close();
    await janus.stop();
  });

  const telephone = async (name: keyof typeof PITCHES): Promise<RtpPhone> => {
    const sound = await RtpPhone.open(PITCHES[name]);
    open.push(sound);
    return sound;
  };
  const calls = async (name: 'bob' | 'carol') => {
    const sound = await telephone(name);
    return { sound, call: (await room.stage.phone(name)).calls(room.uri, { offer: sound.description() }) };
  };

  for (const how of ['his transfer', 'CCMP'] as const)
    it(`[E31] he and the caller hear one another and nobody else, until ${how} lets the caller in`, async () => {
      const carol = await calls('carol');
      carol.sound.talk((await carol.call.gets(200)).body.toString());
      await room.sees('carol', 'connected');
      expect((await room.system.as('alice').updates(room.conference, DIRECTED)).code).to.equal(200);

      const dave = await room.registered('dave');
      const bob = await calls('bob');
      const operator = await dave.rings();
      const his = await telephone('dave');
      await operator.picksUp(his.description());
      his.talk(operator.request.body.toString());
      bob.sound.talk((await bob.call.gets(200)).body.toString());
      await Promise.all([
        bob.sound.settlesOn([PITCHES.dave], ALL),
        his.settlesOn([PITCHES.bob], ALL),
        carol.sound.settlesOn([], ALL),
      ]);
      expect(textAt(await room.user('bob'), 'endpoint/status')).to.equal('pending');

      if (how === 'CCMP') {
        const [entity] = attributesAt(await room.user('bob'), 'endpoint', 'entity');
        const connected = `<info:endpoint entity="${entity}"><info:status>connected</info:status></info:endpoint>`;
        const { code } = await room.system.as('alice').updatesUser(room.conference, idOf('bob'), connected);
        expect(code).to.equal(200);
      } else {
        const transfer = await Reference.sendIn(dave, operator, `<${room.conference.replace('xcon:', 'sip:')}>`);
        expect(transfer.status).to.equal(202);
      }
      await Promise.all([
        bob.sound.settlesOn([PITCHES.carol], ALL),
        carol.sound.settlesOn([PITCHES.bob], ALL),
        operator.over(),
      ]);
    });
});
