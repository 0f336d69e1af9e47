import { expect } from 'chai';
import type { Listener } from '../../../lib/sip/transport/listener.ts';
import { Party } from './party.ts';

describe('The path limit (RFC 3261 §18.1.1)', () => {
  let alice: Party;
  let bob: Party;
  let udp: Listener;

  beforeEach(async () => {
    alice = Party.create({ limits: { udpLimit: 1_000 } });
    bob = Party.create();
    await alice.listen('udp');
    udp = await bob.listen('udp');
  });
  afterEach(() => Promise.all([alice.close(), bob.close()]));

  const protocolFor = async (size: number) => {
    const flow = await alice.layer.connect({ protocol: 'udp', ...udp.local }, size);
    await alice.sends(flow, { body: Buffer.alloc(size) });
    expect((await bob.nextRequest()).message.via.transport).to.equal(flow.protocol.toUpperCase());
    return flow.protocol;
  };

  it('moves longer requests to TCP', async () => {
    await bob.listen('tcp', { port: udp.local.port });
    expect(await protocolFor(1_000)).to.equal('udp');
    expect(await protocolFor(1_001)).to.equal('tcp');
    expect(await protocolFor(60_000)).to.equal('tcp');
  });

  it('stays with UDP where TCP is refused, and asks again after a time', async () => {
    expect(await protocolFor(1_001)).to.equal('udp');
    await bob.listen('tcp', { port: udp.local.port });
    expect(await protocolFor(1_001)).to.equal('udp');
    alice.clock.advance(60_000);
    expect(await protocolFor(1_001)).to.equal('tcp');
  });

  it('refuses what no datagram can hold', async () => {
    const flow = await alice.layer.connect({ protocol: 'udp', ...udp.local }, 70_000);
    const refusal: unknown = await alice.sends(flow, { body: Buffer.alloc(70_000) }).catch((error: unknown) => error);
    expect(refusal).to.include({ failure: 'too-large' });
  });
});
