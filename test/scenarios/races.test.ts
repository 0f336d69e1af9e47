import { expect } from 'chai';
import { sdp } from '../support/phone-call.ts';
import { attributesAt, textsAt } from '../support/reading.ts';
import { Reference } from '../support/referring.ts';
import { Room } from '../support/room.ts';
import { idOf, sipOf } from '../support/system.ts';

const ROUNDS = 8;
const video = (): string => sdp('m=audio 40000 RTP/AVP 0', 'm=video 40002 RTP/AVP 96', 'a=rtpmap:96 VP8/90000');
const rounds = Array.from({ length: ROUNDS }, (_, round) => round);

for (const transport of ['udp', 'tcp'] as const) {
  describe(`what crosses over ${transport}`, () => {
    const room = Room.forEach(transport);

    /** Whoever is in the roster now, by whatever status. */
    const present = async (): Promise<(string | undefined)[]> =>
      attributesAt(await room.stage.document(room.conference), 'users/user', 'entity');
    /** Nobody is there who is not seen to leave, and the next call is answered. */
    const isWell = async (): Promise<void> => {
      const dave = await room.stage.phone('dave');
      const call = await dave.joins(room.uri);
      await room.sees('dave', 'connected');
      for (const name of ['bob', 'carol'] as const)
        await room.watcher.sees(idOf(name), (user) => textsAt(user, 'endpoint/status').length === 0);
      expect(await present()).not.to.include(idOf('bob'));
      await call.leaves();
      await room.misses('dave');
    };

    it('a BYE crosses a re-INVITE, from whichever side: nobody stays', async () => {
      const bob = await room.stage.phone('bob');
      for (const round of rounds) {
        const call = await bob.joins(room.uri);
        const asked = call.reinvites(video()).catch(() => undefined);
        if (round % 2 === 0) await call.leaves();
        else expect((await room.system.as('alice').removes(room.conference, idOf('bob'))).code).to.equal(200);
        expect((await call.over()).cause).to.be.oneOf(['left', 'hung up', 'lost']);
        await asked;
        expect(await room.user('bob')).to.equal(undefined);
      }
      await isWell();
    });

    it('a BYE in the early dialog crosses the answer to the INVITE', async () => {
      const confirm = '<info:users><xcon:join-handling>confirm</xcon:join-handling></info:users>';
      expect((await room.system.as('alice').updates(room.conference, confirm)).code).to.equal(200);
      const bob = await room.stage.phone('bob');
      for (const round of rounds) {
        const call = bob.calls(room.uri);
        await call.gets(180);
        const [session] = call.invite?.sessions ?? [];
        const waiting = await room.sees('bob', 'pending');
        const entity = attributesAt(waiting, 'endpoint', 'entity')[0] ?? '';
        const letIn = `<info:endpoint entity="${entity}"><info:status>connected</info:status></info:endpoint>`;
        const alice = room.system.as('alice');
        const decided =
          round % 2 === 0
            ? alice.updatesUser(room.conference, idOf('bob'), letIn)
            : alice.removes(room.conference, idOf('bob'));
        await session?.bye();
        expect((await decided).code).to.be.oneOf([200, 420, 426]);
        expect((await call.final()).status).to.be.oneOf([200, 487, 403, 480]);
        await room.watcher.sees(idOf('bob'), (one) => textsAt(one, 'endpoint/status').length === 0);
        expect(await room.user('bob')).to.equal(undefined);
      }
    });

    it('a CANCEL crosses the 200: who gave up is not in', async () => {
      const bob = await room.stage.phone('bob');
      for (const round of rounds) {
        const call = bob.calls(room.uri);
        // As soon as the INVITE has gone, or some time later.
        for (let turn = 0; turn < round; turn += 1) await new Promise(setImmediate);
        call.invite?.cancel();
        expect((await call.invite?.answer)?.response.status).to.be.oneOf([200, 401, 487]);
        await room.watcher.until((document) => !attributesAt(document, 'users/user', 'entity').includes(idOf('bob')));
      }
      await isWell();
    });

    it('a removal crosses the dial-out: nobody rings for ever', async () => {
      const bob = await room.registered('bob');
      const answers = async (): Promise<never> => {
        for (;;) void (await bob.rings()).picksUp().catch(() => undefined);
      };
      void answers();
      for (const round of rounds) {
        expect(await room.brings('bob')).to.equal(200);
        for (let turn = 0; turn < round * 3; turn += 1) await new Promise(setImmediate);
        expect((await room.system.as('alice').removes(room.conference, idOf('bob'))).code).to.equal(200);
      }
      await isWell();
    });

    it('REFERs of two for one person make her telephone ring once, and both hear that she came', async () => {
      const allows = '<xcon:allow-invite-users-dynamically>true</xcon:allow-invite-users-dynamically>';
      const [alice, bob, carol] = [
        await room.stage.phone('alice'),
        await room.stage.phone('bob'),
        await room.registered('carol'),
      ];
      const call = await bob.joins(room.uri);
      await room.system.as('alice').updatesUser(room.conference, idOf('bob'), allows);
      const [one, other] = await Promise.all(
        [alice, bob].map((phone) => Reference.send(phone, room.uri, `<${sipOf('carol')}>`)),
      );
      const ringing = await carol.rings();
      await ringing.picksUp();
      expect(await one?.final()).to.equal(200);
      expect(await other?.final()).to.equal(200);
      expect(textsAt(await room.user('carol'), 'endpoint/status')).to.deep.equal(['connected']);
      // Nobody rang her for the second.
      expect(carol.unheard).to.equal(0);
      await ringing.leaves();
      await call.leaves();
      await isWell();
    });
  });
}
