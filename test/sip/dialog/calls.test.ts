import { expect } from 'chai';
import { Response } from '../../../lib/sip/message/response.ts';
import { nameOf, sdp } from '../phone.ts';
import { ALICE, BOB, inCall, stage } from '../two-phones.ts';

describe('Calls (RFC 3665)', () => {
  it('establishes a session and ends it (§3.1)', async () => {
    const { clock, alice, bob, flow, expectSilence } = stage();
    const call = alice.call(bob.uri);
    await clock.pass(1_000);
    const { response } = await call.answer;
    expect(response.body.toString()).to.equal('s=bob\r\n');
    void alice.sessions[0]!.bye();
    await clock.pass(1_000);
    expect(flow()).to.deep.equal([
      'Alice → Bob: INVITE',
      'Bob → Alice: 180 INVITE',
      'Bob → Alice: 200 INVITE',
      'Alice → Bob: ACK',
      'Alice → Bob: BYE',
      'Bob → Alice: 200 BYE',
    ]);
    expect(alice.log).to.deep.equal(['progress 180', 'accepted', 'ended: hung up']);
    expect(bob.log).to.deep.equal(['offered offer', 'ended: left']);
    await expectSilence();
  });

  it('acknowledges an answer when the caller has kept it; the callee repeats it meanwhile (RFC 3261 §13.3.1.4)', async () => {
    const { clock, alice, bob, flow, expectSilence } = stage();
    let keep: () => void = () => undefined;
    const kept = new Promise<void>((resolve) => (keep = resolve));
    const call = alice.call(bob.uri, sdp('offer'), [], { ...alice.caller, accepting: () => kept });
    await clock.pass(2_000);
    expect(alice.log).to.deep.equal(['progress 180']);
    keep();
    await clock.pass(100);
    expect((await call.answer).response.status).to.equal(200);
    expect(alice.log).to.deep.equal(['progress 180', 'accepted']);
    const answers = flow().filter((line) => line === 'Bob → Alice: 200 INVITE').length;
    expect(answers).to.be.greaterThan(1);
    expect(flow().indexOf('Alice → Bob: ACK')).to.be.greaterThan(answers);
    void alice.sessions[0]?.bye();
    await expectSilence();
  });

  it('lets the callee end it', async () => {
    const { theirs, alice, bob, expectSilence, clock } = await inCall();
    void theirs.bye();
    await clock.pass(100);
    expect(alice.log).to.deep.equal(['ended: left']);
    expect(bob.log).to.deep.equal(['ended: hung up']);
    await expectSilence();
  });

  it('cancels a call that rings (§3.8)', async () => {
    const { clock, alice, bob, flow, expectSilence } = stage();
    bob.ring = (call) => call.progress(180);
    const call = alice.call(bob.uri);
    await clock.pass(1_000);
    call.cancel();
    await clock.pass(1_000);
    expect((await call.answer).response.status).to.equal(487);
    expect(flow()).to.deep.equal([
      'Alice → Bob: INVITE',
      'Bob → Alice: 180 INVITE',
      'Alice → Bob: CANCEL',
      'Bob → Alice: 200 CANCEL',
      'Bob → Alice: 487 INVITE',
      'Alice → Bob: ACK',
    ]);
    expect(alice.log).to.deep.equal(['progress 180', 'ended: refused 487']);
    expect(bob.log).to.deep.equal(['ended: refused 487']);
    await expectSilence();
  });

  it('ends by BYE a call that was accepted while it was cancelled', async () => {
    const { clock, alice, bob, flow, expectSilence } = stage();
    let accept: () => unknown = () => undefined;
    bob.ring = (call) => {
      accept = () => call.accept(sdp('bob'));
      return call.progress(180);
    };
    const call = alice.call(bob.uri);
    await clock.pass(1_000);
    call.cancel();
    accept();
    await clock.pass(1_000);
    expect(flow().slice(2)).to.have.members([
      'Alice → Bob: CANCEL',
      'Bob → Alice: 200 CANCEL',
      'Bob → Alice: 200 INVITE',
      'Alice → Bob: ACK',
      'Alice → Bob: BYE',
      'Bob → Alice: 200 BYE',
    ]);
    expect(alice.log).to.deep.equal(['progress 180', 'ended: hung up']);
    expect(bob.log).to.deep.equal(['ended: left']);
    await expectSilence();
  });

  it('cancels before anything is sent without a word', async () => {
    const { clock, alice, bob, flow } = stage();
    const call = alice.call(bob.uri);
    call.cancel('SIP;cause=200');
    await clock.pass(1_000);
    const { response, cause } = await call.answer;
    expect([response.status, cause]).to.deep.equal([487, 'cancelled']);
    expect(flow()).to.deep.equal([]);
  });

  it('is told that the callee is busy (§3.9), and that nobody is there (§3.11)', async () => {
    const { clock, alice, bob, expectSilence } = stage();
    bob.ring = (call) => call.refuse(486);
    const busy = alice.call(bob.uri);
    const nobody = alice.call('sip:carol@192.0.2.3');
    await clock.pass(40_000);
    expect((await busy.answer).response.status).to.equal(486);
    const answer = await nobody.answer;
    expect([answer.response.status, answer.cause]).to.deep.equal([503, 'transport']);
    expect(alice.log).to.deep.equal([]);
    await expectSilence();
  });

  it('ends a call that rings too long, on either side (RFC 3261 §13.3.1)', async () => {
    const patient = { settings: { ringTime: 300_000 } };
    const { clock, alice, make, expectSilence } = stage({ settings: { ringTime: 100_000 } });
    const carol = make('carol', '192.0.2.3', patient);
    carol.ring = (call) => call.progress(180);
    const impatientCaller = alice.call(carol.uri);
    const impatientCallee = carol.call(alice.uri);
    alice.ring = (call) => call.progress(180);
    const expiring = carol.call(alice.uri, sdp('offer'), [['Expires', '30']]);
    await clock.pass(101_000);
    expect((await impatientCaller.answer).response.status).to.equal(487);
    expect((await impatientCallee.answer).response.status).to.equal(480);
    expect((await expiring.answer).response.status).to.equal(487);
    await expectSilence();
  });

  it('rings again every minute, so that no proxy gives up (RFC 3261 §13.3.1.1)', async () => {
    const { clock, network, alice, bob, expectSilence } = stage();
    bob.ring = (call) => call.progress(180);
    alice.call(bob.uri);
    await clock.pass(170_000);
    const rings = network.sent.filter(({ message }) => 'status' in message && message.status === 180);
    expect(rings.map(({ at }) => at)).to.deep.equal([10, 60_010, 120_010]);
    await expectSilence();
  });

  it("answers a handler's mistakes with 500, and leaves the session as it was", async () => {
    const { clock, ours, theirs, bob } = await inCall();
    Object.assign(theirs.user, {
      offered: () => {
        throw new Error('mistake');
      },
    });
    const answer = ours.invite(sdp('more'));
    await clock.pass(100);
    expect((await answer).response.status).to.equal(500);
    expect([ours.state, theirs.state, bob.problems.length]).to.deep.equal(['confirmed', 'confirmed', 1]);
  });

  it('follows a redirection (§3.6)', async () => {
    const { clock, make, alice, bob, expectSilence } = stage();
    const carol = make('carol', '192.0.2.3');
    carol.ring = (call) => call.accept(sdp('carol'));
    bob.ring = (call) => call.refuse(302, [['Contact', carol.contact]]);
    const first = alice.call(bob.uri);
    await clock.pass(100);
    const { response } = await first.answer;
    const second = alice.call(String(response.contacts[0]?.uri));
    await clock.pass(100);
    expect((await second.answer).response.status).to.equal(200);
    void alice.sessions[0]!.bye();
    await expectSilence();
    expect(carol.log).to.deep.equal(['ended: left']);
  });

  it('registers, also after a challenge (§2.1)', async () => {
    const { clock, alice, bob, flow } = stage();
    bob.serve = (server) => {
      const authorized = server.request.has('Authorization');
      server.respond(Response.to(server.request, authorized ? 200 : 401, { toTag: 'r' }));
    };
    const request = alice.request('REGISTER', bob.uri);
    const first = alice.outgoing.send(request);
    await clock.pass(100);
    expect((await first).response.status).to.equal(401);
    const second = alice.outgoing.send(request.with({ CSeq: '2 REGISTER', Authorization: 'Digest x="y"' }));
    await clock.pass(100);
    expect((await second).response.status).to.equal(200);
    expect(flow()).to.deep.equal([
      'Alice → Bob: REGISTER',
      'Bob → Alice: 401 REGISTER',
      'Alice → Bob: REGISTER',
      'Bob → Alice: 200 REGISTER',
    ]);
  });

  it('answers a challenge to INVITE, and to BYE, with the next CSeq', async () => {
    const { clock, network, alice, bob, flow, expectSilence } = stage({
      credentials: () => ({ Authorization: 'Digest x="y"' }),
    });
    bob.ring = (call) =>
      call.request.has('Authorization')
        ? call.accept(sdp('bob'))
        : call.refuse(401, [['WWW-Authenticate', 'Digest realm="b"']]);
    const call = alice.call(bob.uri);
    await clock.pass(100);
    expect((await call.answer).response.status).to.equal(200);
    expect(flow()).to.deep.equal([
      'Alice → Bob: INVITE',
      'Bob → Alice: 401 INVITE',
      'Alice → Bob: ACK',
      'Alice → Bob: INVITE',
      'Bob → Alice: 200 INVITE',
      'Alice → Bob: ACK',
    ]);
    const ack = network.sent.at(-1)?.message;
    expect([ack?.header('CSeq'), ack?.header('Authorization')]).to.deep.equal(['2 ACK', 'Digest x="y"']);
    void alice.sessions[0]!.bye();
    await expectSilence();
  });

  it('makes a session of each fork that accepts; the surplus is for the caller to end (RFC 3261 §13.2.2.4)', async () => {
    const { clock, network, alice, bob, expectSilence } = stage();
    bob.ring = () => undefined;
    // Bob's host is a proxy that forks to two phones, which answer in its name.
    bob.transactions.onRequest((server) => {
      if (server.request.method === 'BYE') {
        server.respond(Response.to(server.request, 200));
        return;
      }
      for (const [status, toTag] of [
        [180, 'x'],
        [180, 'y'],
        [180, 'z'],
        [200, 'x'],
        [200, 'y'],
        [200, 'x'],
      ] as const)
        server.respond(
          Response.to(server.request, status, {
            toTag,
            fields: [['Contact', `<sip:${toTag}@${BOB}>`]],
            ...(status === 200 ? { body: Buffer.from('s=fork') } : {}),
          }),
        );
    });
    const call = alice.call(bob.uri);
    await clock.pass(100);
    expect((await call.answer).response.to.tag).to.equal('x');
    expect(alice.log).to.deep.equal(['progress 180', 'progress 180', 'progress 180', 'accepted', 'accepted']);
    expect(call.sessions).to.have.length(3);
    const acks = () => network.sent.filter(({ message }) => 'method' in message && message.method === 'ACK');
    expect(acks().map(({ message }) => message.to.tag)).to.deep.equal(['x', 'y', 'x']);
    void alice.sessions[1]!.bye();
    await clock.pass(40_000);
    // The fork that never answered is given up.
    expect(call.sessions).to.deep.equal([alice.sessions[0]]);
    expect(alice.log.slice(5)).to.deep.equal(['ended: hung up', 'ended: refused']);
    void alice.sessions[0]!.bye();
    await expectSilence();
  });

  it('answers in the ACK when the callee makes the offer', async () => {
    const { clock, network, alice, bob, expectSilence } = stage();
    alice.call(bob.uri, null);
    await clock.pass(1_000);
    expect(alice.log).to.deep.equal(['progress 180', 'offered bob', 'accepted']);
    expect(bob.log).to.deep.equal(['offered nothing', 'answered answer 1']);
    expect(network.sent.at(-1)?.message.body.toString()).to.equal('s=answer 1\r\n');
    void bob.sessions[0]!.bye();
    await expectSilence();
  });
});

describe('A session', () => {
  it('repeats its 2xx over every transport until the ACK comes, and ends without one (RFC 3261 §13.3.1.4)', async () => {
    const { clock, network, alice, bob, expectSilence } = stage();
    network.weather = (message) => ('method' in message && message.method === 'ACK' ? [] : [10]);
    alice.call(bob.uri);
    await clock.pass(33_000);
    const times = network.sent.filter(
      ({ message }) => 'status' in message && message.status === 200 && message.cseq.method === 'INVITE',
    );
    expect(times.map(({ at }) => at - 10)).to.deep.equal([
      0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ]);
    expect(bob.log).to.include('ended: unacknowledged');
    expect(alice.log).to.include('ended: left');
    await expectSilence();
  });

  it('waits with BYE for the ACK to its 2xx (RFC 3261 §15)', async () => {
    const { clock, network, alice, bob, flow, expectSilence } = stage();
    let acks = 0;
    network.weather = (message) => ('method' in message && message.method === 'ACK' && acks++ === 0 ? [] : [10]);
    bob.ring = async (call) => void (await call.accept(sdp('bob'))).bye();
    alice.call(bob.uri);
    await clock.pass(2_000);
    expect(flow()).to.deep.equal([
      'Alice → Bob: INVITE',
      'Bob → Alice: 200 INVITE',
      'Alice → Bob: ACK',
      'Bob → Alice: 200 INVITE',
      'Alice → Bob: ACK',
      'Bob → Alice: BYE',
      'Alice → Bob: 200 BYE',
    ]);
    await expectSilence();
  });

  it('changes by re-INVITE, with an offer of either side (§3.7)', async () => {
    const { clock, ours, theirs, alice, bob, flow, network } = await inCall();
    const first = ours.invite(sdp('more'));
    await clock.pass(100);
    expect(nameOf({ type: '', body: (await first).response.body })).to.equal('answer 1');
    const second = theirs.invite(undefined);
    await clock.pass(100);
    expect((await second).response.status).to.equal(200);
    expect(bob.log).to.deep.equal(['offered more', 'offered answer 1']);
    expect(alice.log).to.deep.equal(['offered nothing', 'answered answer 2']);
    expect(flow()).to.deep.equal([
      'Alice → Bob: INVITE',
      'Bob → Alice: 200 INVITE',
      'Alice → Bob: ACK',
      'Bob → Alice: INVITE',
      'Alice → Bob: 200 INVITE',
      'Bob → Alice: ACK',
    ]);
    expect(network.sent.map(({ message }) => message.header('CSeq'))).to.deep.equal([
      '2 INVITE',
      '2 INVITE',
      '2 ACK',
      '1 INVITE',
      '1 INVITE',
      '1 ACK',
    ]);
  });

  it('tries again after glare, the owner of the Call-ID later (RFC 3261 §14.1)', async () => {
    const { clock, ours, theirs, network, alice, bob } = await inCall();
    const start = clock.now();
    const both = Promise.all([ours.invite(sdp('alice')), theirs.invite(sdp('bob'))]);
    await clock.pass(10_000);
    expect((await both).map(({ response }) => response.status)).to.deep.equal([200, 200]);
    expect(network.sent.filter(({ message }) => 'status' in message && message.status === 491)).to.have.length(2);
    const again = (from: string) =>
      (network.sent.filter(
        (sent) => sent.from === from && 'method' in sent.message && sent.message.method === 'INVITE',
      )[1]?.at ?? 0) -
      start -
      20;
    expect(again(BOB)).to.be.within(0, 2_000);
    expect(again(ALICE)).to.be.within(2_100, 4_000);
    expect((again(ALICE) % 10) + (again(BOB) % 10)).to.equal(0);
    expect(alice.problems.concat(bob.problems)).to.deep.equal([]);
  });

  it('refuses a second INVITE of the peer before the first is answered with 500 and Retry-After (RFC 3261 §14.2)', async () => {
    const { clock, ours, theirs } = await inCall();
    let answer: (value: undefined) => void = () => undefined;
    Object.assign(theirs.user, { offered: () => new Promise<undefined>((resolve) => (answer = resolve)) });
    const first = ours.invite(sdp('first'));
    await clock.pass(50);
    // Past our own order of turns, as a peer might send it.
    const second = ours.layer.send(ours.dialog, 'INVITE', { body: Buffer.from('s=second') });
    await clock.pass(50);
    expect((await second).response.status).to.equal(500);
    expect(Number((await second).response.header('Retry-After'))).to.be.within(0, 10);
    answer(undefined);
    await clock.pass(50);
    expect((await first).response.status).to.equal(200);
  });

  it('is unchanged by a refused re-INVITE', async () => {
    const { clock, ours, theirs } = await inCall();
    Object.assign(theirs.user, { offered: () => ({ status: 488 }) });
    const answer = ours.invite(sdp('worse'));
    await clock.pass(100);
    expect((await answer).response.status).to.equal(488);
    expect([ours.state, theirs.state]).to.deep.equal(['confirmed', 'confirmed']);
  });

  it("changes by UPDATE, which meets the other side's with 491 (RFC 3311)", async () => {
    const { clock, ours, theirs, bob } = await inCall();
    const update = ours.update(sdp('update'));
    await clock.pass(100);
    expect((await update).response.status).to.equal(200);
    expect(bob.log).to.deep.equal(['offered update']);
    const both = Promise.all([ours.update(sdp('a')), theirs.update(sdp('b'))]);
    await clock.pass(10_000);
    expect((await both).map(({ response }) => response.status)).to.deep.equal([200, 200]);
  });

  it("moves the peer's target by UPDATE and re-INVITE (RFC 3261 §12.2)", async () => {
    const { clock, ours, theirs, network } = await inCall();
    ours.dialog.contact = `<sip:alice@${ALICE};desk=2>`;
    const update = ours.update(undefined);
    await clock.pass(100);
    await update;
    const bye = theirs.bye();
    await clock.pass(100);
    await bye;
    const sent = network.sent.find(({ message }) => 'method' in message && message.method === 'BYE')?.message;
    expect(sent?.startLine).to.equal(`BYE sip:alice@${ALICE};desk=2 SIP/2.0`);
  });

  it('ends when a request finds the peer without it (481) or silent (408) (RFC 5057 §5.1)', async () => {
    const lost = await inCall();
    lost.bob.dialogs.detach(lost.theirs.dialog, lost.theirs);
    void lost.ours.request('INFO');
    await lost.clock.pass(100);
    expect(lost.alice.log).to.deep.equal(['ended: lost 481']);

    const silent = await inCall();
    silent.network.weather = (_message, from) => (from === BOB ? [] : [10]);
    void silent.ours.invite(sdp('hello'));
    await silent.clock.pass(70_000);
    expect(silent.alice.log).to.deep.equal(['ended: lost 408']);
    expect(silent.flow().slice(0, 1)).to.deep.equal(['Alice → Bob: INVITE']);
    expect(silent.flow()).to.include('Alice → Bob: BYE');
  });

  it('gives INFO to its user, or refuses it', async () => {
    const { clock, ours, theirs } = await inCall();
    const refused = ours.request('INFO');
    await clock.pass(100);
    expect((await refused).response.status).to.equal(405);
    Object.assign(theirs.user, {
      request: (server: { respond: (response: Response) => void; request: never }) =>
        server.respond(Response.to(server.request, 200)),
    });
    const taken = ours.request('INFO', { fields: [['Info-Package', 'x']] });
    await clock.pass(100);
    expect((await taken).response.status).to.equal(200);
    expect(ours.state).to.equal('confirmed');
  });

  it('answers 500 to a request of the peer that comes out of order (RFC 3261 §12.2.2)', async () => {
    const { clock, ours, bob, alice } = await inCall();
    const { contact, localTag, remoteTag, callId } = ours.dialog.toJSON();
    const late = bob.request('INFO', bob.uri).with({
      'Call-ID': callId,
      From: `<${alice.uri}>;tag=${localTag}`,
      To: `<${bob.uri}>;tag=${remoteTag}`,
      CSeq: '0 INFO',
      Contact: contact,
    });
    const answer = alice.outgoing.send(late);
    await clock.pass(100);
    expect((await answer).response.status).to.equal(500);
  });
});
