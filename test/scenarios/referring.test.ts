import { expect } from 'chai';
import type { Request } from '../../lib/sip/message/request.ts';
import { Response } from '../../lib/sip/message/response.ts';
import type { Phone } from '../support/phone.ts';
import { textAt, textsAt } from '../support/reading.ts';
import { Reference } from '../support/referring.ts';
import { Room } from '../support/room.ts';
import { idOf, sipOf } from '../support/system.ts';

const LIST = 'application/resource-lists+xml';

for (const transport of ['udp', 'tcp'] as const) {
  describe(`REFERs to the focus over ${transport}`, () => {
    const room = Room.forEach(transport);
    const { registered, sees } = room;
    let alice: Phone;
    beforeEach(async () => {
      alice = await room.stage.phone('alice');
    });
    const refers = (phone: Phone, referTo: string, ...fields: (readonly [string, string])[]): Promise<Reference> =>
      Reference.send(phone, room.uri, referTo, fields);
    /** What bob, who is in, may do beside. */
    const allows = async (right: string): Promise<void> => {
      const inside = `<xcon:${right}>true</xcon:${right}>`;
      expect((await room.system.as('alice').updatesUser(room.conference, idOf('bob'), inside)).code).to.equal(200);
    };

    it('add somebody, and tell how it goes (RFC 4579 §5.5)', async () => {
      const carol = await registered('carol');
      const reference = await refers(alice, `<${sipOf('carol')}>;isfocus`);
      expect(reference.status).to.equal(202);
      const call = await carol.rings();
      await call.incoming.progress(180);
      await sees('carol', 'alerting');
      await call.picksUp();
      expect(await reference.final()).to.equal(200);
      expect(reference.steps.filter((step) => step > 100)).to.deep.equal([180, 200]);
      const user = await sees('carol', 'connected');
      expect(textAt(user, 'endpoint/referred/by')).to.equal(sipOf('alice'));
      expect(textAt(user, 'endpoint/joining-method')).to.equal('dialed-out');
    });

    it('add somebody from within a call, without a word more where none is wanted (RFC 4488)', async () => {
      const carol = await registered('carol');
      const call = await alice.joins(room.uri);
      const reference = await Reference.sendIn(alice, call, `<${sipOf('carol')}>`, [
        ['Require', 'norefersub'],
        ['Refer-Sub', 'false'],
      ]);
      expect(reference.status).to.equal(200);
      expect(reference.answer?.header('Refer-Sub')).to.equal('false');
      await (await carol.rings()).picksUp();
      await sees('carol', 'connected');
      expect(reference.steps).to.deep.equal([]);
      const other = await Reference.sendIn(alice, call, `<${sipOf('carol')};method=BYE>`);
      expect(await other.final()).to.equal(200);
      await room.watcher.sees(idOf('carol'), (user) => textAt(user, 'endpoint/status') !== 'connected');
    });

    it('tell that who was called is busy', async () => {
      const carol = await registered('carol');
      const reference = await refers(alice, `<${sipOf('carol')}>`);
      (await carol.rings()).refuses(486);
      expect(await reference.final()).to.equal(486);
      expect(textAt(await sees('carol', 'disconnected'), 'endpoint/disconnection-method')).to.equal('busy');
    });

    it('[E40] add, remove and refer by the rights of their senders', async () => {
      const [bob, carol] = [await room.stage.phone('bob'), await registered('carol')];
      await bob.joins(room.uri);
      const asks: Request[] = [];
      carol.agent.handle('REFER', (asked) => {
        asks.push(asked.request);
        asked.respond(Response.to(asked.request, 202, { toTag: 'carol' }));
      });
      const [add, remove] = [`<${sipOf('carol')}>`, `<${sipOf('carol')};method=BYE>`];
      const conf = room.conference.replace('xcon:', 'sip:');
      const invite = `<${sipOf('carol')};method=REFER?Refer-To=${encodeURIComponent(conf)}>`;
      for (const referTo of [add, invite]) expect((await refers(bob, referTo)).status, referTo).to.equal(403);
      await allows('allow-invite-users-dynamically');
      const added = await refers(bob, add);
      expect(added.status).to.equal(202);
      await (await carol.rings()).picksUp();
      expect(await added.final()).to.equal(200);
      expect((await refers(bob, remove)).status).to.equal(403);
      await allows('allow-remove-users-dynamically');
      expect(await (await refers(bob, remove)).final()).to.equal(200);
      await room.watcher.sees(idOf('carol'), (user) => textAt(user, 'endpoint/status') !== 'connected');
      expect((await refers(bob, invite)).status).to.equal(403);
      await allows('allow-refer-users-dynamically');
      expect(await (await refers(bob, invite)).final()).to.equal(202);
      expect(asks.map((one) => one.header('Refer-To'))).to.deep.equal([`<${conf}>`]);
      expect(asks[0]?.contacts[0]?.toString()).to.match(/;isfocus$/);
    });

    it('add and remove all of a list, who see of each other what they may (RFC 5368)', async () => {
      const [bob, carol] = [await registered('bob'), await registered('carol')];
      const body = (method: string): Buffer =>
        Buffer.from(
          '<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists" xmlns:cp="urn:ietf:params:xml:ns:copycontrol">' +
            `<list><entry uri="${sipOf('bob')}${method}" cp:copyControl="to"/>` +
            `<entry uri="${sipOf('carol')}${method}" cp:copyControl="bcc"/></list></resource-lists>`,
        );
      const fields = [
        ['Require', 'multiple-refer, norefersub'],
        ['Refer-Sub', 'false'],
        ['Content-Type', LIST],
        ['Content-Disposition', 'recipient-list'],
        ['Content-ID', '<list@phone>'],
      ] as const;
      const send = (method = '') => Reference.send(alice, room.uri, '<cid:list@phone>', fields, body(method));
      expect((await send()).status).to.equal(200);
      const calls = await Promise.all([bob.rings(), carol.rings()]);
      for (const call of calls) {
        expect(call.request.body.toString()).to.include('recipient-list-history').and.include(sipOf('bob'));
        expect(call.request.body.toString()).not.to.include(sipOf('carol'));
        await call.picksUp();
      }
      await sees('bob', 'connected');
      await sees('carol', 'connected');
      expect((await send('?method=BYE')).status).to.equal(200);
      for (const call of calls) expect((await call.over()).cause).to.equal('left');
    });

    it('let the call take the place of another (RFC 4579 §5.10, RFC 3891)', async () => {
      const carol = await registered('carol');
      const replaces = encodeURIComponent('abc@host;to-tag=1;from-tag=2');
      const reference = await refers(alice, `<${sipOf('carol')}?Replaces=${replaces}>`);
      expect(reference.status).to.equal(202);
      const call = await carol.rings();
      expect(call.request.header('Replaces')).to.equal('abc@host;to-tag=1;from-tag=2');
      expect(call.request.require).to.deep.equal(['replaces']);
      await call.picksUp();
      expect(await reference.final()).to.equal(200);
    });

    it('of two for the same person make one call, and both hear of it', async () => {
      const carol = await registered('carol');
      const both = await Promise.all([refers(alice, `<${sipOf('carol')}>`), refers(alice, `<${sipOf('carol')}>`)]);
      await (await carol.rings()).picksUp();
      expect(await Promise.all(both.map((one) => one.final()))).to.deep.equal([200, 200]);
      expect(textsAt(await room.user('carol'), 'endpoint/status')).to.deep.equal(['connected']);
      // Who is there already needs no call.
      expect(await (await refers(alice, `<${sipOf('carol')}>`)).final()).to.equal(200);
    });

    it('let nobody choose the way, call other conferences or strangers, or send other methods', async () => {
      const other = (await room.stage.conference()).replace('xcon:', 'sip:');
      for (const [referTo, status] of [
        [`<${sipOf('carol')}?Route=%3Csip:192.0.2.1%3E>`, 403],
        [`<${sipOf('carol')};maddr=192.0.2.1>`, 403],
        [`<${sipOf('carol')};method=SUBSCRIBE>`, 403],
        [`<${sipOf('carol')};method=BYE>`, 404],
        ['<http://192.0.2.1/>', 403],
        ['<cid:list@phone>', 421],
      ] as const)
        expect((await refers(alice, referTo)).status, referTo).to.equal(status);
      for (const referTo of [`<${other}>`, '<sip:victim@192.0.2.1>', '<tel:+4930123>'])
        expect(await (await refers(alice, referTo)).final(), referTo).to.equal(403);
    });

    it('let a call go on from another telephone of the same user (RFC 4579 §5.9, RFC 3891)', async () => {
      const [desk, mobile, carol] = [
        await room.stage.phone('bob'),
        await room.stage.phone('bob'),
        await room.stage.phone('carol'),
      ];
      const call = await desk.joins(room.uri);
      await sees('bob', 'connected');
      const { callId, localTag, remoteTag } = call.session?.dialog ?? { callId: '', localTag: '', remoteTag: '' };
      const replaces = `${callId};to-tag=${remoteTag};from-tag=${localTag}`;
      const calls = (phone: Phone, fields: readonly (readonly [string, string])[]) =>
        phone.calls(room.uri, { fields }).final();
      expect((await calls(carol, [['Replaces', replaces]])).status).to.equal(403);
      expect((await calls(mobile, [['Replaces', `${replaces};early-only`]])).status).to.equal(486);
      expect((await calls(mobile, [['Replaces', `x${replaces}`]])).status).to.equal(481);
      expect(
        (
          await calls(mobile, [
            ['Replaces', replaces],
            ['Join', replaces],
          ])
        ).status,
      ).to.equal(400);
      expect((await calls(mobile, [['Replaces', replaces]])).status).to.equal(200);
      expect((await call.over()).cause).to.equal('left');
      await room.watcher.sees(idOf('bob'), (user) => textsAt(user, 'endpoint/status').join() === 'connected');
      // Who joins a call of a conference joins the conference (RFC 3911).
      expect((await calls(mobile, [['Join', replaces]])).status).to.equal(481);
      const own = await alice.joins(room.uri);
      const dialog = own.session?.dialog;
      const join = `${dialog?.callId};to-tag=${dialog?.remoteTag};from-tag=${dialog?.localTag}`;
      const factory = room.stage.uri('xcon:elsewhere@example.com');
      expect((await carol.calls(factory, { fields: [['Join', join]] }).final()).status).to.equal(200);
      await sees('carol', 'connected');
    });

    it('reach no more people at once than the settings let one list have', async () => {
      const entries = Array.from({ length: 51 }, (_, n) => `<entry uri="sip:${n}@example.com"/>`).join('');
      const fields = [
        ['Require', 'multiple-refer'],
        ['Content-Type', LIST],
        ['Content-Disposition', 'recipient-list'],
        ['Content-ID', '<list@phone>'],
      ] as const;
      const body = Buffer.from(
        `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>${entries}</list></resource-lists>`,
      );
      const sent = await Reference.send(alice, room.uri, '<cid:list@phone>', fields, body);
      expect(sent.status).to.equal(413);
      expect(textsAt(await room.stage.document(room.conference), 'users/user/endpoint/status')).to.deep.equal([]);
    });

    it('come only from people who have proved who they are', async () => {
      const thief = await room.stage.phone('bob', 'wrong');
      expect((await refers(thief, `<${sipOf('carol')}>`)).status).to.equal(401);
      const bob = await room.stage.phone('bob');
      expect((await refers(bob, `<${sipOf('carol')}>`)).status).to.equal(403);
    });
  });
}
