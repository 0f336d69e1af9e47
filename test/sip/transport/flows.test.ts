import { expect } from 'chai';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Response } from '../../../lib/sip/message/index.ts';
import type { Flow, Protocol } from '../../../lib/sip/transport/flow.ts';
import { TransportError } from '../../../lib/sip/transport/error.ts';
import type { Listener } from '../../../lib/sip/transport/listener.ts';
import type { TlsSettings } from '../../../lib/sip/transport/tls.ts';
import { CertificationAuthority, identity } from '../../support/certificates.ts';
import { ADDRESSES, bytes, ending, failure, Party, PROTOCOLS, request, transmit } from './party.ts';

describe('SIP transport', () => {
  let ca: CertificationAuthority;
  let tls: TlsSettings;
  let alice: Party;
  let bob: Party;
  let atAlice: Listener;
  let atBob: Listener;

  before(() => {
    ca = new CertificationAuthority();
    tls = { certificates: [identity(ca.issue('DNS:bob.example.com'))], ca: ca.pem };
  });
  after(() => ca.close());
  beforeEach(() => {
    alice = Party.create({ tls: { certificates: [], ca: ca.pem } });
    bob = Party.create();
  });
  afterEach(async () => {
    await Promise.all([alice.close(), bob.close()]);
    expect([...alice.errors, ...bob.errors]).to.deep.equal([]);
  });

  const toBob = (protocol: Protocol) => ({ protocol, ...atBob.local, serverName: 'bob.example.com' });

  for (const protocol of PROTOCOLS) {
    for (const address of ADDRESSES) {
      describe(`over ${protocol} from and to ${address}`, () => {
        let flow: Flow;

        beforeEach(async () => {
          atAlice = await alice.listen(protocol, { address, tls });
          atBob = await bob.listen(protocol, { address, tls });
          flow = await alice.layer.connect(toBob(protocol));
        });

        it('carries a request, and its response back to where it came from', async () => {
          await alice.sends(flow, { body: Buffer.from('hello') });
          const { message, flow: back } = await bob.answers();
          expect(message.body.toString()).to.equal('hello');
          expect(message.via.sentBy).to.equal(atAlice.sentBy);
          expect(message.via).to.include({ received: address, rport: flow.local.port });
          expect(back).to.deep.include({ protocol, remote: { address, port: flow.local.port } });
          expect(back.remote.address).to.equal(address);
          expect(back.reliable).to.equal(protocol !== 'udp');
          expect(back.secure).to.equal(protocol === 'tls' || protocol === 'wss');
          const { message: response } = await alice.nextResponse();
          expect(response.status).to.equal(200);
        });

        it('finds the flow again by its id, for requests to a client behind NAT (RFC 5626 §5.3)', async () => {
          await alice.sends(flow);
          const { flow: back } = await bob.answers();
          await alice.nextResponse();
          const found = bob.layer.flow(back.id);
          expect(found?.remote).to.deep.equal(back.remote);
          await bob.sends(found!);
          const { message, flow: same } = await alice.answers(202);
          expect(same.remote.port).to.equal(atBob.local.port);
          expect(message.via.sentBy).to.equal(atBob.sentBy);
          expect((await bob.nextResponse()).message.status).to.equal(202);
        });

        it('uses one flow for all that goes there', async () => {
          const [one, other] = await Promise.all([
            alice.layer.connect(toBob(protocol)),
            alice.layer.connect(toBob(protocol)),
          ]);
          expect([one.id, other.id]).to.deep.equal([flow.id, flow.id]);
          for (const callId of ['a', 'b']) await alice.sends(flow, { callId });
          expect([(await bob.nextRequest()).message.callId, (await bob.nextRequest()).message.callId]).to.deep.equal([
            'a',
            'b',
          ]);
        });

        it('tells everybody at once when the flow ends, and then finds it no more', async () => {
          await alice.sends(flow);
          const { flow: back } = await bob.nextRequest();
          const told = ending(back);
          back.onClose(() => expect.fail('was taken off'))();
          await (protocol === 'udp' ? bob : alice).close();
          expect(await told).to.be.instanceOf(TransportError);
          expect(back.open).to.equal(false);
          expect(await failure(transmit(back, request()))).to.be.instanceOf(TransportError);
          expect(await ending(back)).to.be.instanceOf(TransportError);
          if (protocol !== 'udp') expect(bob.layer.flow(back.id)).to.equal(undefined);
        });
      });
    }
  }

  for (const protocol of ['tcp', 'tls'] as const) {
    it(`brings a response over a new ${protocol} connection where the one of its request is gone (RFC 3261 §18.2.2)`, async () => {
      bob = Party.create({ tls: { certificates: [], ca: ca.pem } });
      const advertise = { host: 'bob.example.com' };
      atAlice = await alice.listen(protocol, { tls, advertise });
      atBob = await bob.listen(protocol, { tls });
      const to = { host: '127.0.0.1', port: atBob.local.port, checkServerIdentity: () => undefined, ca: ca.pem };
      const socket = protocol === 'tcp' ? connect(to) : connectTls(to);
      socket.write(bytes(request({ sentBy: atAlice.sentBy, transport: protocol })));
      const { message, flow: back } = await bob.nextRequest();
      const gone = ending(back);
      socket.destroy();
      await Promise.all([once(socket, 'close'), gone]);
      await bob.layer.respond(Response.to(message, 200), back);
      const { flow: fresh } = await alice.nextResponse();
      expect(fresh.local.port).to.equal(atAlice.local.port);
    });
  }

  it('brings a response to the servers of its sender where nothing leads back (RFC 3263 §5)', async () => {
    const asked: string[] = [];
    atAlice = await alice.listen('tcp', { advertise: { host: 'alice.example.com', port: 9 } });
    const server = { protocol: 'tcp', address: '127.0.0.1', port: atAlice.local.port } as const;
    bob = Party.create({
      locateSender: ({ host }, protocol) => {
        asked.push(`${protocol} ${host}`);
        // The first one is down.
        return Promise.resolve([{ ...server, port: 9 }, server]);
      },
    });
    atBob = await bob.listen('tcp');
    const socket = connect({ host: '127.0.0.1', port: atBob.local.port });
    socket.write(bytes(request({ sentBy: atAlice.sentBy, transport: 'tcp' })));
    const { message, flow: back } = await bob.nextRequest();
    const gone = ending(back);
    socket.destroy();
    await gone;
    await bob.layer.respond(Response.to(message, 200), back);
    expect((await alice.nextResponse()).message.status).to.equal(200);
    expect(asked).to.deep.equal(['tcp alice.example.com']);
  });

  it('uses a connection that the peer opened for requests to his end of it', async () => {
    atBob = await bob.listen('tcp');
    const flow = await alice.layer.connect(toBob('tcp'));
    await alice.sends(flow);
    const { flow: back } = await bob.nextRequest();
    expect((await bob.layer.connect({ protocol: 'tcp', ...flow.local })).id).to.equal(back.id);
  });

  it('brings a response over UDP to the port that the request names, unless that asks for its own (RFC 3581)', async () => {
    atBob = await bob.listen('udp');
    const [one, other] = [await alice.listen('udp'), await alice.listen('udp')];
    const flow = await alice.layer.connect(toBob('udp'));
    expect(flow.local).to.deep.equal(one.local);
    for (const [via, port] of [
      ['', other.local.port],
      [';rport', one.local.port],
    ] as const) {
      await alice.sends(flow, { sentBy: other.sentBy, via });
      await bob.answers();
      expect((await alice.nextResponse()).flow.local.port).to.equal(port);
    }
  });

  it('connects anew where a connection has ended', async () => {
    atBob = await bob.listen('tcp');
    const flow = await alice.layer.connect(toBob('tcp'));
    await alice.sends(flow);
    await bob.nextRequest();
    const gone = ending(flow);
    await bob.close();
    await gone;
    bob = Party.create();
    await bob.listen('tcp', { port: atBob.local.port });
    const other = await alice.layer.connect(toBob('tcp'));
    expect(other.id).not.to.equal(flow.id);
    await alice.sends(other);
    await bob.nextRequest();
  });

  it('says at once where nobody listens', async () => {
    atBob = await bob.listen('tcp');
    await bob.close();
    for (const protocol of ['tcp', 'tls', 'ws', 'wss'] as const)
      expect(await failure(alice.layer.connect(toBob(protocol)))).to.include({ failure: 'unreachable' });
    expect(await failure(alice.layer.connect({ protocol: 'udp', address: '127.0.0.1', port: 9 }))).to.include({
      failure: 'unreachable',
    });
  });

  it('gives up a connection or handshake that takes too long', async () => {
    atBob = await bob.listen('tcp');
    for (const protocol of ['tls', 'ws'] as const) {
      const promise = failure(alice.layer.connect(toBob(protocol)));
      alice.clock.advance(10_000);
      expect(await promise).to.include({ failure: 'timeout' });
    }
  });

  it('fails what is under way when it is closed', async () => {
    atBob = await bob.listen('tcp');
    const promise = failure(alice.layer.connect(toBob('tls')));
    await alice.close();
    expect(await promise).to.include({ failure: 'closed' });
  });

  it('sends the datagrams of a turn together, whatever becomes of one of them', async () => {
    atBob = await bob.listen('udp');
    await alice.listen('udp');
    const flow = await alice.layer.connect(toBob('udp'));
    const nowhere = await alice.layer.connect({ protocol: 'udp', address: '127.0.0.1', port: 0 });
    const [lost] = await Promise.all([
      failure(alice.sends(nowhere)),
      ...['1', '2'].map((callId) => alice.sends(flow, { callId })),
    ]);
    expect(lost).to.be.instanceOf(TransportError);
    expect((await bob.nextRequest()).message.callId).to.equal('1');
    expect((await bob.nextRequest()).message.callId).to.equal('2');
  });

  it('sends what waits for the end of the turn before it is closed', async () => {
    atBob = await bob.listen('udp');
    await alice.listen('udp');
    const flow = await alice.layer.connect(toBob('udp'));
    const sent = alice.sends(flow, { callId: 'last' });
    await alice.close();
    await sent;
    expect((await bob.nextRequest()).message.callId).to.equal('last');
  });

  it('serves both families on one port by two listeners', async () => {
    const six = await bob.listen('udp', { address: '::' });
    const four = await bob.listen('udp', { address: '0.0.0.0', port: six.local.port });
    expect(four.local.port).to.equal(six.local.port);
    for (const address of ADDRESSES) {
      await alice.listen('udp', { address });
      await alice.sends(await alice.layer.connect({ protocol: 'udp', address, port: six.local.port }));
      expect((await bob.nextRequest()).flow.remote.address).to.equal(address);
    }
  });

  describe('names us in Via and Contact', () => {
    it('by the listener that peers can reach, or by what it is advertised as', async () => {
      const plain = await alice.listen('tcp');
      expect(plain.sentBy).to.equal(`127.0.0.1:${plain.local.port}`);
      const six = await alice.listen('tcp', { address: '::1', advertise: { host: 'sip.example.com' } });
      expect(six.sentBy).to.equal(`sip.example.com:${six.local.port}`);
      const edge = await alice.listen('udp', { advertise: { host: '2001:db8::1', port: 5060 } });
      expect(edge.sentBy).to.equal('[2001:db8::1]:5060');
      atBob = await bob.listen('tcp');
      expect(alice.layer.sentBy(await alice.layer.connect(toBob('tcp')))).to.equal(plain.sentBy);
    });

    it('by an address of this machine where the listener takes all', async () => {
      const all = await alice.listen('udp', { address: '0.0.0.0' });
      expect(all.sentBy)
        .to.match(/^\d+\.\d+\.\d+\.\d+:\d+$/)
        .and.not.match(/^0\./);
    });

    it('by the connection itself where nobody listens', async () => {
      atBob = await bob.listen('tcp');
      const flow = await alice.layer.connect(toBob('tcp'));
      expect(alice.layer.sentBy(flow)).to.equal(`127.0.0.1:${flow.local.port}`);
    });
  });

  it('drops responses to requests that were never ours (RFC 3261 §18.1.2)', async () => {
    atBob = await bob.listen('udp');
    await alice.listen('udp');
    const flow = await alice.layer.connect(toBob('udp'));
    const foreign = Response.to(request({ sentBy: 'elsewhere.example:5060', transport: 'udp' }), 200);
    await transmit(flow, foreign);
    await alice.sends(flow);
    await bob.nextRequest();
    expect(bob.layer.counters.strayResponses).to.equal(1);
  });

  it('knows flows over UDP by ids that survive a restart, and no others', async () => {
    const { local } = await bob.listen('udp');
    const id = `udp/127.0.0.1:${local.port}/192.0.2.1:5060`;
    expect(bob.layer.flow(id)?.remote).to.deep.equal({ address: '192.0.2.1', port: 5060 });
    expect(bob.layer.flow(id)?.id).to.equal(id);
    for (const other of [
      '',
      'udp',
      'tcp/x.0',
      `udp/127.0.0.1:1/192.0.2.1:5060`,
      `udp/127.0.0.1:${local.port}/name:5060`,
    ])
      expect(bob.layer.flow(other), other).to.equal(undefined);
  });
});
