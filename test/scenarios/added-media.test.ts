import { expect } from 'chai';
import { one, outgoing, rule, simservs } from '../mmtel/documents.ts';
import { described, sdp } from '../support/phone-call.ts';
import { textAt, textsAt } from '../support/reading.ts';
import { Room } from '../support/room.ts';
import { idOf, sipOf } from '../support/system.ts';

const AUDIO = ['m=audio 40000 RTP/AVP 0', 'a=sendrecv'];
const VIDEO = ['m=video 40002 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'];
const NO_VIDEO = outgoing(rule('<media>video</media>', false));
const DENIED = `<info:users><xcon:user-admission-policy>openAuthenticated</xcon:user-admission-policy><xcon:deny-users-list><xcon:target uri="${sipOf('bob')}"/></xcon:deny-users-list></info:users>`;

for (const transport of ['udp', 'tcp'] as const) {
  describe(`media that are added to a call over ${transport}`, () => {
    const room = Room.forEach(transport);
    const bars = (document: string) => room.system.administration.setBarring({ name: 'bob', document });
    const media = async () => textsAt(await room.user('bob'), 'endpoint/media/type');
    afterEach(() => room.system.administration.removeBarring({ name: 'bob' }));

    it('are taken where no rule is against them', async () => {
      const call = await (await room.stage.phone('bob')).joins(room.uri);
      expect((await call.reinvites(sdp(...AUDIO, ...VIDEO))).status).to.equal(200);
      await room.watcher.sees(idOf('bob'), (user) => textsAt(user, 'endpoint/media/type').length === 2);
      expect(await media()).to.deep.equal(['audio', 'video']);
    });

    it('CB: are judged by her rules, by re-INVITE and UPDATE; the call goes on as it was (TS 24.611)', async () => {
      const call = await (await room.stage.phone('bob')).joins(room.uri);
      await room.sees('bob', 'connected');
      await bars(simservs(NO_VIDEO));
      const before = await room.user('bob');
      const subject = await room.stage.document(room.conference);
      const refused = await call.reinvites(sdp(...AUDIO, ...VIDEO), [['Subject', 'Not to be']]);
      expect(refused.status).to.equal(603);
      expect(refused.header('Warning')).to.match(/^399 plenary ".*communication barring/);
      const updated = await call.session?.update(described(sdp(...AUDIO, ...VIDEO)));
      expect(updated?.response.status).to.equal(603);
      expect(await room.user('bob')).to.deep.equal(before);
      expect(call.ending).to.equal(undefined);
      const named = textAt(await room.stage.document(room.conference), 'conference-description/subject');
      expect(named).to.equal(textAt(subject, 'conference-description/subject'));
      // What is there already is not judged anew, and holding adds nothing.
      expect((await call.reinvites(sdp('m=audio 40000 RTP/AVP 0', 'a=sendonly'))).status).to.equal(200);
      await room.sees('bob', 'on-hold');
      await room.system.administration.removeBarring({ name: 'bob' });
      expect((await call.reinvites(sdp(...AUDIO, ...VIDEO))).status).to.equal(200);
      expect(await media()).to.deep.equal(['audio', 'video']);
    });

    it('CB: are judged too when the focus has called her', async () => {
      const bob = await room.registered('bob');
      expect(await room.brings('bob')).to.equal(200);
      const call = await bob.rings();
      await call.picksUp();
      await room.sees('bob', 'connected');
      await bars(simservs(outgoing(rule(one(room.conference.replace('xcon:', 'sip:')), false))));
      expect((await call.reinvites(sdp(...AUDIO, ...VIDEO))).status).to.equal(603);
      expect(await media()).to.deep.equal(['audio']);
      await call.leaves();
      await room.misses('bob');
    });

    it('are refused to who has been banned meanwhile', async () => {
      const call = await (await room.stage.phone('bob')).joins(room.uri);
      await room.sees('bob', 'connected');
      expect((await room.system.as('alice').updates(room.conference, DENIED)).code).to.equal(200);
      expect((await call.reinvites(sdp(...AUDIO, ...VIDEO))).status).to.equal(403);
      expect(await media()).to.deep.equal(['audio']);
    });
  });
}
