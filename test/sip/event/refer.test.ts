import { expect } from 'chai';
import { readRefer, readSipfrag, Refer } from '../../../lib/sip/event/refer.ts';
import type { Progress } from '../../../lib/sip/event/refer.ts';
import { Dialog } from '../../../lib/sip/dialog/dialog.ts';
import { BadMessage } from '../../../lib/sip/message/bad-message.ts';
import { newRequest } from '../requests.ts';
import { BOB, stage as eventStage } from './stage.ts';
import { request } from './server.ts';

function stage() {
  const all = eventStage();
  const refer = new Refer(all.notifier, { expires: 120 });
  const followed: string[] = [];
  let progress: Progress | undefined;
  all.bob.transactions.onRequest(async (server) => {
    if (await all.bob.dialogs.receive(server)) return;
    if (server.request.method !== 'REFER') return all.notifier.subscribe(server);
    const asked = readRefer(server.request);
    progress = refer.accept(server, asked);
    followed.push(asked.referTo.uri.toString());
  });
  async function send(...fields: (readonly [string, string])[]) {
    const answer = all.alice.outgoing.send(newRequest('REFER', { to: `conference@${BOB}`, fields }));
    await all.clock.pass(100);
    return answer;
  }
  const report = async (status: number, reason?: string) => {
    progress?.report(status, reason);
    await all.clock.pass(100);
  };
  const seen = () => all.told.map(({ state, body }) => `${state} ${body}`.trim());
  return { ...all, refer, followed, send, report, seen };
}

const CAROL = ['Refer-To', '<sip:carol@example.com;method=INVITE>'] as const;

describe('REFER (RFC 3515)', () => {
  it('makes a subscription that tells the progress of the reference, and ends with it', async () => {
    const { send, report, seen, followed, told, notifier, bob } = stage();
    const { response } = await send(CAROL);
    expect(response.status).to.equal(202);
    await report(180);
    await report(200);
    await report(486);
    expect(followed).to.deep.equal(['sip:carol@example.com;method=INVITE']);
    expect(seen()).to.deep.equal([
      'active;expires=120 SIP/2.0 100 Trying',
      'active;expires=119 SIP/2.0 180 Ringing',
      'terminated;reason=noresource SIP/2.0 200 OK',
    ]);
    expect(told[0]?.request.header('Event')).to.equal('refer');
    expect(told[0]?.request.header('Content-Type')).to.equal('message/sipfrag;version=2.0');
    expect([notifier.size, bob.dialogs.size]).to.deep.equal([0, 0]);
  });

  it('in a dialog is told apart by its CSeq, and shares it (§2.4.6)', async () => {
    const { send, clock, alice, told, notifier, bob } = stage();
    const { response, request: first } = await send(CAROL);
    const dialog = Dialog.ofResponse(first, response);
    const second = alice.dialogs.send(dialog, 'REFER', { fields: [CAROL] });
    await clock.pass(100);
    const { request: referred } = await second;
    expect(told.map(({ request: notify }) => notify.header('Event'))).to.deep.equal([
      'refer',
      `refer;id=${referred.cseq.number}`,
    ]);
    expect([notifier.size, bob.dialogs.size]).to.deep.equal([2, 1]);
  });

  it('is the only way to such a subscription: SUBSCRIBE gets 403 (§2.4.4)', async () => {
    const { subscribe, notifier } = stage();
    expect((await subscribe({ Event: 'refer' })).status).to.equal(403);
    expect(notifier.size).to.equal(0);
  });

  it('with Refer-Sub: false makes none (RFC 4488 §4)', async () => {
    const { send, report, seen, notifier } = stage();
    const { response } = await send(CAROL, ['Refer-Sub', 'false'], ['Supported', 'norefersub']);
    expect([response.status, response.header('Refer-Sub')]).to.deep.equal([200, 'false']);
    await report(200);
    expect([seen(), notifier.size]).to.deep.equal([[], 0]);
  });

  it('gives up to tell when its time is over, whatever becomes of the reference', async () => {
    const { send, report, seen, clock } = stage();
    await send(CAROL);
    await clock.pass(121_000);
    await report(200);
    expect(seen().slice(1)).to.deep.equal(['terminated;reason=timeout SIP/2.0 100 Trying']);
  });

  it('asks for one thing', () => {
    for (const fields of [{}, { 'Refer-To': '<sip:a@x>, <sip:b@x>' }])
      expect(() => readRefer(request('REFER', fields)))
        .to.throw(BadMessage)
        .with.property('status', 400);
    expect(readRefer(request('REFER', { 'Refer-To': 'sip:a@x' })).wantsProgress).to.equal(true);
  });

  it('says how it went in a sipfrag', () => {
    expect(readSipfrag(Buffer.from('SIP/2.0 603 Declined\r\nWarning: 399 x "y"\r\n'))).to.deep.equal({
      status: 603,
      reason: 'Declined',
    });
    for (const body of ['', 'SIP/2.0 99 x', 'INVITE sip:x SIP/2.0', 'SIP/2.0 2000 x'])
      expect(readSipfrag(Buffer.from(body)), body).to.equal(undefined);
  });
});
