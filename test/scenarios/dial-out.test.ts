import { expect } from 'chai';
import { textAt, textsAt } from '../support/reading.ts';
import { Room } from '../support/room.ts';
import { idOf, type Name, sipOf } from '../support/system.ts';

const list = (...targets: readonly (readonly [uri: string, method: string])[]): string =>
  `<info:users><xcon:allowed-users-list>${targets
    .map(([uri, method]) => `<xcon:target uri="${uri}" method="${method}"/>`)
    .join('')}</xcon:allowed-users-list></info:users>`;

for (const transport of ['udp', 'tcp'] as const) {
  describe(`dialling out over ${transport}`, () => {
    const room = Room.forEach(transport);
    const { registered, sees } = room;
    const brings = async (name: Name) => expect(await room.brings(name)).to.equal(200);

    it('[E42, U11] rings who is brought in by CCMP, and she is in when she answers', async () => {
      const bob = await registered('bob');
      await brings('bob');
      const call = await bob.rings();
      expect(call.request.contacts[0]?.toString()).to.match(/;conf-id=[a-z0-9]+>;isfocus$/);
      expect(call.request.from.uri.toString()).to.equal(room.conference.replace('xcon:', 'sip:'));
      expect(call.request.to.uri.toString()).to.equal(sipOf('bob'));
      await call.incoming.progress(180);
      await sees('bob', 'alerting');
      await call.picksUp();
      const user = await sees('bob', 'connected');
      expect(textAt(user, 'endpoint/joining-method')).to.equal('dialed-out');
      expect(textAt(user, 'endpoint/joining-info/when')).to.match(/Z$/);
      expect(textsAt(user, 'endpoint/media/type')).to.deep.equal(['audio']);
      await call.leaves();
      await room.misses('bob');
    });

    it('[U11] hangs up on who is removed by CCMP', async () => {
      const bob = await registered('bob');
      await brings('bob');
      const call = await bob.rings();
      await call.picksUp();
      await sees('bob', 'connected');
      await room.system.as('alice').removes(room.conference, idOf('bob'));
      expect((await call.over()).cause).to.equal('left');
    });

    for (const [status, method] of [
      [486, 'busy'],
      [600, 'busy'],
      [480, 'failed'],
      [603, 'failed'],
    ] as const) {
      it(`[E42] shows who answers ${status} as ${method}`, async () => {
        const bob = await registered('bob');
        await brings('bob');
        (await bob.rings()).refuses(status);
        const user = await sees('bob', 'disconnected');
        expect(textAt(user, 'endpoint/disconnection-method')).to.equal(method);
        expect(textAt(user, 'endpoint/disconnection-info/reason')).to.match(new RegExp(`^SIP;cause=${status};text=`));
        expect(textAt(user, 'endpoint/disconnection-info/when')).to.match(/Z$/);
      });
    }

    it('[E42] shows who is nowhere as failed, and calls her anew when she is brought in once more', async () => {
      await brings('carol');
      const user = await sees('carol', 'disconnected');
      expect(textAt(user, 'endpoint/disconnection-info/reason')).to.match(/^SIP;cause=480/);
      const carol = await registered('carol');
      await brings('carol');
      await (await carol.rings()).picksUp();
      const now = await sees('carol', 'connected');
      expect(textAt(now, 'endpoint/disconnection-method')).to.equal(undefined);
    });

    it('stops ringing when who is called is removed', async () => {
      const bob = await registered('bob');
      await brings('bob');
      const call = await bob.rings();
      await call.incoming.progress(180);
      await sees('bob', 'alerting');
      expect((await room.system.as('alice').removes(room.conference, idOf('bob'))).code).to.equal(200);
      expect((await call.over()).cause).to.equal('refused');
      expect(await room.user('bob')).to.equal(undefined);
    });

    it('leaves nobody behind when an answer crosses a removal', async () => {
      const bob = await registered('bob');
      for (let round = 0; round < 5; round++) {
        await brings('bob');
        const call = await bob.rings();
        const removed = room.system.as('alice').removes(room.conference, idOf('bob'));
        // The CANCEL may have come before.
        const answered = call.picksUp().catch(() => undefined);
        expect((await removed).code).to.equal(200);
        await answered;
        expect((await call.over()).cause).to.be.oneOf(['left', 'refused']);
        expect(await room.user('bob')).to.equal(undefined);
      }
    });

    it('rings all telephones of somebody; the first that answers has the call', async () => {
      const desk = await registered('bob');
      const mobile = await registered('bob');
      await brings('bob');
      const [one, other] = [await desk.rings(), await mobile.rings()];
      await one.incoming.progress(180);
      await other.picksUp();
      await sees('bob', 'connected');
      expect((await one.over()).cause).to.equal('refused');
      expect(textsAt(await room.user('bob'), 'endpoint/status')).to.deep.equal(['connected']);
      await other.leaves();
      await room.misses('bob');
    });

    it('follows a redirection to somebody of ours, and to nobody else', async () => {
      const [bob, carol] = [await registered('bob'), await registered('carol')];
      await brings('bob');
      (await bob.rings()).refuses(302, [['Contact', `<sip:victim@192.0.2.7>;q=0.9, <${sipOf('carol')}>;q=0.5`]]);
      await (await carol.rings()).picksUp();
      expect(textAt(await sees('bob', 'connected'), 'endpoint/joining-method')).to.equal('dialed-out');
    });

    it('takes no focus for a participant', async () => {
      const bob = await registered('bob');
      await brings('bob');
      const call = await bob.rings();
      call.incoming.session.dialog.contact += ';isfocus';
      await call.picksUp();
      expect((await call.over()).cause).to.equal('left');
      const user = await sees('bob', 'disconnected');
      expect(textAt(user, 'endpoint/disconnection-info/reason')).to.match(/^SIP;cause=603/);
    });

    it('[E36] calls whom the list names for dial-out when the conference is active', async () => {
      const [bob, carol] = [await registered('bob'), await registered('carol')];
      const targets = list([sipOf('bob'), 'dial-out'], [sipOf('dave'), 'dial-in']);
      expect((await room.system.as('alice').updates(room.conference, targets)).code).to.equal(200);
      const alice = await room.stage.phone('alice');
      await alice.joins(room.uri);
      const call = await bob.rings();
      await call.picksUp();
      await sees('bob', 'connected');
      // Whoever is put on the list now is called at once.
      const more = list([sipOf('bob'), 'dial-out'], [sipOf('carol'), 'dial-out']);
      expect((await room.system.as('alice').updates(room.conference, more)).code).to.equal(200);
      await (await carol.rings()).picksUp();
      await sees('carol', 'connected');
      // Who has left was asked once.
      await call.leaves();
      await room.watcher.sees(idOf('bob'), (user) => textAt(user, 'endpoint/status') !== 'connected');
      expect(
        (await room.system.as('alice').updates(room.conference, list([sipOf('carol'), 'dial-out']))).code,
      ).to.equal(200);
      expect(textsAt(await room.user('bob'), 'endpoint/status')).to.deep.equal([]);
    });
  });
}
