import { expect } from 'chai';
import { outgoing, rule, simservs } from '../mmtel/documents.ts';
import { type PhoneCall, sdp } from '../support/phone-call.ts';
import type { Phone } from '../support/phone.ts';
import { attributesAt, textAt } from '../support/reading.ts';
import { Reference } from '../support/referring.ts';
import { Room } from '../support/room.ts';
import { idOf, sipOf } from '../support/system.ts';

const DIRECTED = '<info:users><xcon:join-handling>directed-operator</xcon:join-handling></info:users>';
const SETTINGS = { 'focus.operator': sipOf('dave'), 'focus.operatorBy': 'call' };

for (const transport of ['udp', 'tcp'] as const) {
  describe(`an operator who is called over ${transport}`, () => {
    const room = Room.forEach(transport, SETTINGS);
    let dave: Phone;
    let call: PhoneCall;

    beforeEach(async () => {
      expect((await room.system.as('alice').updates(room.conference, DIRECTED)).code).to.equal(200);
      dave = await room.registered('dave');
      call = (await room.stage.phone('bob')).calls(room.uri);
      await call.gets(180);
      await room.sees('bob', 'pending');
    });

    it('[E31] speaks with the caller, and lets him in by transferring him to the conference', async () => {
      const operator = await dave.rings();
      expect(operator.request.contacts[0]?.toString()).to.match(/;isfocus$/);
      expect(call.responses.some(({ status }) => status === 200)).to.equal(false);
      await operator.picksUp();
      await call.gets(200);
      expect(textAt(await room.user('bob'), 'endpoint/status')).to.equal('pending');
      // He himself is not in.
      expect(await room.user('dave')).to.equal(undefined);
      const elsewhere = await Reference.sendIn(dave, operator, `<${sipOf('carol')}>`, [['Refer-Sub', 'false']]);
      expect(elsewhere.status).to.equal(403);
      const conference = room.conference.replace('xcon:', 'sip:');
      const transfer = await Reference.sendIn(dave, operator, `<${conference}>`);
      expect(transfer.status).to.equal(202);
      await room.sees('bob', 'connected');
      expect((await operator.over()).request?.header('Reason')).to.include('does not wait any more');
      await call.leaves();
      await room.misses('bob');
    });

    it('[E31] lets him in by CCMP too', async () => {
      const operator = await dave.rings();
      await operator.picksUp();
      await call.gets(200);
      const entity = attributesAt(await room.user('bob'), 'endpoint', 'entity')[0];
      const connected = `<info:endpoint entity="${entity}"><info:status>connected</info:status></info:endpoint>`;
      expect((await room.system.as('alice').updatesUser(room.conference, idOf('bob'), connected)).code).to.equal(200);
      await room.sees('bob', 'connected');
      await operator.over();
      expect(call.ending).to.equal(undefined);
    });

    it('CB: media that are added while he waits are judged too', async () => {
      const operator = await dave.rings();
      await operator.picksUp();
      await call.gets(200);
      const document = simservs(outgoing(rule('<media>video</media>', false)));
      await room.system.administration.setBarring({ name: 'bob', document });
      const added = sdp('m=audio 40000 RTP/AVP 0', 'm=video 40002 RTP/AVP 96', 'a=rtpmap:96 VP8/90000');
      expect((await call.reinvites(added)).status).to.equal(603);
      await room.system.administration.removeBarring({ name: 'bob' });
      expect((await call.reinvites(added)).status).to.equal(200);
      await call.leaves();
      await operator.over();
      await room.misses('bob');
    });

    it('[E31] turns him away by hanging up', async () => {
      const operator = await dave.rings();
      await operator.picksUp();
      await call.gets(200);
      await operator.leaves();
      expect((await call.over()).request?.header('Reason')).to.match(/^SIP;cause=403/);
      await room.watcher.sees(idOf('bob'), (user) => textAt(user, 'endpoint/status') !== 'pending');
    });

    it('[E31] who does not answer is 480, and nobody stays', async () => {
      (await dave.rings()).refuses(486);
      const refused = await call.final();
      expect(refused.status).to.equal(480);
      expect(refused.header('Warning')).to.match(/operator/);
      await room.misses('bob');
    });

    it('[E31] rings no longer than the caller waits', async () => {
      const operator = await dave.rings();
      call.invite?.cancel();
      expect((await operator.over()).cause).to.equal('refused');
      await room.misses('bob');
    });
  });
}
