import { expect } from 'chai';
import { Request } from '../../../lib/sip/message/request.ts';
import type { IncomingInvite } from '../../../lib/sip/dialog/incoming-invite.ts';
import { summary } from '../network.ts';
import { nameOf, sdp } from '../phone.ts';
import { BOB, stage } from '../two-phones.ts';

describe('Reliable provisional responses (RFC 3262)', () => {
  it('are acknowledged by PRACK, and bring the answer before the call is accepted', async () => {
    const { clock, alice, bob, flow, network, expectSilence } = stage();
    bob.ring = async (call) => {
      await call.progress(183, { description: sdp('early') });
      bob.sessions.push(await call.accept(undefined));
    };
    const call = alice.call(bob.uri);
    await clock.pass(1_000);
    expect((await call.answer).response.status).to.equal(200);
    expect(flow()).to.deep.equal([
      'Alice → Bob: INVITE',
      'Bob → Alice: 183 INVITE',
      'Alice → Bob: PRACK',
      'Bob → Alice: 200 PRACK',
      'Bob → Alice: 200 INVITE',
      'Alice → Bob: ACK',
    ]);
    const [, progress, prack] = network.sent.map(({ message }) => message);
    expect(prack?.header('RAck')).to.equal(`${progress?.header('RSeq') ?? ''} 1 INVITE`);
    void alice.sessions[0]!.bye();
    await expectSilence();
  });

  it('are sent again until the PRACK comes, one after the other, with RSeq one higher each', async () => {
    const { clock, alice, bob, network, expectSilence } = stage();
    let lost = 0;
    network.weather = (message) => (summary(message) === 'PRACK' && lost++ < 3 ? [] : [10]);
    bob.ring = async (call) => {
      void call.progress(180, { reliable: true });
      void call.progress(183, { reliable: true });
      await clock.pass(0);
    };
    const call = alice.call(bob.uri);
    await clock.pass(5_000);
    const sent = network.sent.filter(({ message }) => /^18[03] /.test(summary(message)));
    expect(sent.map(({ at, message }) => `${at} ${summary(message)}`)).to.deep.equal([
      '10 180 INVITE',
      '510 180 INVITE',
      '1510 180 INVITE',
      '3510 180 INVITE',
      '3530 183 INVITE',
    ]);
    const rseqs = sent.map(({ message }) => Number(message.header('RSeq')));
    expect(rseqs[4]).to.equal(rseqs[0]! + 1);
    call.cancel();
    await expectSilence();
  });

  it('refuse the INVITE when no PRACK comes for 64·T1', async () => {
    const { clock, alice, bob, network, expectSilence } = stage();
    network.weather = (message) => (summary(message) === 'PRACK' ? [] : [10]);
    bob.ring = (call) => call.progress(183, { description: sdp('early') });
    const call = alice.call(bob.uri);
    await clock.pass(40_000);
    expect((await call.answer).response.status).to.equal(504);
    await expectSilence();
  });

  it('hold the 2xx back while a description has no PRACK (§3)', async () => {
    const { clock, alice, bob, network, expectSilence } = stage();
    let isLost = true;
    network.weather = (message) => (summary(message) === 'PRACK' && isLost ? [] : [10]);
    bob.ring = (call) => {
      void call.progress(183, { description: sdp('early') });
      void call.accept(undefined).then((session) => bob.sessions.push(session));
    };
    alice.call(bob.uri);
    await clock.pass(2_000);
    expect(bob.sessions).to.deep.equal([]);
    isLost = false;
    await clock.pass(5_000);
    expect(alice.log).to.include('accepted');
    void bob.sessions[0]!.bye();
    await expectSilence();
  });

  it('carry an offer that the PRACK answers, when the INVITE has none', async () => {
    const { clock, alice, bob, expectSilence } = stage();
    bob.ring = async (call) => {
      await call.progress(183, { description: sdp('bob offers') });
      bob.sessions.push(await call.accept(undefined));
    };
    alice.call(bob.uri, null);
    await clock.pass(1_000);
    expect(alice.log).to.deep.equal(['progress 183', 'offered bob offers', 'accepted']);
    expect(bob.log).to.deep.equal(['answered answer 1']);
    void bob.sessions[0]!.bye();
    await expectSilence();
  });

  it("are not sent to a caller that doesn't know them, and always to one that insists", async () => {
    const { clock, alice, bob, network } = stage();
    bob.ring = (call) => call.progress(180, { description: sdp('early') });
    const offer = (fields: [string, string][]) =>
      alice.outgoing.send(alice.request('INVITE', bob.uri, fields, sdp('offer'))).then(() => undefined);
    void offer([['Require', '100rel']]);
    void offer([]);
    await clock.pass(100);
    const rings = network.sent.filter(({ message, from }) => from === BOB && summary(message) === '180 INVITE');
    expect(rings.map(({ message }) => message.has('RSeq'))).to.have.members([true, false]);
  });

  it('answers 481 to a PRACK of nothing', async () => {
    const { clock, alice, bob } = stage();
    let ringing: IncomingInvite | undefined;
    bob.ring = (call) => {
      ringing = call;
      return call.progress(180);
    };
    const call = alice.call(bob.uri);
    await clock.pass(100);
    const answer = call.sessions[0]!.layer.send(call.sessions[0]!.dialog, 'PRACK', {
      fields: [['RAck', '7 1 INVITE']],
    });
    await clock.pass(100);
    expect((await answer).response.status).to.equal(481);
    expect(ringing?.isOpen).to.equal(true);
  });

  it('lets the session be changed by UPDATE before it is accepted, once offer and answer are there (RFC 3311 §5)', async () => {
    const { clock, alice, bob, expectSilence } = stage();
    let ringing: IncomingInvite | undefined;
    bob.ring = (call) => {
      ringing = call;
      return call.progress(183, { description: sdp('early') });
    };
    const call = alice.call(bob.uri);
    await clock.pass(100);
    const early = call.sessions[0]!;
    const update = early.update(sdp('hold'));
    await clock.pass(100);
    expect((await update).response.status).to.equal(200);
    expect(bob.log).to.deep.equal(['offered hold']);
    const back = ringing!.session.update(sdp('ring tone'));
    await clock.pass(100);
    expect((await back).response.status).to.equal(200);
    void ringing!.accept(undefined);
    await clock.pass(100);
    void early.bye();
    await expectSilence();
  });

  it('refuses UPDATE with an offer before the first offer is answered', async () => {
    const { clock, alice, bob } = stage();
    bob.ring = (call) => call.progress(180);
    const call = alice.call(bob.uri);
    await clock.pass(100);
    const { layer, dialog } = call.sessions[0]!;
    const update = layer.send(dialog, 'UPDATE', { body: Buffer.from('s=early') });
    await clock.pass(100);
    expect((await update).response.status).to.equal(500);
    expect((await update).response.has('Retry-After')).to.equal(true);
  });
});

describe('Session timers (RFC 4028)', () => {
  const timer = { interval: 300, minimum: 90 };

  it('are refreshed at half the interval, by the caller, by UPDATE', async () => {
    const { clock, alice, bob, network, expectSilence } = stage({ settings: { timer } });
    alice.call(bob.uri);
    await clock.pass(1_000);
    const accepted = network.sent.find(({ message }) => summary(message) === '200 INVITE')?.message;
    expect(accepted?.header('Session-Expires')).to.equal('300;refresher=uac');
    expect(accepted?.require).to.include('timer');
    await clock.pass(1_000_000);
    const updates = network.sent.filter(({ message }) => summary(message) === 'UPDATE');
    expect(updates.map(({ at, from }) => `${Math.round(at / 1000)} ${from}`)).to.deep.equal(
      [150, 300, 450, 600, 750, 900].map((at) => `${at} 192.0.2.1`),
    );
    expect(updates[0]?.message.header('Session-Expires')).to.equal('300;refresher=uac');
    void alice.sessions[0]!.bye();
    await expectSilence();
  });

  it('end a session whose peer has gone, before it expires', async () => {
    const { clock, alice, bob, network, expectSilence } = stage({ settings: { timer } });
    alice.call(bob.uri);
    await clock.pass(1_000);
    network.weather = () => [];
    await clock.pass(320_000);
    expect(bob.log.at(-1)).to.equal('ended: expired');
    expect(alice.log.at(-1)).to.equal('ended: lost 408');
    expect(network.sent.find(({ message, from }) => from === BOB && summary(message) === 'BYE')?.at).to.be.within(
      268_000,
      268_100,
    );
    await expectSilence();
  });

  it('are refused with 422 when the interval is too small, and asked for again', async () => {
    const { clock, alice, make, flow, network } = stage({ settings: { timer } });
    const carol = make('carol', '192.0.2.3', { settings: { timer: { interval: 1800, minimum: 1200 } } });
    carol.ring = (call) => call.accept(sdp('carol'));
    const call = alice.call(carol.uri);
    await clock.pass(1_000);
    expect((await call.answer).response.status).to.equal(200);
    expect(flow().filter((line) => line.includes('422'))).to.have.length(1);
    const second = network.sent.filter(({ message }) => summary(message) === 'INVITE')[1]?.message as Request;
    expect([second.header('Session-Expires'), second.header('Min-SE'), second.header('CSeq')]).to.deep.equal([
      '1200',
      '1200',
      '2 INVITE',
    ]);
  });

  it("are kept by us alone when the peer doesn't know them", async () => {
    const { clock, alice, bob, network, expectSilence } = stage({ settings: { timer } });
    bob.ring = (call) => call.accept(sdp('bob'));
    const caller = alice.request('INVITE', bob.uri, [['Session-Expires', '200']], sdp('plain'));
    const answer = alice.outgoing.send(caller);
    await clock.pass(100);
    const { response } = await answer;
    expect(response.header('Session-Expires')).to.equal('200;refresher=uas');
    expect(response.require).to.deep.equal([]);
    expect(nameOf({ type: '', body: response.body })).to.equal('bob');
    await clock.pass(32_000);
    expect(network.sent.length).to.be.greaterThan(2);
    await expectSilence();
  });

  it('are not used when nobody asks', async () => {
    const { clock, alice, bob, network, expectSilence } = stage({ settings: { timer: { interval: 0, minimum: 90 } } });
    alice.call(bob.uri);
    await clock.pass(10_000_000);
    expect(network.sent).to.have.length(4);
    void alice.sessions[0]!.bye();
    await expectSilence();
  });
});
