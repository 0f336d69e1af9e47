import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { Connection } from '../../../lib/sip/transport/connection.ts';
import { transportDefaults, type TransportLimits } from '../../../lib/sip/transport/limits.ts';
import type { Listener } from '../../../lib/sip/transport/listener.ts';
import type { Flow, Protocol } from '../../../lib/sip/transport/flow.ts';
import { CertificationAuthority, identity } from '../../support/certificates.ts';
import { bytes, ending, eventually, failure, Party, request, transmit, Wire } from './party.ts';

const MEGABYTE = 1_048_576;

/** Bytes in buffers that somebody still refers to. */
function bytesHeld(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Buffers are freed beside what collects them; the second time waits for that.
  for (let turn = 0; turn < 2; turn++) collect();
  return process.memoryUsage().arrayBuffers;
}

function connectionOf(flow: Flow): Connection {
  if (flow instanceof Connection) return flow;
  throw new TypeError('not over a connection');
}

describe('A SIP transport among hostile peers', () => {
  let ca: CertificationAuthority;
  let server: Party;
  let listener: Listener;
  const wires: Wire[] = [];

  before(() => (ca = new CertificationAuthority()));
  after(() => ca.close());

  async function start(protocol: Protocol = 'tcp', limits: Partial<TransportLimits> = {}): Promise<void> {
    server = Party.create({ limits, messageLimits: { bodyBytes: 100_000 } });
    const tls = { certificates: [identity(ca.issue('DNS:server.example'))] };
    listener = await server.listen(protocol, { tls, address: '0.0.0.0' });
  }

  function wire(address = '127.0.9.9'): Wire {
    // Each loopback address is a peer of its own.
    const one = new Wire({ address: '127.0.0.1', port: listener.local.port }, address);
    wires.push(one);
    return one;
  }

  /** An honest peer is served, from an address of her own. */
  async function servesTheHonest(protocol: Protocol = 'tcp'): Promise<void> {
    const honest = Party.create({ tls: { certificates: [], ca: ca.pem } });
    const to = { protocol, address: '127.0.0.1', port: listener.local.port, serverName: 'server.example' };
    await honest.sends(await honest.layer.connect(to), { callId: 'honest' });
    expect((await server.answers()).message.callId).to.equal('honest');
    expect((await honest.nextResponse()).message.status).to.equal(200);
    await honest.close();
  }

  afterEach(async () => {
    for (const { socket } of wires.splice(0)) socket.destroy();
    await server.close();
    expect(server.errors).to.deep.equal([]);
  });

  for (const [what, start0, filling] of [
    ['a header', 'OPTIONS sip:a SIP/2.0\r\nX: ', 'x'],
    ['line ends', '', '\r\n'],
    ['a body that is too long', 'OPTIONS sip:a SIP/2.0\r\nContent-Length: 4000000000\r\n\r\n', 'x'],
  ] as const) {
    it(`holds nothing of 100 MB of ${what}`, async () => {
      await start('tcp', { messagesPerPeer: 1e9, messageBurst: 1e9 });
      const held = bytesHeld();
      const { socket } = await wire().send(start0).ready();
      const part = Buffer.alloc(MEGABYTE, filling);
      for (let sent = 0; sent < 100 && !socket.closed; sent++) {
        await new Promise((written) => socket.write(part, written));
      }
      server.clock.advance(10_000);
      expect(bytesHeld() - held).to.be.below(16 * MEGABYTE);
      await servesTheHonest();
    });
  }

  it('lets one peer hold only so many of 10,000 idle connections, and those only for a time', async function () {
    this.timeout(60_000);
    const { connectionsPerPeer, firstMessageTime } = transportDefaults;
    await start();
    const refused = () => server.layer.counters.connectionsRefused;
    for (let batch = 1; batch <= 20; batch++) {
      const idle = Array.from({ length: 500 }, () => wire());
      await Promise.all(idle.map((one) => one.ready()));
      await eventually(() => refused() >= batch * 500 - connectionsPerPeer);
    }
    expect(refused()).to.equal(10_000 - connectionsPerPeer);
    await servesTheHonest();
    server.clock.advance(firstMessageTime + 1_000);
    expect(server.layer.counters.connectionsCut).to.equal(connectionsPerPeer);
    await Promise.all(wires.map((one) => one.closed()));
  });

  it('holds no more connections than it may, of all peers together', async () => {
    await start('tcp', { connections: 3 });
    for (const peer of [1, 2, 3]) await wire(`127.0.1.${peer}`).send(bytes(request())).ready();
    for (let peer = 1; peer <= 3; peer++) await server.nextRequest();
    await wire('127.0.1.4').closed();
    expect(server.layer.counters.connectionsRefused).to.equal(1);
    wires[0]!.socket.destroy();
    await wires[0]!.closed();
    await servesTheHonestAfterAll();
  });

  /** As before, however long the system takes to notice that a place is free. */
  async function servesTheHonestAfterAll(): Promise<void> {
    for (let served = false; !served;) {
      const one = wire('127.0.1.5').send(bytes(request({ callId: 'later' })));
      served = await Promise.race([one.closed().then(() => false), server.answers().then(() => true)]);
    }
  }

  for (const protocol of ['tcp', 'tls', 'ws', 'wss'] as const) {
    it(`has a place again when a connection over ${protocol} has ended`, async () => {
      await start(protocol, { connections: 2 });
      for (let round = 0; round < 6; round++) {
        const guest = Party.create({ tls: { certificates: [], ca: ca.pem } });
        const to = { protocol, address: '127.0.0.1', port: listener.local.port, serverName: 'server.example' };
        await guest.sends(await guest.layer.connect(to));
        const gone = ending((await server.nextRequest()).flow);
        await guest.close();
        await gone;
      }
      expect(server.layer.counters.connectionsRefused).to.equal(0);
    });
  }

  it('ends the connection of a peer that does not read, as soon as the next message is one too many', async () => {
    await start('tcp', { writeBuffer: MEGABYTE });
    const { socket } = wire().send(bytes(request()));
    const { flow } = await server.nextRequest();
    socket.pause();
    const gone = ending(flow);
    const large = request({ body: Buffer.alloc(100_000) });
    let sent = 0;
    let refusal: unknown;
    for (; refusal === undefined && sent < 1_000; sent++) refusal = await failure(transmit(flow, large));
    expect(refusal).to.include({ failure: 'overflow' });
    expect(await gone).to.equal(refusal);
    expect(server.layer.counters.connectionsCut).to.equal(1);
    expect(server.layer.flow(flow.id)).to.equal(undefined);
    await servesTheHonest();
  });

  it('ends it after a time, when there is no next message', async () => {
    await start('tcp', { writeBuffer: 64 * MEGABYTE, idleTime: 1e9 });
    const { socket } = wire().send(bytes(request()));
    const { flow } = await server.nextRequest();
    socket.pause();
    await transmit(flow, request({ body: Buffer.alloc(32 * MEGABYTE) }));
    const gone = ending(flow);
    server.clock.advance(32_000);
    expect((await gone).message).to.equal('the peer does not read');
    await servesTheHonest();
  });

  it('takes a message byte by byte, and only for a time', async () => {
    await start();
    const slow = wire();
    const message = bytes(request());
    for (const [at] of message.entries()) {
      slow.socket.write(message.subarray(at, at + 1));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { flow } = await server.answers();
    await slow.until('SIP/2.0 200 ');
    slow.send(message.subarray(0, 20)).send('');
    await eventually(() => connectionOf(flow).unfinished === 20);
    server.clock.advance(30_000);
    expect(flow.open).to.equal(true);
    server.clock.advance(2_000);
    expect(flow.open).to.equal(false);
    await slow.closed();
    await servesTheHonest();
  });

  it('ends an idle connection, and none that talks', async () => {
    await start('tcp', { idleTime: 100_000 });
    const [idle, busy] = [wire().send(bytes(request())), wire().send(bytes(request()))];
    await server.answers();
    await server.answers();
    server.clock.advance(60_000);
    busy.send('\r\n\r\n');
    await busy.until('Content-Length: 0\r\n\r\n\r\n');
    server.clock.advance(60_000);
    await idle.closed();
    expect(busy.socket.closed).to.equal(false);
  });

  it('ends those that hold most when all together hold too much', async () => {
    await start('tcp', { buffers: 60_000 });
    const message = bytes(request({ body: Buffer.alloc(50_000) }));
    const peers = [45_000, 10_000, 40_000].map((part) => wire().send(bytes(request())).send(message.subarray(0, part)));
    const flows: Connection[] = [];
    while (flows.length < peers.length) flows.push(connectionOf((await server.nextRequest()).flow));
    await eventually(() => flows.reduce((sum, { unfinished }) => sum + unfinished, 0) === 95_000);
    server.clock.advance(1_000);
    expect(flows.map(({ open }) => open).sort()).to.deep.equal([false, true, true]);
    await peers[0]!.closed();
    await servesTheHonest();
  });

  it('drops handshakes that are not finished, and those that are none', async () => {
    for (const protocol of ['tls', 'wss', 'ws'] as const) {
      await start(protocol);
      const silent = Array.from({ length: 20 }, () => wire());
      await Promise.all(silent.map((one) => one.ready()));
      const half = wire().send(Buffer.from('160301020001', 'hex'));
      const junk = wire().send('OPTIONS sip:a SIP/2.0\r\n\r\n');
      await Promise.all([half.ready(), junk.closed()]);
      await servesTheHonest(protocol);
      server.clock.advance(11_000);
      await Promise.all([...silent, half].map((one) => one.closed()));
      expect(server.layer.counters.handshakesFailed).to.be.at.least(20);
      await servesTheHonest(protocol);
      await server.close();
    }
  });

  it('reads more slowly from a connection above its rate, and loses nothing', async () => {
    await start('tcp', { messagesPerPeer: 10, messageBurst: 5 });
    const eager = wire();
    const calls = Array.from({ length: 40 }, (_, at) => `call-${at}`);
    for (const callId of calls) {
      eager.send(bytes(request({ callId })));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const came: string[] = [];
    while (came.length < calls.length) {
      await eventually(() => server.waiting > 0 || server.clock.pending > 1);
      while (server.waiting > 0) came.push((await server.nextRequest()).message.callId);
      server.clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(came).to.deep.equal(calls);
    expect(server.layer.counters.slowed).to.be.at.least(1);
  });

  it('drops datagrams above the rate of their peer, and of nobody else', async () => {
    await start('udp', { messagesPerPeer: 1, messageBurst: 3, unlimitedPeers: ['127.0.3.3'] });
    const sender = async (address: string) => {
      const party = Party.create();
      await party.listen('udp', { address });
      return { party, flow: await party.layer.connect({ protocol: 'udp', ...listener.local, address: '127.0.0.1' }) };
    };
    const [eager, other, trusted] = await Promise.all(['127.0.3.1', '127.0.3.2', '127.0.3.3'].map(sender));
    const came = async (from: typeof eager, count: number) => {
      for (let at = 0; at < count; at++) await from!.party.sends(from!.flow, { callId: `${at}` });
      await other!.party.sends(other!.flow, { callId: 'end' });
      const calls: string[] = [];
      for (let call = ''; call !== 'end'; calls.push(call)) call = (await server.nextRequest()).message.callId;
      return calls;
    };
    expect(await came(eager, 5)).to.deep.equal(['0', '1', '2', 'end']);
    expect(server.layer.counters.rateDropped).to.equal(2);
    expect(await came(trusted, 5)).to.have.length(6);
    server.clock.advance(2_000);
    expect(await came(eager, 5)).to.deep.equal(['0', '1', 'end']);
    for (const { party } of [eager!, other!, trusted!]) await party.close();
  });
});
