import { expect } from 'chai';
import { incoming, one, outgoing, rule, simservs } from '../mmtel/documents.ts';
import { sdp } from '../support/phone-call.ts';
import { textAt, textsAt } from '../support/reading.ts';
import { Stage } from '../support/stage.ts';
import { idOf, made, type Name } from '../support/system.ts';

const ALL = rule('', false);
const HELD = sdp('m=audio 40000 RTP/AVP 0', 'a=sendonly');

for (const transport of ['udp', 'tcp'] as const) {
  describe(`supplementary services over ${transport}`, () => {
    let stage: Stage;
    let conference: string;
    before(async () => (stage = await Stage.start(transport)));
    beforeEach(async () => (conference = await stage.conference()));
    afterEach(async () => {
      for (const name of ['alice', 'bob', 'carol']) await stage.system.administration.removeBarring({ name });
      await stage.clear();
    });
    after(() => stage.close());

    const bars = (name: Name, rules: string): Promise<void> =>
      stage.system.administration.setBarring({ name, document: simservs(rules) });

    it('CB: whose outgoing rules bar the conference is told 603 and why, and is never in', async () => {
      await bars('bob', outgoing(rule(one(conference.replace('xcon:', 'sip:')), false)));
      const before = (await stage.system.as('alice').retrieves(conference)).version;
      const bob = await stage.phone('bob');
      const answer = await bob.calls(stage.uri(conference)).final();
      expect(answer.status).to.equal(603);
      expect(answer.header('Warning')).to.match(/^399 .*communication barring/);
      expect((await stage.system.as('alice').retrieves(conference)).version).to.equal(before);
      const other = await bob.joins(stage.uri(await stage.conference()));
      await other.leaves();
    });

    it('CB: an offer of barred media is refused, the same without it taken', async () => {
      await bars('bob', outgoing(rule('<media>video</media>', false)));
      const bob = await stage.phone('bob');
      conference = made(await stage.system.as('alice').clones('xcon:audio-video@example.com'));
      const video = sdp('m=audio 40000 RTP/AVP 0', 'm=video 40002 RTP/AVP 31');
      expect((await bob.calls(stage.uri(conference), { offer: video }).final()).status).to.equal(603);
      await (await bob.joins(stage.uri(conference))).leaves();
    });

    it('CB: incoming rules keep nobody from calling a conference', async () => {
      await bars('bob', incoming(ALL));
      const bob = await stage.phone('bob');
      await (await bob.joins(stage.uri(conference))).leaves();
    });

    it('OIR: a caller who asks for privacy takes part as anonymous, and her name is told to nobody', async () => {
      await stage.system.as('carol').joins(conference);
      const watcher = await stage.watches(conference, 'carol');
      const bob = await stage.phone('bob');
      const call = await bob.joins(stage.uri(conference), { fields: [['Privacy', 'id']] });
      const seen = await watcher.until((document) => /anonymous\d+@anonymous\.invalid/.test(JSON.stringify(document)));
      expect(JSON.stringify(seen)).not.to.match(/bob/i);
      await call.leaves();
    });

    it('HOLD: who holds the conference stays in it, is shown so, and comes back', async () => {
      const watcher = await stage.watches(conference);
      const bob = await stage.phone('bob');
      const call = await bob.joins(stage.uri(conference));
      await watcher.sees(idOf('bob'), (user) => textAt(user, 'endpoint/status') === 'connected');
      expect((await call.reinvites(HELD)).status).to.equal(200);
      await watcher.sees(idOf('bob'), (user) => textAt(user, 'endpoint/status') === 'on-hold');
      expect((await call.reinvites(sdp())).status).to.equal(200);
      await watcher.sees(idOf('bob'), (user) => textAt(user, 'endpoint/status') === 'connected');
      await call.leaves();
    });

    it('ECT: who moves the call to another telephone of hers stays one user; a move that fails changes nothing', async () => {
      const watcher = await stage.watches(conference);
      const [first, second, carol] = [await stage.phone('bob'), await stage.phone('bob'), await stage.phone('carol')];
      const call = await first.joins(stage.uri(conference));
      await watcher.sees(idOf('bob'), (user) => textAt(user, 'endpoint/status') === 'connected');
      const { callId, localTag, remoteTag } = call.session?.dialog ?? { callId: '', localTag: '', remoteTag: '' };
      const fields = [['Replaces', `${callId};to-tag=${remoteTag};from-tag=${localTag}`]] as const;
      expect((await carol.calls(stage.uri(conference), { fields }).final()).status).to.equal(403);
      const contact = `${second.contact};isfocus`;
      expect((await second.calls(stage.uri(conference), { fields, contact }).final()).status).to.equal(403);
      const unreadable = second.calls(stage.uri(conference), { fields, offer: 'nothing that anybody reads' });
      expect((await unreadable.final()).status).to.be.oneOf([400, 488]);
      expect((await call.reinvites(sdp())).status).to.equal(200);
      const moved = await second.joins(stage.uri(conference), { fields });
      expect((await call.over()).cause).to.equal('left');
      const user = await watcher.sees(idOf('bob'), (one) => textsAt(one, 'endpoint/status').length === 1);
      expect(textsAt(user, 'endpoint/status')).to.deep.equal(['connected']);
      await moved.leaves();
    });

    it('CONF: an INVITE from a focus is refused with 403 and why', async () => {
      const bob = await stage.phone('bob');
      const contact = `${bob.contact};isfocus`;
      const answer = await bob.calls(stage.uri(conference), { contact }).final();
      expect(answer.status).to.equal(403);
      expect(answer.header('Warning')).to.include('can not take part in another conference');
      expect(await stage.user(conference, 'bob')).to.equal(undefined);
    });

    it('CONF: what looks like a focus elsewhere than among the parameters of Contact is none', async () => {
      const bob = await stage.phone('bob');
      const contact = bob.contact.replace('>', ';isfocus>');
      await (await bob.joins(stage.uri(conference), { contact })).leaves();
      await (await bob.joins(stage.uri(conference), { contact: `${bob.contact};isfocus="FALSE"` })).leaves();
    });

    it('CONF: a focus that the conference names as its own is let in, and may refresh', async () => {
      const cascaded = `<info:user entity="${idOf('bob')}"><info:cascaded-focus>sip:bob@example.com</info:cascaded-focus></info:user>`;
      conference = await stage.conference(`<info:users>${cascaded}</info:users>`);
      const [bob, carol] = [await stage.phone('bob'), await stage.phone('carol')];
      const call = await bob.joins(stage.uri(conference), { contact: `${bob.contact};isfocus` });
      expect((await call.reinvites(sdp())).status).to.equal(200);
      await call.leaves();
      const other = await carol.calls(stage.uri(conference), { contact: `${carol.contact};isfocus` }).final();
      expect(other.status).to.equal(403);
    });

    it('CONF: who turns into a focus by a re-INVITE is refused and hung up on', async () => {
      const bob = await stage.phone('bob');
      const call = await bob.joins(stage.uri(conference));
      if (call.session !== undefined) call.session.dialog.contact = `${bob.contact};isfocus`;
      const answer = await call.reinvites(sdp());
      expect(answer.status).to.equal(403);
      expect((await call.over()).cause).to.equal('left');
    });
  });
}
