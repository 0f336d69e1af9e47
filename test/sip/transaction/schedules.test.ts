import { expect } from 'chai';
import { Response } from '../../../lib/sip/message/response.ts';
import { TransactionLayer } from '../../../lib/sip/transaction/layer.ts';
import type { ServerTransaction } from '../../../lib/sip/transaction/server.ts';
import type { Protocol } from '../../../lib/sip/transport/flow.ts';
import { Network, summary } from '../network.ts';
import { newRequest } from '../requests.ts';
import { VirtualClock } from '../virtual-clock.ts';

const ALICE = '192.0.2.1';
const BOB = '192.0.2.2';

/** Alice has a transaction layer, and Bob one that does with requests what a test says. */
function stage(answer: (server: ServerTransaction) => void = () => undefined) {
  const clock = new VirtualClock();
  const network = new Network(clock);
  const alice = network.host(ALICE);
  const bob = network.host(BOB);
  const client = new TransactionLayer({ clock, transport: alice });
  const server = new TransactionLayer({ clock, transport: bob });
  server.onRequest(answer);
  const heard: string[] = [];
  const send = (method: string, protocol: Protocol = 'udp') =>
    client.send(newRequest(method), alice.flowTo(BOB, protocol), {
      response: ({ status }) => heard.push(`${clock.now()} ${status}`),
      end: (reason) => heard.push(`${clock.now()} ${reason}`),
    });
  /** When a message was sent, by its first line. */
  const times = (what: string, from = ALICE) =>
    network.sent
      .filter(({ message, from: sender }) => summary(message) === what && sender === from)
      .map(({ at }) => at);
  return { clock, network, client, server, heard, send, times };
}

const respond = (server: ServerTransaction, status: number) =>
  server.respond(Response.to(server.request, status, { toTag: 'b' }));

/** Nothing is left over, neither a transaction nor a timer. */
function expectNothingLeft({ clock, client, server }: ReturnType<typeof stage>): void {
  expect(client.size + server.size).to.equal(0);
  expect(clock.pending).to.equal(0);
}

describe('The schedules of RFC 3261 §17', () => {
  it('sends an unanswered INVITE over UDP at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s and gives up after 32 s (Timers A, B)', () => {
    const scene = stage();
    scene.network.weather = () => [];
    scene.send('INVITE');
    scene.clock.advance(60_000);
    expect(scene.times('INVITE')).to.deep.equal([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
    expect(scene.heard).to.deep.equal(['32000 timeout']);
    expectNothingLeft(scene);
  });

  it('sends an unanswered request over UDP at intervals that end at T2 and gives up after 32 s (Timers E, F)', () => {
    const scene = stage();
    scene.network.weather = () => [];
    scene.send('OPTIONS');
    scene.clock.advance(60_000);
    expect(scene.times('OPTIONS')).to.deep.equal([
      0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ]);
    expect(scene.heard).to.deep.equal(['32000 timeout']);
    expectNothingLeft(scene);
  });

  for (const method of ['INVITE', 'OPTIONS'])
    it(`sends an ${method} over TCP once and gives up after 32 s`, () => {
      const scene = stage();
      scene.server.onRequest(() => undefined);
      scene.network.find(BOB)?.receive(() => undefined);
      scene.send(method, 'tcp');
      scene.clock.advance(60_000);
      expect(scene.times(method)).to.deep.equal([0]);
      expect(scene.heard).to.deep.equal(['32000 timeout']);
      expectNothingLeft(scene);
    });

  it('repeats a request after 100 every T2 (Timer E in Proceeding), Timer F unchanged', () => {
    const scene = stage();
    scene.network.weather = (message) => (summary(message) === '100 OPTIONS' ? [10] : [20]);
    scene.send('OPTIONS');
    scene.clock.advance(60_000);
    // The server's 100 comes when Timer E has reached T2: 20 + 3500 + 10 ms. Timer E is running then, until 7500.
    expect(scene.heard.slice(0, 1)).to.deep.equal(['3530 100']);
    expect(scene.times('100 OPTIONS', BOB)[0]).to.equal(3520);
    expect(scene.times('OPTIONS')).to.deep.equal([
      0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ]);
    expect(scene.heard.at(-1)).to.equal('32000 timeout');
    expectNothingLeft(scene);
  });

  it('answers an INVITE whose user is silent with 100 after 200 ms, and not one that was answered', () => {
    const scene = stage();
    scene.send('INVITE');
    scene.clock.advance(10_000);
    expect(scene.times('100 INVITE', BOB)).to.deep.equal([210]);
    expect(scene.times('INVITE')).to.deep.equal([0]);
    const answered = stage((server) => respond(server, 180));
    answered.send('INVITE');
    answered.clock.advance(10_000);
    expect(answered.times('100 INVITE', BOB)).to.deep.equal([]);
    expect(answered.heard).to.deep.equal(['20 180']);
  });

  it('repeats 300–699 to an INVITE over UDP until the ACK, and gives up after 32 s (Timers G, H)', () => {
    const scene = stage((server) => {
      respond(server, 486);
      server.onEnd((reason) => scene.heard.push(`${scene.clock.now()} server ${reason}`));
    });
    scene.network.weather = (message) => (summary(message) === 'ACK' ? [] : [10]);
    scene.send('INVITE');
    scene.clock.advance(80_000);
    expect(scene.times('486 INVITE', BOB)).to.deep.equal(
      [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500].map((at) => at + 10),
    );
    // Each copy gets an ACK while Timer D runs.
    expect(scene.times('ACK')).to.deep.equal(scene.times('486 INVITE', BOB).map((at) => at + 10));
    expect(scene.heard).to.deep.equal(['20 486', '32010 server timeout', '32020 done']);
    expectNothingLeft(scene);
  });

  it('absorbs ACKs for T4 (Timer I) and retransmitted responses for 32 s (Timer D) over UDP, for no time over TCP', () => {
    const over = (protocol: Protocol) => {
      const scene = stage((server) => {
        respond(server, 404);
        server.onEnd((reason) => scene.heard.push(`${scene.clock.now()} server ${reason}`));
      });
      scene.send('INVITE', protocol);
      scene.clock.advance(80_000);
      expectNothingLeft(scene);
      return scene.heard;
    };
    expect(over('udp')).to.deep.equal(['20 404', '5030 server done', '32020 done']);
    expect(over('tcp')).to.deep.equal(['20 404', '20 done', '30 server done']);
  });

  it('absorbs retransmitted requests for 64·T1 (Timer J) and responses for T4 (Timer K) over UDP, for no time over TCP', () => {
    const over = (protocol: Protocol) => {
      const scene = stage((server) => {
        server.onEnd((reason) => scene.heard.push(`${scene.clock.now()} server ${reason}`));
        respond(server, 200);
      });
      scene.send('REGISTER', protocol);
      scene.clock.advance(80_000);
      expectNothingLeft(scene);
      return scene.heard;
    };
    expect(over('udp')).to.deep.equal(['20 200', '5020 done', '32010 server done']);
    expect(over('tcp')).to.deep.equal(['10 server done', '20 200', '20 done']);
  });

  for (const protocol of ['udp', 'tcp'] as const)
    it(`keeps an accepted INVITE 64·T1 on both sides over ${protocol} (Timers L, M)`, () => {
      const scene = stage((server) => {
        respond(server, 200);
        server.onEnd((reason) => scene.heard.push(`${scene.clock.now()} server ${reason}`));
      });
      scene.send('INVITE', protocol);
      scene.clock.advance(80_000);
      expect(scene.heard).to.deep.equal(['20 200', '32010 server done', '32020 done']);
      expect(scene.times('200 INVITE', BOB)).to.deep.equal([10]);
      expectNothingLeft(scene);
    });

  it('gives no final response once the client has stopped waiting, and no 408 (RFC 4320 §4.2)', () => {
    const servers: ServerTransaction[] = [];
    const scene = stage((server) => {
      servers.push(server);
      server.onEnd((reason) => scene.heard.push(`${scene.clock.now()} server ${reason}`));
    });
    scene.send('OPTIONS');
    scene.clock.advance(40_000);
    respond(servers[0]!, 200);
    scene.clock.advance(40_000);
    expect(scene.times('200 OPTIONS', BOB)).to.deep.equal([]);
    expect(scene.heard.filter((line) => !line.endsWith('100'))).to.deep.equal([
      '32000 timeout',
      '32010 server timeout',
    ]);

    const refusing = stage((server) => respond(server, 408));
    refusing.send('OPTIONS', 'tcp');
    refusing.clock.advance(80_000);
    expect(refusing.times('408 OPTIONS', BOB)).to.deep.equal([]);
    expectNothingLeft(refusing);
  });

  it('follows other values of T1, T2 and T4', () => {
    const clock = new VirtualClock();
    const network = new Network(clock);
    const alice = network.host(ALICE);
    network.host(BOB);
    const client = new TransactionLayer({ clock, transport: alice, times: { t1: 100, t2: 400, t4: 1000 } });
    const ends: number[] = [];
    client.send(newRequest('OPTIONS'), alice.flowTo(BOB), {
      response: () => undefined,
      end: () => ends.push(clock.now()),
    });
    clock.advance(10_000);
    expect(network.sent.slice(0, 6).map(({ at }) => at)).to.deep.equal([0, 100, 300, 700, 1100, 1500]);
    expect(ends).to.deep.equal([6400]);
  });
});
