import { expect } from 'chai';
import fc from 'fast-check';
import { Dialog, type DialogState } from '../../../lib/sip/dialog/dialog.ts';
import { impactOf, type Usage } from '../../../lib/sip/dialog/usage.ts';
import { Request } from '../../../lib/sip/message/request.ts';
import { Response } from '../../../lib/sip/message/response.ts';
import type { Flow } from '../../../lib/sip/transport/flow.ts';
import type { ServerTransaction } from '../../../lib/sip/transaction/server.ts';
import { BOB, stage } from '../two-phones.ts';

const invite = (fields: readonly (readonly [string, string])[] = []) =>
  Request.create('INVITE', 'sip:bob@example.com', [
    ['Via', 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1'],
    ['From', '"Alice" <sip:alice@example.com>;tag=a'],
    ['To', '<sip:bob@example.com>'],
    ['Call-ID', 'call'],
    ['CSeq', '7 INVITE'],
    ['Contact', '<sip:alice@192.0.2.1:5070>'],
    ...fields,
  ]);

const flowOf = (protocol: 'udp' | 'tcp', secure = false) =>
  ({ id: `${protocol}/1`, protocol, reliable: protocol !== 'udp', secure }) as Flow;

describe('A dialog (RFC 3261 §12)', () => {
  it('is made by a request, seen from its server (§12.1.1)', () => {
    const request = invite([['Record-Route', '<sip:p1.example.com;lr>, <sip:p2.example.com;lr>']]);
    const dialog = Dialog.ofRequest(request, 'b', '<sip:bob@192.0.2.2>', flowOf('tcp'));
    const bye = dialog.request('BYE');
    expect([...bye.fields()]).to.deep.equal([
      ['Route', '<sip:p1.example.com;lr>'],
      ['Route', '<sip:p2.example.com;lr>'],
      ['Max-Forwards', '70'],
      ['From', '<sip:bob@example.com>;tag=b'],
      ['To', '"Alice" <sip:alice@example.com>;tag=a'],
      ['Call-ID', 'call'],
      ['CSeq', '1 BYE'],
    ]);
    expect(bye.uriText).to.equal('sip:alice@192.0.2.1:5070');
    expect(dialog.response(request, 180).header('Record-Route')).to.equal(request.header('Record-Route'));
    expect(dialog.response(request, 180).to.tag).to.equal('b');
  });

  it('is made by a response, seen from its client, with the routes reversed (§12.1.2)', () => {
    const request = invite();
    const response = Response.to(request, 200, {
      toTag: 'b',
      fields: [
        ['Record-Route', '<sip:p2.example.com;lr>'],
        ['Record-Route', '<sip:p1.example.com;lr>'],
        ['Contact', '<sip:bob@192.0.2.2>'],
      ],
    });
    const dialog = Dialog.ofResponse(request, response);
    const again = dialog.request('INVITE');
    expect(again.routes.map(String)).to.deep.equal(['<sip:p1.example.com;lr>', '<sip:p2.example.com;lr>']);
    expect([again.uriText, again.header('CSeq'), again.header('Contact')]).to.deep.equal([
      'sip:bob@192.0.2.2',
      '8 INVITE',
      '<sip:alice@192.0.2.1:5070>',
    ]);
    expect(dialog.ack(7).header('CSeq')).to.equal('7 ACK');
  });

  it('serves a strict router: it stands in the Request-URI, the target behind the routes (§12.2.1.1)', () => {
    const dialog = Dialog.ofRequest(
      invite([['Record-Route', '<sip:strict.example.com>, <sip:p2.example.com;lr>']]),
      'b',
      '<sip:bob@192.0.2.2>',
    );
    const bye = dialog.request('BYE');
    expect(bye.uriText).to.equal('sip:strict.example.com');
    expect(bye.routes.map(String)).to.deep.equal(['<sip:p2.example.com;lr>', '<sip:alice@192.0.2.1:5070>']);
    expect(dialog.nextHop?.host).to.equal('strict.example.com');
  });

  it('takes requests in order of CSeq (§12.2.2)', () => {
    const dialog = Dialog.ofRequest(invite(), 'b', '<sip:bob@192.0.2.2>');
    const numbered = (number: number) => invite().with({ CSeq: `${number} INFO` });
    expect([8, 12, 11, 12, 13].map((number) => dialog.follows(numbered(number)))).to.deep.equal([
      true,
      true,
      false,
      true,
      true,
    ]);
  });

  it('follows the target of the peer, by requests that move it only', () => {
    const dialog = Dialog.ofRequest(invite(), 'b', '<sip:bob@192.0.2.2>');
    dialog.refreshTarget(invite().with({ CSeq: '8 INFO', Contact: '<sip:elsewhere@192.0.2.9>' }));
    expect(dialog.target).to.equal('sip:alice@192.0.2.1:5070');
    dialog.refreshTarget(invite().with({ CSeq: '8 UPDATE', Contact: '<sip:alice@192.0.2.9>' }));
    expect(dialog.target).to.equal('sip:alice@192.0.2.9');
  });

  it('goes back over the flow of its first request where that leads to the peer (RFC 5626)', () => {
    const back = (request: Request, flow: Flow) => Dialog.ofRequest(request, 'b', '<sip:b@h>', flow).flow;
    const symmetric = invite().with({
      Via: 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport=5060;received=192.0.2.1',
    });
    const proxied = symmetric.prepended('Via', 'SIP/2.0/UDP proxy.example.com;branch=z9hG4bK2;rport');
    expect(back(invite(), flowOf('tcp'))).to.equal('tcp/1');
    // This one sends from a port where it may not listen.
    expect(back(invite(), flowOf('udp'))).to.equal(undefined);
    expect(back(symmetric, flowOf('udp'))).to.equal('udp/1');
    // A proxy that wants no more of the dialog.
    expect(back(proxied, flowOf('udp'))).to.equal(undefined);
    expect(back(proxied.with({ 'Record-Route': '<sip:proxy.example.com;lr>' }), flowOf('udp'))).to.equal('udp/1');
  });

  it('is secure when the request came to a sips URI over TLS', () => {
    const secure = (uri: string, flow: Flow) =>
      Dialog.ofRequest(invite().withUri(uri), 'b', '<sip:b@h>', flow).toJSON().secure;
    expect(secure('sips:bob@example.com', flowOf('tcp', true))).to.equal(true);
    expect(secure('sips:bob@example.com', flowOf('tcp'))).to.equal(false);
    expect(secure('sip:bob@example.com', flowOf('tcp', true))).to.equal(false);
  });

  it('needs a Contact', () => {
    expect(() => Dialog.ofRequest(invite().with({ Contact: undefined }), 'b', '<sip:b@h>')).to.throw('400');
  });

  it('survives as plain data', () => {
    const text = fc.stringMatching(/^[a-z0-9]{1,12}$/);
    const state: fc.Arbitrary<DialogState> = fc.record({
      callId: text,
      localTag: text,
      remoteTag: text,
      local: text.map((user) => `<sip:${user}@example.com>`),
      remote: text.map((user) => `"${user}" <sip:${user}@example.net>`),
      contact: text.map((user) => `<sip:${user}@192.0.2.1>`),
      target: text.map((user) => `sip:${user}@192.0.2.2`),
      routes: fc.array(
        text.map((host) => `<sip:${host}.example.com;lr>`),
        { maxLength: 3 },
      ),
      localSeq: fc.nat(1000),
      remoteSeq: fc.option(fc.nat(1000), { nil: undefined }),
      secure: fc.boolean(),
      flow: fc.option(text, { nil: undefined }),
      reached: fc.option(text, { nil: undefined }),
    });
    fc.assert(
      fc.property(state, (data) => {
        const dialog = new Dialog(data);
        const restored = new Dialog(JSON.parse(JSON.stringify(dialog)) as DialogState);
        expect(restored.toJSON()).to.deep.equal(data);
        expect(String(restored.request('NOTIFY').fieldsAsWritten)).to.equal(
          String(dialog.request('NOTIFY').fieldsAsWritten),
        );
      }),
    );
  });
});

describe('Usages of a dialog (RFC 5057)', () => {
  /** A usage that takes one method, and what happened to it. */
  const usageOf = (method: string, log: string[]): Usage => ({
    claims: (request) => request.method === method,
    receive: (server: ServerTransaction) => {
      log.push(method);
      server.respond(Response.to(server.request, 200));
    },
    dialogEnded: (status) => log.push(`${method} ended ${status}`),
  });

  /** A dialog between Alice and Bob with two usages on Bob's side. */
  function shared() {
    const scene = stage();
    const log: string[] = [];
    const base = { callId: 'c', local: '<sip:alice@h>', remote: '<sip:bob@h>', routes: [], localSeq: 1, secure: false };
    const dialog = new Dialog({
      ...base,
      localTag: 'a',
      remoteTag: 'b',
      contact: scene.alice.contact,
      target: scene.bob.uri,
    });
    const theirs = new Dialog({
      ...base,
      local: base.remote,
      remote: base.local,
      localTag: 'b',
      remoteTag: 'a',
      contact: scene.bob.contact,
      target: scene.alice.uri,
    });
    const [first, second] = [usageOf('NOTIFY', log), usageOf('INFO', log)];
    scene.bob.dialogs.attach(theirs, first);
    scene.bob.dialogs.attach(theirs, second);
    const send = async (method: string) => {
      const answer = scene.alice.dialogs.send(dialog, method);
      await scene.clock.pass(100);
      return (await answer).response.status;
    };
    return { ...scene, log, dialog, theirs, first, second, send };
  }

  it('get the requests that they claim; what none claims is left to the user agent', async () => {
    const { send, log, bob } = shared();
    bob.serve = (server) => server.respond(Response.to(server.request, 202));
    expect([await send('NOTIFY'), await send('INFO'), await send('OPTIONS')]).to.deep.equal([200, 200, 202]);
    expect(log).to.deep.equal(['NOTIFY', 'INFO']);
  });

  it('keep the dialog until the last has ended', async () => {
    const { send, bob, theirs, first, second } = shared();
    bob.dialogs.detach(theirs, first);
    expect(await send('INFO')).to.equal(200);
    bob.dialogs.detach(theirs, second);
    expect(await send('INFO')).to.equal(481);
    expect(bob.dialogs.size).to.equal(0);
  });

  it('all end by a failure that ends the dialog, and only then', async () => {
    const { log, alice, bob, theirs, clock } = shared();
    const statuses = [486, 481, 408, 404];
    alice.serve = (server) => server.respond(Response.to(server.request, statuses.shift() ?? 200));
    alice.dialogs.attach(
      new Dialog({
        ...theirs.toJSON(),
        localTag: 'a',
        remoteTag: 'b',
        target: bob.uri,
        local: '<sip:alice@h>',
        remote: '<sip:bob@h>',
      }),
      usageOf('NONE', log),
    );
    for (let count = 4; count > 0; count -= 1) {
      void bob.dialogs.send(theirs, 'MESSAGE');
      await clock.pass(40_000);
      expect(log.length).to.equal(count > 1 ? 0 : 2);
    }
    expect(log).to.deep.equal(['NOTIFY ended 404', 'INFO ended 404']);
    expect(bob.dialogs.size).to.equal(0);
  });

  it('are judged by table 2 of §5.1', () => {
    const answerOf = (status: number) => ({ response: Response.to(invite(), status) });
    const having = (impact: string) =>
      Array.from({ length: 300 }, (_, index) => index + 400).filter((status) => impactOf(answerOf(status)) === impact);
    expect(having('dialog')).to.deep.equal([404, 410, 416, 482, 483, 484, 485, 502, 604]);
    expect(having('usage')).to.deep.equal([405, 408, 480, 481, 489, 501]);
  });

  it('may be awaited: a request that comes before its dialog is taken by Call-ID and tag (RFC 6665 §4.4.1)', async () => {
    const { alice, bob, clock } = stage();
    const subscribe = alice.request('SUBSCRIBE', bob.uri);
    const early: string[] = [];
    const stop = alice.dialogs.await(subscribe, (server) => {
      early.push(server.request.method);
      server.respond(Response.to(server.request, 200));
    });
    const notify = () => {
      const { callId } = subscribe;
      const from = `<${bob.uri}>;tag=n`;
      const request = bob
        .request('NOTIFY', alice.uri)
        .with({ 'Call-ID': callId, From: from, To: subscribe.from.toString() });
      return bob.outgoing.send(request);
    };
    const first = notify();
    await clock.pass(100);
    expect((await first).response.status).to.equal(200);
    stop();
    const second = notify();
    await clock.pass(100);
    expect((await second).response.status).to.equal(481);
    expect(early).to.deep.equal(['NOTIFY']);
  });

  it('send over the flow of the dialog while it is open, else to the target', async () => {
    const { network, alice, bob, clock, dialog, theirs } = shared();
    const flow = network.find(BOB)!.flowTo('192.0.2.1', 'tcp');
    const tied = new Dialog({ ...theirs.toJSON(), flow: flow.id });
    alice.serve = (server) => {
      alice.log.push(server.flow.protocol);
      server.respond(Response.to(server.request, 200));
    };
    alice.dialogs.attach(dialog, usageOf('NONE', []));
    void bob.dialogs.send(tied, 'OPTIONS');
    await clock.pass(100);
    flow.close();
    void bob.dialogs.send(tied, 'OPTIONS');
    await clock.pass(100);
    expect(alice.log).to.deep.equal(['tcp', 'udp']);
  });
});
