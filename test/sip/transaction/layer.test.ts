import { expect } from 'chai';
import { BadMessage } from '../../../lib/sip/message/bad-message.ts';
import type { Request } from '../../../lib/sip/message/request.ts';
import { Response } from '../../../lib/sip/message/response.ts';
import { serialize } from '../../../lib/sip/message/serialize.ts';
import { TransactionLayer, type RequestHandler, type TransactionOptions } from '../../../lib/sip/transaction/layer.ts';
import type { ServerTransaction } from '../../../lib/sip/transaction/server.ts';
import { Network } from '../network.ts';
import { newRequest } from '../requests.ts';
import { settled, VirtualClock } from '../virtual-clock.ts';

const ALICE = '192.0.2.1';
const BOB = '192.0.2.2';

function stage(handler: RequestHandler, options: Partial<TransactionOptions> = {}) {
  const clock = new VirtualClock();
  const network = new Network(clock);
  const alice = network.host(ALICE);
  const bob = network.host(BOB);
  const client = new TransactionLayer({ clock, transport: alice });
  const server = new TransactionLayer({ clock, transport: bob, ...options });
  server.onRequest(handler);
  const heard: string[] = [];
  const user = {
    response: ({ status }: Response) => heard.push(String(status)),
    end: (reason: string) => heard.push(reason),
  };
  const send = (request: Request, protocol: 'udp' | 'tcp' = 'udp') =>
    client.send(request, alice.flowTo(BOB, protocol), user);
  /** A message past Alice's transactions, as it is. */
  const inject = (request: Request, from = ALICE) => {
    const { head, body } = serialize(request);
    void (network.find(from) ?? network.host(from)).flowTo(BOB).send(head, body);
    clock.advance(10);
  };
  const answers = () =>
    network.sent.flatMap(({ message }) =>
      message instanceof Response ? [`${message.status} ${message.cseq.method}`] : [],
    );
  return { clock, network, alice, bob, client, server, heard, send, inject, answers };
}

const respond = (server: ServerTransaction, status: number) =>
  server.respond(Response.to(server.request, status, { toTag: 'b' }));

const withVia = (request: Request, branch: string, sentBy = `${ALICE}:5060`) =>
  request.with({ Via: `SIP/2.0/UDP ${sentBy};branch=${branch}` });

describe('The transaction layer', () => {
  it('gives each request to its user once, and answers retransmissions with the last response', () => {
    const requests: string[] = [];
    const { inject, answers } = stage((server) => {
      requests.push(server.request.callId);
      respond(server, 200);
    });
    const request = withVia(newRequest('OPTIONS'), 'z9hG4bK1');
    inject(request);
    inject(request);
    inject(request);
    expect(requests).to.have.length(1);
    expect(answers()).to.deep.equal(['200 OPTIONS', '200 OPTIONS', '200 OPTIONS']);
  });

  it('tells requests apart by branch, sent-by and method (RFC 3261 §17.2.3)', () => {
    let count = 0;
    const { inject } = stage((server) => {
      count += 1;
      respond(server, 200);
    });
    inject(withVia(newRequest('OPTIONS'), 'z9hG4bK1'));
    inject(withVia(newRequest('OPTIONS'), 'z9hG4bK2'));
    inject(withVia(newRequest('OPTIONS'), 'z9hG4bK1', '192.0.2.1:5062'));
    inject(withVia(newRequest('MESSAGE'), 'z9hG4bK1'));
    expect(count).to.equal(4);
  });

  it('answers a merged request with 482 (RFC 3261 §8.2.2.2)', () => {
    const { inject, answers } = stage(() => undefined);
    const request = newRequest('INVITE');
    inject(withVia(request, 'z9hG4bK1'));
    inject(withVia(request, 'z9hG4bK2'));
    expect(answers()).to.deep.equal(['482 INVITE']);
    inject(withVia(request.with({ To: '<sip:bob@192.0.2.2>;tag=b' }), 'z9hG4bK3'));
    expect(answers()).to.deep.equal(['482 INVITE']);
  });

  it('answers CANCEL with 200 and tells the INVITE, whose user answers 487', () => {
    const { inject, answers } = stage((server) => {
      respond(server, 180);
      server.onCancel(() => respond(server, 487));
    });
    const invite = withVia(newRequest('INVITE'), 'z9hG4bK1');
    inject(invite);
    const cancel = withVia(newRequest('CANCEL'), 'z9hG4bK1');
    inject(cancel);
    inject(cancel);
    expect(answers()).to.deep.equal(['180 INVITE', '200 CANCEL', '487 INVITE', '200 CANCEL']);
  });

  it('answers CANCEL of nothing with 481, and of an answered INVITE with 200 only', () => {
    const { inject, answers } = stage((server) => {
      server.onCancel(() => respond(server, 487));
      respond(server, 200);
    });
    inject(withVia(newRequest('CANCEL'), 'z9hG4bK1'));
    inject(withVia(newRequest('INVITE'), 'z9hG4bK2'));
    inject(withVia(newRequest('CANCEL'), 'z9hG4bK2'));
    expect(answers()).to.deep.equal(['481 CANCEL', '200 INVITE', '200 CANCEL']);
  });

  it('sends CANCEL with the branch of its INVITE, and not before a provisional response (RFC 3261 §9.1)', () => {
    const { clock, network, heard, send } = stage((server) => {
      server.onCancel(() => respond(server, 487));
    });
    const invite = send(newRequest('INVITE'));
    invite.cancel();
    clock.advance(100);
    expect(network.trace.filter((line) => line.endsWith('CANCEL'))).to.deep.equal([]);
    clock.advance(60_000);
    const cancels = network.sent.filter(({ message }) => 'method' in message && message.method === 'CANCEL');
    expect(cancels).to.have.length(1);
    expect(cancels[0]?.message.header('Via')).to.equal(invite.request?.header('Via'));
    expect(cancels[0]?.message.header('CSeq')).to.equal('1 CANCEL');
    expect(heard).to.deep.equal(['100', '487', 'done']);
  });

  it('gives a cancelled INVITE up when no final response comes for 64·T1 (RFC 3261 §9.1)', () => {
    const { clock, heard, send } = stage((server) => respond(server, 180));
    const invite = send(newRequest('INVITE'));
    clock.advance(100);
    invite.cancel();
    clock.advance(31_999);
    expect(heard).to.deep.equal(['180']);
    clock.advance(1);
    expect(heard).to.deep.equal(['180', 'timeout']);
  });

  it('answers a handler that throws or rejects with 500, a BadMessage as it says', async () => {
    const problems: unknown[] = [];
    const errors = [new Error('first'), new BadMessage(400, 'Bad Refer-To')];
    const { inject, answers } = stage(
      () => {
        throw errors.shift() as Error;
      },
      { report: (error) => problems.push(error) },
    );
    inject(withVia(newRequest('OPTIONS'), 'z9hG4bK1'));
    inject(withVia(newRequest('REFER'), 'z9hG4bK2'));
    await settled();
    expect(answers()).to.deep.equal(['500 OPTIONS', '400 REFER']);
    expect(problems).to.have.length(1);
  });

  it("lets no mistake of a client's user disturb the transaction", () => {
    const problems: unknown[] = [];
    const { clock, network, alice, client } = stage((server) => respond(server, 200));
    client.close();
    const layer = new TransactionLayer({ clock, transport: alice, report: (error) => problems.push(error) });
    layer.send(newRequest('OPTIONS'), alice.flowTo(BOB), {
      response: () => {
        throw new Error('user');
      },
      end: () => undefined,
    });
    clock.advance(60_000);
    expect(problems).to.have.length(1);
    expect(layer.size).to.equal(0);
    expect(network.trace).to.have.length(2);
  });

  it('ends what waits for a response at once when the flow ends', () => {
    const { heard, send, alice, client } = stage(() => undefined);
    send(newRequest('OPTIONS'), 'tcp');
    send(newRequest('INVITE'), 'tcp');
    alice.flowTo(BOB, 'tcp').close();
    expect(heard).to.deep.equal(['transport', 'transport']);
    expect(client.size).to.equal(0);
  });

  it("ends at once when a request can't be sent", async () => {
    const { heard, send, alice } = stage(() => undefined);
    alice.unreachable = true;
    send(newRequest('OPTIONS'));
    await settled();
    expect(heard).to.deep.equal(['transport']);
  });

  it("keeps a server transaction whose response can't be sent, and tells (RFC 6026 §8.8)", async () => {
    let failures = 0;
    const { inject, bob, server, answers } = stage((transaction) => {
      transaction.onFailure(() => (failures += 1));
      respond(transaction, 200);
    });
    bob.unreachable = true;
    const request = withVia(newRequest('OPTIONS'), 'z9hG4bK1');
    inject(request);
    await settled();
    expect(failures).to.equal(1);
    expect(server.size).to.equal(1);
    bob.unreachable = false;
    inject(request);
    expect(answers()).to.deep.equal(['200 OPTIONS']);
  });

  it('answers 503 with Retry-After beyond its limits, for one peer and in all', () => {
    const scene = stage(() => undefined, { limits: { transactions: 3, unansweredPerPeer: 2, retryAfter: 7 } });
    for (const branch of ['z9hG4bK1', 'z9hG4bK2', 'z9hG4bK3']) scene.inject(withVia(newRequest('OPTIONS'), branch));
    expect(scene.answers()).to.deep.equal(['503 OPTIONS']);
    expect(scene.network.sent.at(-1)?.message.header('Retry-After')).to.equal('7');
    scene.inject(withVia(newRequest('OPTIONS'), 'z9hG4bK4'), '192.0.2.9');
    scene.inject(withVia(newRequest('OPTIONS'), 'z9hG4bK5'), '192.0.2.10');
    expect(scene.server.size).to.equal(3);
    expect(scene.answers()).to.deep.equal(['503 OPTIONS', '503 OPTIONS']);
    // The peers' patience ends; there is room again.
    scene.clock.advance(40_000);
    expect(scene.server.size).to.equal(0);
    scene.inject(withVia(newRequest('OPTIONS'), 'z9hG4bK6'));
    expect(scene.server.size).to.equal(1);
  });

  it('gives ACKs to 2xx and responses without transaction to who wants them', () => {
    const { inject, server, client, network, bob, clock } = stage((transaction) => respond(transaction, 200));
    const acks: string[] = [];
    server.onAck((ack) => acks.push(ack.callId));
    const invite = withVia(newRequest('INVITE'), 'z9hG4bK1');
    inject(invite);
    inject(withVia(newRequest('ACK').with({ 'Call-ID': invite.callId }), 'z9hG4bK2'));
    inject(withVia(newRequest('ACK').with({ 'Call-ID': invite.callId }), 'z9hG4bK1'));
    expect(acks).to.deep.equal([invite.callId, invite.callId]);
    const strays: number[] = [];
    client.onStray(({ status }) => strays.push(status));
    const { head, body } = serialize(Response.to(withVia(newRequest('OPTIONS'), 'z9hG4bK9'), 200));
    void bob.flowTo(ALICE).send(head, body);
    clock.advance(10);
    expect(strays).to.deep.equal([200]);
    expect(network.sent).to.have.length(5);
  });

  it('takes the ACK to 300–699 for itself', () => {
    const { clock, server, send, heard } = stage((transaction) => respond(transaction, 486));
    server.onAck(() => heard.push('ACK'));
    send(newRequest('INVITE'));
    clock.advance(100_000);
    expect(heard).to.deep.equal(['486', 'done']);
  });
});
