import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import type { LegEvents, RtpLeg } from '../../../lib/mixer/rtp/leg.ts';
import { readPacket, writePacket, type RtpPacket } from '../../../lib/mixer/rtp/packet.ts';
import { relayDefaults, RtpRelay } from '../../../lib/mixer/rtp/relay.ts';
import { NOWHERE, type BridgeEnd } from '../../../lib/mixer/rtp/route.ts';
import type { AudioAgreement } from '../../../lib/mixer/sdp/negotiation.ts';

/** A socket, and the packets that came to it. */
class Peer {
  readonly #socket: Socket;
  readonly #came: RtpPacket[] = [];
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (bytes) => {
      const packet = readPacket(bytes);
      if (packet !== undefined) this.#came.push(packet);
      this.#wake();
    });
  }

  static async open(address = '127.0.0.1'): Promise<Peer> {
    const socket = createSocket('udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new Peer(socket);
  }

  get end(): BridgeEnd {
    const { address, port } = this.#socket.address();
    return { address, port };
  }

  async next(): Promise<RtpPacket> {
    for (;;) {
      const packet = this.#came.shift();
      if (packet !== undefined) return packet;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  send(port: number, fields: Partial<RtpPacket>): void {
    const packet = {
      marker: false,
      payloadType: 0,
      sequence: 1,
      timestamp: 160,
      source: 1,
      payload: Buffer.alloc(160),
    };
    this.#socket.send(writePacket({ ...packet, ...fields }), port, '127.0.0.1');
  }

  close(): void {
    this.#socket.close();
  }
}

const NOBODY: LegEvents = { digit: () => undefined, talking: () => undefined, silent: () => undefined };

describe('RTP between a telephone and the bridge', () => {
  let now: number;
  let asked: () => void = () => undefined;
  const clock = (): number => {
    asked();
    return now;
  };
  let relay: RtpRelay;
  let inner: BridgeEnd;
  let leg: RtpLeg;
  let [telephone, bridge]: Peer[] = [];
  let heard: string[];
  const peers: Peer[] = [];
  const peer = async (address?: string): Promise<Peer> => {
    const one = await Peer.open(address);
    peers.push(one);
    return one;
  };
  const agreement = (more: Partial<AudioAgreement> = {}): AudioAgreement => ({
    ...{ codec: 'PCMU', payload: 0, receives: true, levels: undefined, remote: telephone?.end },
    events: { payload: 101, name: 'telephone-event', rate: 8_000, parameters: undefined },
    ...more,
  });
  const both = (): { telephone: Peer; bridge: Peer } => {
    if (telephone === undefined || bridge === undefined) throw new Error('not open');
    return { telephone, bridge };
  };

  beforeEach(async () => {
    now = 0;
    heard = [];
    const events: LegEvents = {
      digit: (digit) => heard.push(digit),
      talking: (talking) => heard.push(String(talking)),
      silent: () => heard.push('silent'),
    };
    relay = new RtpRelay({ ...relayDefaults, host: '127.0.0.1', inner: '127.0.0.1', packetRate: 10 }, clock);
    inner = await relay.open();
    [telephone, bridge] = [await peer(), await peer()];
    leg = await relay.leg(events);
    leg.agree(agreement());
    leg.route({ says: [bridge.end], hears: bridge.end });
    expect((await bridge.next()).payload).to.deep.equal(Buffer.alloc(160, 0xff));
  });

  afterEach(() => {
    leg.close();
    relay.close();
    for (const one of peers.splice(0)) one.close();
  });

  it('goes both ways, with the payload types of each', async () => {
    const { telephone, bridge } = both();
    leg.agree(agreement({ payload: 97 }));
    telephone.send(leg.port, { payloadType: 97, payload: Buffer.alloc(160, 1) });
    expect(await bridge.next()).to.deep.include({ payloadType: 0, payload: Buffer.alloc(160, 1) });
    bridge.send(inner.port, { payload: Buffer.alloc(160, 2) });
    expect(await telephone.next()).to.deep.include({ payloadType: 97, payload: Buffer.alloc(160, 2) });
  });

  it('goes to where the telephone sends from, once it does (RFC 4961)', async () => {
    const { bridge } = both();
    const other = await peer();
    other.send(leg.port, {});
    await bridge.next();
    bridge.send(inner.port, {});
    await other.next();
  });

  it('comes from the named address alone where that is a public one', async () => {
    const { telephone, bridge } = both();
    leg.agree(agreement({ remote: { address: '203.0.113.9', port: 4_000 } }));
    // The clock is asked for each packet that comes.
    const came = new Promise<void>((resolve) => (asked = resolve));
    telephone.send(leg.port, { payload: Buffer.alloc(160, 1) });
    await came;
    leg.agree(agreement());
    const stranger = await peer('127.0.0.2');
    telephone.send(leg.port, { payload: Buffer.alloc(160, 2) });
    expect((await bridge.next()).payload[0]).to.equal(2);
    stranger.send(leg.port, { payload: Buffer.alloc(160, 3) });
    telephone.send(leg.port, { payload: Buffer.alloc(160, 4), sequence: 2, timestamp: 320 });
    expect((await bridge.next()).payload[0]).to.equal(4);
  });

  it('hears keys, and keeps them', async () => {
    const { telephone, bridge } = both();
    telephone.send(leg.port, { payloadType: 101, payload: Buffer.from([11, 0x0a, 0, 160]) });
    telephone.send(leg.port, { payload: Buffer.alloc(160, 5) });
    expect((await bridge.next()).payload[0]).to.equal(5);
    expect(heard).to.deep.equal(['#']);
  });

  it('is silence for who is muted, in either direction', async () => {
    const { telephone, bridge } = both();
    leg.mute('to-mixer', true);
    telephone.send(leg.port, { payloadType: 101, payload: Buffer.from([1, 0x0a, 0, 160]) });
    telephone.send(leg.port, { payload: Buffer.alloc(160, 5) });
    leg.mute('from-mixer', true);
    bridge.send(inner.port, { payload: Buffer.alloc(160, 2) });
    expect((await telephone.next()).payload).to.deep.equal(Buffer.alloc(160, 0xff));
    leg.mute('to-mixer', false);
    telephone.send(leg.port, { payload: Buffer.alloc(160, 6) });
    expect((await bridge.next()).payload[0]).to.equal(6);
    expect(heard).to.deep.equal(['1']);
  });

  it('is no more than a telephone may send', async () => {
    const { telephone, bridge } = both();
    for (let index = 0; index < 30; index++)
      telephone.send(leg.port, { sequence: index, timestamp: index * 160, payload: Buffer.alloc(160, index) });
    for (let index = 0; index < 10; index++) expect((await bridge.next()).payload[0]).to.equal(index);
    telephone.send(leg.port, { payloadType: 77, payload: Buffer.alloc(1) });
    // What has come by now was dropped: another leg hears its telephone.
    const second = await relay.leg(NOBODY);
    second.agree(agreement());
    second.route({ says: [bridge.end], hears: bridge.end });
    expect((await bridge.next()).payload[0]).to.equal(0xff);
    second.close();
    leg.route(NOWHERE);
    leg.route({ says: [bridge.end], hears: bridge.end });
    expect((await bridge.next()).payload[0]).to.equal(0xff);
    now = 1_000;
    telephone.send(leg.port, { sequence: 40, timestamp: 6_400, payload: Buffer.alloc(160, 99) });
    expect((await bridge.next()).payload[0]).to.equal(99);
  });

  it('is missed once when nothing comes from who should send', async () => {
    const { telephone, bridge } = both();
    now = 31_000;
    relay.findSilent();
    relay.findSilent();
    expect(heard).to.deep.equal(['silent']);
    telephone.send(leg.port, {});
    await bridge.next();
    relay.findSilent();
    now = 62_001;
    relay.findSilent();
    expect(heard).to.deep.equal(['silent', 'silent']);
    leg.agree(agreement({ remote: undefined }));
    now = 100_000;
    relay.findSilent();
    expect(heard).to.have.length(2);
  });

  it('ends with the leg', async () => {
    const { telephone, bridge } = both();
    const second = await relay.leg(NOBODY);
    second.agree(agreement());
    second.close();
    bridge.send(inner.port, { payload: Buffer.alloc(160, 7) });
    expect((await telephone.next()).payload[0]).to.equal(7);
  });
});
