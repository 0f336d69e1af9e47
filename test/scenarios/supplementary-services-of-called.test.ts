import { expect } from 'chai';
import { incoming, one, outgoing, rule, simservs } from '../mmtel/documents.ts';
import { sdp } from '../support/phone-call.ts';
import { textAt } from '../support/reading.ts';
import { Reference } from '../support/referring.ts';
import { endpointAt, Room } from '../support/room.ts';
import { idOf, type Name, sipOf } from '../support/system.ts';

const ALL = rule('', false);
const named = (name: Name): string => `<info:user entity="${idOf(name)}">${endpointAt(sipOf(name))}</info:user>`;
const dialOut = (...names: readonly Name[]): string =>
  `<info:users><xcon:allowed-users-list>${names
    .map((name) => `<xcon:target uri="${sipOf(name)}" method="dial-out"/>`)
    .join('')}</xcon:allowed-users-list></info:users>`;

for (const transport of ['udp', 'tcp'] as const) {
  describe(`supplementary services of who is called over ${transport}`, () => {
    const room = Room.forEach(transport);
    const { registered, sees, brings } = room;
    afterEach(async () => {
      for (const name of ['alice', 'bob', 'carol']) await room.system.administration.removeBarring({ name });
    });

    const bars = (name: Name, rules: string): Promise<void> =>
      room.system.administration.setBarring({ name, document: simservs(rules) });

    it('CB: the sender of a REFER hears 603 where incoming rules match, and nobody rings', async () => {
      const [alice, bob] = [await room.stage.phone('alice'), await registered('bob')];
      await bars('bob', incoming(rule(one(sipOf('alice')), false)));
      const reference = await Reference.send(alice, room.uri, `<${sipOf('bob')}>`);
      expect(reference.status).to.equal(202);
      expect(await reference.final()).to.equal(603);
      expect(textAt(await room.user('bob'), 'endpoint/disconnection-method')).to.equal('failed');
      await bars('bob', incoming(rule(one(sipOf('carol')), false)));
      await Reference.send(alice, room.uri, `<${sipOf('bob')}>`);
      (await bob.rings()).refuses(486);
    });

    it('CB: an anonymous sender hears 433 where anonymous calls are rejected', async () => {
      const alice = await room.stage.phone('alice');
      const call = await alice.joins(room.uri, { fields: [['Privacy', 'id']] });
      await bars('bob', incoming(rule('<anonymous/>', false)));
      const reference = await Reference.sendIn(alice, call, `<${sipOf('bob')}>`);
      expect(await reference.final()).to.equal(433);
      await call.leaves();
    });

    it('CB: the outgoing rules of the sender are asked first', async () => {
      const alice = await room.stage.phone('alice');
      await bars('alice', outgoing(rule(one(sipOf('bob')), false)));
      const reference = await Reference.send(alice, room.uri, `<${sipOf('bob')}>`);
      expect(await reference.final()).to.equal(603);
    });

    it('CB: another spelling of an address passes no rule', async () => {
      const alice = await room.stage.phone('alice');
      await bars('bob', incoming(ALL));
      for (const spelling of [
        'sip:BOB@Example.com',
        'sip:b%6Fb@example.com',
        'sips:bob@example.com',
        'sip:bob@example.com:5060',
      ]) {
        const reference = await Reference.send(alice, room.uri, `<${spelling}>`);
        expect(await reference.final(), spelling).to.equal(603);
      }
    });

    it('CB: of a list each is judged alone', async () => {
      const [, carol] = [await registered('bob'), await registered('carol')];
      await bars('bob', incoming(ALL));
      await room.system.as('alice').updatesUsers(room.conference, named('bob') + named('carol'));
      const failed = await sees('bob', 'disconnected');
      expect(textAt(failed, 'endpoint/disconnection-method')).to.equal('failed');
      expect(textAt(failed, 'endpoint/disconnection-info/reason')).to.include('communication barring');
      await (await carol.rings()).picksUp();
      await sees('carol', 'connected');
    });

    it('CB: whom the conference calls by its list is judged by the rules of its organizer', async () => {
      const [bob] = [await registered('bob'), await registered('dave')];
      await bars('alice', outgoing(rule(one(sipOf('dave')), false)));
      await room.system.as('carol').joins(room.conference, endpointAt(sipOf('carol')));
      await room.system.as('alice').updates(room.conference, dialOut('bob', 'dave'));
      await (await bob.rings()).picksUp();
      const barred = await sees('dave', 'disconnected');
      expect(textAt(barred, 'endpoint/disconnection-method')).to.equal('failed');
    });

    it('CONF: who answers as a focus is hung up on, and shown as failed', async () => {
      const bob = await registered('bob');
      expect(await brings('bob')).to.equal(200);
      const call = await bob.rings();
      await call.picksUp(sdp(), [['Contact', `${bob.contact};isfocus`]]).catch(() => undefined);
      expect((await call.over()).cause).to.equal('left');
      expect(textAt(await sees('bob', 'disconnected'), 'endpoint/disconnection-method')).to.equal('failed');
    });

    it('CONF: no REFER brings one conference into another, by whatever way', async () => {
      const alice = await room.stage.phone('alice');
      const other = await room.stage.conference();
      const plain = other.replace('xcon:', 'sip:');
      for (const way of [
        plain,
        room.stage.uri(other),
        `${plain};transport=tcp`,
        plain.toUpperCase().replace('SIP:', 'sip:'),
      ]) {
        const reference = await Reference.send(alice, room.uri, `<${way}>`);
        expect(reference.status === 202 ? await reference.final() : reference.status, way).to.equal(403);
      }
    });

    it('CONF: somebody who registers a conference as her telephone makes no loop', async () => {
      const other = await room.stage.conference();
      const bob = await room.stage.phone('bob');
      await bob.registers(room.stage.server, 600, sipOf('bob'), `<${room.stage.uri(other)}>`);
      expect(await brings('bob')).to.equal(200);
      expect(textAt(await sees('bob', 'disconnected'), 'endpoint/disconnection-method')).to.equal('failed');
      expect(await room.stage.user(other, 'bob')).to.equal(undefined);
      await bob.registers(room.stage.server, 0, sipOf('bob'), `<${room.stage.uri(other)}>`);
    });

    it('TIR: who answers and asks for privacy takes part as anonymous', async () => {
      await room.system.as('carol').joins(room.conference);
      const seenByCarol = await room.stage.watches(room.conference, 'carol');
      const bob = await registered('bob');
      expect(await brings('bob')).to.equal(200);
      const call = await bob.rings();
      await call.picksUp(sdp(), [['Privacy', 'id']]);
      const seen = await seenByCarol.until((document) => JSON.stringify(document).includes('@anonymous.invalid'));
      expect(JSON.stringify(seen)).not.to.match(/bob/i);
      await call.leaves();
    });

    it('CDIV: a diversion by the network or by the callee is shown, and the conference goes on', async () => {
      const [bob, carol] = [await registered('bob'), await registered('carol')];
      expect(await brings('bob')).to.equal(200);
      const call = await bob.rings();
      await call.incoming.progress(181);
      await call.picksUp();
      const user = await sees('bob', 'connected');
      expect(textAt(user, 'endpoint/joining-info/reason')).to.match(/^SIP;cause=181/);
      await call.leaves();
      await room.misses('bob');
      expect(await brings('bob')).to.equal(200);
      (await bob.rings()).refuses(302, [['Contact', `<${sipOf('carol')}>`]]);
      const diverted = await carol.rings();
      await diverted.picksUp();
      expect(textAt(await sees('bob', 'connected'), 'endpoint/joining-info/reason')).to.match(/^SIP;cause=181/);
      await diverted.leaves();
    });

    it('CB: incoming rules against diverted calls keep a redirection from its target', async () => {
      const bob = await registered('bob');
      await registered('carol');
      await bars('carol', incoming(rule('<communication-diverted/>', false)));
      expect(await brings('bob')).to.equal(200);
      (await bob.rings()).refuses(302, [['Contact', `<${sipOf('carol')}>`]]);
      expect(textAt(await sees('bob', 'disconnected'), 'endpoint/disconnection-info/reason')).to.match(
        /^SIP;cause=603/,
      );
    });

    it('HOLD: who was called may hold the conference and come back', async () => {
      const bob = await registered('bob');
      expect(await brings('bob')).to.equal(200);
      const call = await bob.rings();
      await call.picksUp();
      await sees('bob', 'connected');
      expect((await call.reinvites(sdp('m=audio 40000 RTP/AVP 0', 'a=sendonly'))).status).to.equal(200);
      await sees('bob', 'on-hold');
      expect((await call.reinvites(sdp())).status).to.equal(200);
      await sees('bob', 'connected');
    });
  });
}
