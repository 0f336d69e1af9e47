import { expect } from 'chai';
import type { Flow, Protocol } from '../../../lib/sip/transport/flow.ts';
import type { Listener } from '../../../lib/sip/transport/listener.ts';
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Connection } from '../../../lib/sip/transport/connection.ts';
import { ending, eventually, Party, Wire } from './party.ts';

describe('Keep-alive (RFC 5626 §4.4.1)', () => {
  let alice: Party;
  let bob: Party;
  let atBob: Listener;

  beforeEach(() => {
    alice = Party.create();
    bob = Party.create();
  });
  afterEach(async () => {
    await Promise.all([alice.close(), bob.close()]);
    expect([...alice.errors, ...bob.errors]).to.deep.equal([]);
  });

  async function connected(protocol: Protocol): Promise<Flow> {
    atBob = await bob.listen(protocol);
    return alice.layer.connect({ protocol, ...atBob.local });
  }

  it('answers two line ends by one', async () => {
    atBob = await bob.listen('tcp');
    const wire = new Wire(atBob.local).send('\r\n\r\n');
    await wire.until('\r\n');
    wire.send('\r\n').send('\r\n');
    expect(await wire.until('\r\n\r\n')).to.equal('\r\n\r\n');
    wire.socket.destroy();
  });

  for (const protocol of ['tcp', 'ws'] as const) {
    it(`keeps a flow over ${protocol} whose peer answers, until it is stopped`, async () => {
      const flow = await connected(protocol);
      const stop = alice.layer.keepAlive(flow, 30_000);
      for (let round = 0; round < 3; round++) {
        alice.clock.advance(30_000);
        expect(flow).to.include({ open: true, unheard: true });
        await eventually(() => flow instanceof Connection && !flow.unheard);
      }
      expect(flow.open).to.equal(true);
      stop();
      alice.clock.advance(100_000);
      expect(flow).to.include({ open: true, unheard: false });
    });
  }

  describe('to a peer that is gone without a word', () => {
    let server: Server;
    const sockets: Socket[] = [];

    beforeEach(async () => {
      server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
      await once(server, 'listening');
    });
    afterEach(() => {
      for (const socket of sockets.splice(0)) socket.destroy();
      server.close();
    });

    it('ends the flow when its time is over', async () => {
      const { port } = server.address() as AddressInfo;
      const flow = await alice.layer.connect({ protocol: 'tcp', address: '127.0.0.1', port });
      alice.layer.keepAlive(flow, 30_000);
      const gone = ending(flow);
      alice.clock.advance(39_000);
      expect(flow.open).to.equal(true);
      alice.clock.advance(1_000);
      expect(await gone).to.include({ failure: 'timeout' });
    });
  });

  it('keeps a NAT open for UDP, where nobody answers', async () => {
    await alice.listen('udp');
    const flow = await connected('udp');
    const stop = alice.layer.keepAlive(flow, 30_000);
    alice.clock.advance(100_000);
    await alice.sends(flow);
    await bob.nextRequest();
    expect(bob.layer.counters).to.include({ received: 1, malformedDropped: 0 });
    stop();
  });
});
