import { expect } from 'chai';
import { digestCredentials } from '../../../lib/sip/agent/credentials.ts';
import type { Description } from '../../../lib/sip/dialog/description.ts';
import type { SessionEnd, SessionUser } from '../../../lib/sip/dialog/session-user.ts';
import type { Session } from '../../../lib/sip/dialog/session.ts';
import { DigestServer } from '../../../lib/sip/digest/server.ts';
import { ha1Of } from '../../../lib/sip/digest/algorithm.ts';
import type { EventPackage } from '../../../lib/sip/event/package.ts';
import type { Subscription } from '../../../lib/sip/event/subscription.ts';
import { Response } from '../../../lib/sip/message/index.ts';
import { newTag } from '../../../lib/sip/token.ts';
import { closeAgents, openAgent, type TestAgent } from './agents.ts';

const ALICE = '"Alice" <sip:alice@example.com>';
const sdp = (text: string): Description => ({ type: 'application/sdp', body: Buffer.from(`v=0\r\ns=${text}\r\n`) });

/** Something that a test waits for, once. */
function event<T>(): { readonly happened: Promise<T>; readonly happen: (value: T) => void } {
  let happen: (value: T) => void = () => undefined;
  const happened = new Promise<T>((done) => (happen = done));
  return { happened, happen };
}

for (const protocol of ['udp', 'tcp', 'tls', 'ws', 'wss'] as const) {
  describe(`call flows of RFC 3665 over ${protocol}`, () => {
    let alice: TestAgent;
    let bob: TestAgent;

    beforeEach(async () => {
      alice = await openAgent(protocol);
      bob = await openAgent(protocol);
    });
    afterEach(async () => {
      await closeAgents();
      expect([...alice.errors, ...bob.errors]).to.deep.equal([]);
    });

    const contact = (of: TestAgent, user: string): string => `<${of.uri(user)}>`;

    /** Bob answers calls as he is told to. */
    function bobTakes(user: SessionUser, act: (session: Session) => void = () => undefined): void {
      bob.agent.handle('INVITE', async (server) => {
        const invite = bob.agent.take(server, contact(bob, 'bob'), user);
        if (invite === undefined) return;
        await invite.progress(180);
        act(await invite.accept(sdp('answer')));
      });
    }

    it('§3.1 Alice calls Bob, who answers; she changes the session and he hangs up', async () => {
      const inCall = event<Session>();
      const ended = event<SessionEnd>();
      const rung = event<number>();
      const offers: string[] = [];
      let bobs: Session | undefined;
      bobTakes(
        {
          offered: (offer) => {
            offers.push(offer?.body.toString() ?? '');
            return sdp('changed too');
          },
        },
        (session) => (bobs = session),
      );
      alice.agent.call(
        bob.uri('bob'),
        contact(alice, 'alice'),
        { from: ALICE, fields: [['Content-Type', 'application/sdp']], body: sdp('offer').body },
        {
          progress: ({ status }) => rung.happen(status),
          accepted: (session) => inCall.happen(session),
          ended: (end) => ended.happen(end),
        },
      );
      expect(await rung.happened).to.equal(180);
      const session = await inCall.happened;
      const { response } = await session.invite(sdp('changed'));
      expect(response.status).to.equal(200);
      expect(response.body.toString()).to.include('changed too');
      expect(offers.join()).to.include('s=changed');
      await bobs?.bye();
      expect((await ended.happened).cause).to.equal('left');
    });

    it('§3.8 Alice cancels while Bob rings', async () => {
      const refused = event<SessionEnd>();
      const ringing = event<number>();
      bob.agent.handle('INVITE', async (server) => {
        const invite = bob.agent.take(server, contact(bob, 'bob'), { ended: (end) => refused.happen(end) });
        await invite?.progress(180);
      });
      const call = alice.agent.call(
        bob.uri('bob'),
        contact(alice, 'alice'),
        { from: ALICE },
        { progress: ({ status }) => ringing.happen(status), accepted: () => undefined },
      );
      await ringing.happened;
      call.cancel();
      expect((await call.answer).response.status).to.equal(487);
      expect((await refused.happened).cause).to.equal('refused');
    });

    it('§3.9 Bob is busy', async () => {
      bob.agent.handle('INVITE', (server) => bob.agent.take(server, contact(bob, 'bob'), {})?.refuse(486));
      const call = alice.agent.call(
        bob.uri('bob'),
        contact(alice, 'alice'),
        { from: ALICE },
        { accepted: () => undefined },
      );
      expect((await call.answer).response.status).to.equal(486);
    });

    it('§3.6 Bob is elsewhere: Alice follows him there', async () => {
      const carol = await openAgent(protocol);
      const ended = event<SessionEnd>();
      carol.agent.handle('INVITE', async (server) => {
        const user: SessionUser = { ended: (end) => ended.happen(end) };
        await carol.agent.take(server, contact(carol, 'carol'), user)?.accept(sdp('answer'));
      });
      bob.agent.handle('INVITE', (server) => {
        bob.agent.take(server, contact(bob, 'bob'), {})?.refuse(302, [['Contact', contact(carol, 'carol')]]);
      });
      const inCall = event<Session>();
      const call = (uri: string) =>
        alice.agent.call(
          uri,
          contact(alice, 'alice'),
          { from: ALICE, fields: [['Content-Type', 'application/sdp']], body: sdp('offer').body },
          { accepted: (session) => inCall.happen(session) },
        ).answer;
      const { response: moved } = await call(bob.uri('bob'));
      expect(moved.status).to.equal(302);
      expect(moved.contacts[0]?.uri.toString()).to.equal(carol.uri('carol'));
      const { response } = await call(moved.contacts[0]?.uri.toString() ?? '');
      expect(response.status).to.equal(200);
      await (await inCall.happened).bye();
      expect((await ended.happened).cause).to.equal('left');
      expect(carol.errors).to.deep.equal([]);
    });

    it('RFC 3261 §13.2.2.4 two of Bob’s phones answer: Alice is in two sessions, and ends the second', async () => {
      bob.agent.handle('INVITE', (server) => {
        for (const toTag of ['desk', 'mobile'])
          server.respond(
            Response.to(server.request, 200, {
              toTag,
              fields: [
                ['Contact', contact(bob, toTag)],
                ['Content-Type', 'application/sdp'],
              ],
              body: sdp(toTag).body,
            }),
          );
      });
      const sessions: Session[] = [];
      const second = event<Session>();
      const call = alice.agent.call(
        bob.uri('bob'),
        contact(alice, 'alice'),
        { from: ALICE, fields: [['Content-Type', 'application/sdp']], body: sdp('offer').body },
        { accepted: (session) => sessions.push(session) === 2 && second.happen(session) },
      );
      expect((await call.answer).response.to.tag).to.equal('desk');
      await (await second.happened).bye();
      expect(sessions.map(({ dialog }) => dialog.remoteTag)).to.deep.equal(['desk', 'mobile']);
      await sessions[0]?.bye();
    });

    it('§2.1 Alice proves who she is when she is asked', async () => {
      const digest = new DigestServer({
        credentials: {
          lookup: (user, realm) =>
            Promise.resolve(user === 'alice' ? { ha1: ha1Of(user, realm, 'secret', ['SHA-256']) } : undefined),
        },
        now: () => bob.agent.clock.now(),
        algorithms: ['SHA-256'],
      });
      bob.agent.handle('MESSAGE', async (server) => {
        const { request, flow } = server;
        const outcome = await digest.authenticate(request, 'example.com', flow.remote.address);
        const isKnown = outcome.kind === 'user';
        const fields = isKnown ? [] : digest.challenge('example.com');
        server.respond(Response.to(request, isKnown ? 200 : 401, { toTag: newTag(), fields }));
      });
      const statusAs = async (password: string): Promise<number> => {
        const caller = await openAgent(protocol, {
          credentials: digestCredentials(() => ({ user: 'alice', password })),
        });
        return (await caller.agent.request('MESSAGE', bob.uri('bob'), { from: ALICE })).response.status;
      };
      expect(await statusAs('secret')).to.equal(200);
      expect(await statusAs('wrong')).to.equal(401);
    });

    it('RFC 6665: Alice subscribes, is told, is told of a change, and ends it', async () => {
      let state = 'one';
      let subscription: Subscription | undefined;
      const pack: EventPackage = {
        name: 'presence',
        mediaTypes: ['text/plain'],
        expires: { default: 600, minimum: 60, maximum: 3_600 },
        admit: () => Promise.resolve({ context: {} }),
        keep: (one) => {
          subscription = one;
          return Promise.resolve();
        },
        state: () => ({ contentType: 'text/plain', body: Buffer.from(state) }),
      };
      bob.agent.notifier.add(pack);
      const told: string[] = [];
      let next = event<string>();
      const subscriber = alice.agent.subscribe({
        target: bob.uri('bob'),
        from: ALICE,
        contact: contact(alice, 'alice'),
        event: 'presence',
        notified: (request, { state: word }) => {
          told.push(`${word}: ${request.body.toString()}`);
          next.happen(word);
        },
        ended: () => undefined,
      });
      await next.happened;
      next = event();
      state = 'two';
      subscription?.changed();
      await next.happened;
      next = event();
      subscriber.stop();
      await next.happened;
      expect(told).to.deep.equal(['active: one', 'active: two', 'terminated: two']);
    });
  });
}
