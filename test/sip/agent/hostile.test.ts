import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import fc from 'fast-check';
import { PeerServer } from '../peers/server.ts';
import { eventually, Wire } from '../transport/party.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { mutated, randomNumbers } from './mutations.ts';

const MEGABYTE = 1_048_576;
const DAY = 86_400_000;
/** Datagrams at once, so few that the system drops none. */
const BATCH = 32;

function bytesHeld(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Buffers are freed beside what collects them; the second time waits for that.
  for (let turn = 0; turn < 2; turn++) collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const options = (callId: string, protocol: string): string =>
  [
    'OPTIONS sip:bob@example.com SIP/2.0',
    `Via: SIP/2.0/${protocol} honest.invalid;rport;branch=z9hG4bK${callId}`,
    'Max-Forwards: 70',
    'From: <sip:honest@example.com>;tag=1',
    'To: <sip:bob@example.com>',
    `Call-ID: ${callId}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0\r\n\r\n',
  ].join('\r\n');

describe('a SIP user agent among hostile peers', () => {
  let clock: VirtualClock;
  let server: PeerServer;
  let hostile: Socket;
  let honest: Socket;
  const wires: Wire[] = [];
  let asked = 0;

  beforeEach(async () => {
    clock = new VirtualClock();
    server = await PeerServer.open({
      clock,
      agent: {
        date: () => clock.now(),
        // Nothing that strangers name is contacted.
        locating: { protocols: [] },
        limits: { transport: { messagesPerPeer: 1e9, messageBurst: 1e9, writeBuffer: 65_536 } },
      },
    });
    [hostile, honest] = await Promise.all([datagramsFrom('127.0.0.2'), datagramsFrom('127.0.0.3')]);
    hostile.on('message', () => undefined);
  });
  afterEach(async () => {
    hostile.close();
    honest.close();
    for (const { socket } of wires.splice(0)) socket.destroy();
    await server.close();
    expect(server.errors).to.deep.equal([]);
  });

  async function datagramsFrom(address: string): Promise<Socket> {
    const socket = createSocket('udp4');
    socket.bind({ address, port: 0 });
    await once(socket, 'listening');
    return socket;
  }

  /** An honest peer is answered, behind everything that came before. */
  async function servesTheHonest(): Promise<void> {
    const callId = `honest-${++asked}`;
    const answered = once(honest, 'message') as Promise<[Buffer]>;
    honest.send(options(callId, 'UDP'), server.port, '127.0.0.1');
    const [answer] = await answered;
    expect(answer.toString())
      .to.match(/^SIP\/2\.0 200 /)
      .and.include(callId);
  }

  function wire(): Wire {
    const one = new Wire({ address: '127.0.0.1', port: server.port }, '127.0.0.2');
    wires.push(one);
    return one;
  }

  /** All that came is over, in a day at the latest. */
  async function comesToRest(): Promise<void> {
    await clock.pass(DAY);
    const { transactions, dialogs, notifier } = server.agent;
    expect([transactions.size, dialogs.size, notifier.size, server.registrar.size]).to.deep.equal([0, 0, 0, 0]);
  }

  it('throws nothing and keeps nothing of 100,000 mutated datagrams, and serves the honest between them', async function () {
    this.timeout(300_000);
    await servesTheHonest();
    const held = bytesHeld();
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const below = randomNumbers(seed);
        for (let sent = 0; sent < 10_000; sent += BATCH) {
          for (let at = 0; at < BATCH; at++) hostile.send(mutated(below), server.port, '127.0.0.1');
          await servesTheHonest();
          clock.advance(40_000);
          server.calls.length = 0;
        }
        expect(server.errors).to.deep.equal([]);
      }),
      { numRuns: 10, endOnFailure: true },
    );
    await comesToRest();
    expect(server.agent.transport.counters.received).to.be.at.least(100_000);
    expect(bytesHeld() - held).to.be.below(16 * MEGABYTE);
  });

  it('serves the honest after thousands of mutated messages over TCP', async () => {
    const below = randomNumbers(6_503);
    for (let round = 0; round < 100; round++) {
      const one = await wire().ready();
      for (let at = 0; at < BATCH; at++) one.send(mutated(below));
      one.socket.end();
      await servesTheHonest();
    }
    clock.advance(60_000);
    await Promise.all(wires.map((one) => one.closed()));
    await comesToRest();
  });

  for (const [what, filling] of [
    ['spaces', ' '],
    ['commas', ','],
    ['opening brackets', '<'],
    ['quotes', '"'],
    ['semicolons', ';a'],
    ['escapes', '%41'],
    ['folded lines', '\r\n '],
  ] as const) {
    it(`serves the honest after a datagram with 60 KB of ${what} in a field`, async () => {
      const filled = filling.repeat(60_000 / filling.length);
      for (const field of ['Contact: ', 'Via: ', 'To: ', 'Subject: ', 'Route: <sip:a', 'Require: a'])
        hostile.send(
          options('long', 'UDP').replace('Max-Forwards', `${field}${filled}\r\nMax-Forwards`),
          server.port,
          '127.0.0.1',
        );
      await servesTheHonest();
    });
  }

  it('ends the connection of a peer that asks and never reads', async function () {
    this.timeout(60_000);
    const { socket } = await wire().ready();
    socket.pause();
    const { counters } = server.agent.transport;
    const many = Buffer.from(Array.from({ length: 1_000 }, (_, at) => options(`deaf-${at}`, 'TCP')).join(''));
    for (let sent = 0; sent < 200 && counters.connectionsCut === 0; sent++) {
      const written = new Promise((done) => socket.write(many, done));
      await Promise.race([written, eventually(() => counters.connectionsCut > 0)]);
      clock.advance(40_000);
    }
    expect(counters.connectionsCut).to.equal(1);
    await servesTheHonest();
    await comesToRest();
  });
});
