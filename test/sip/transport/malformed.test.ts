import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { BadMessage } from '../../../lib/sip/message/index.ts';
import type { Flow } from '../../../lib/sip/transport/flow.ts';
import type { Listener } from '../../../lib/sip/transport/listener.ts';
import { bytes, Party, request, Wire } from './party.ts';

const NOTHING = Buffer.alloc(0);

describe('Messages that are none', () => {
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

  describe('over UDP', () => {
    let flow: Flow;

    beforeEach(async () => {
      atBob = await bob.listen('udp');
      await alice.listen('udp');
      flow = await alice.layer.connect({ protocol: 'udp', ...atBob.local });
    });

    const sends = (text: string | Buffer) => flow.send(Buffer.from(text), NOTHING);
    /** What has come before a good request has been judged when that arrives. */
    async function afterwards(): Promise<typeof bob.layer.counters> {
      await alice.sends(flow, { callId: 'good' });
      expect((await bob.nextRequest()).message.callId).to.equal('good');
      return bob.layer.counters;
    }
    const own = (line: string, method = 'OPTIONS') =>
      bytes(request({ transport: 'udp', method, sentBy: alice.layer.sentBy(flow) }))
        .toString()
        .replace(/^(\S+) .*\r\n/, line);

    it('are answered when they are requests with a way back', async () => {
      await sends(own('$1 sip:bob@example.com SIP/7.0\r\n'));
      expect((await alice.nextResponse()).message).to.include({ status: 505 });
      await sends(own('$1 sip:bob@example.com SIP/2.0\r\nContent-Length: many\r\n'));
      const { message } = await alice.nextResponse();
      expect(message.status).to.equal(400);
      expect(message.to.tag).to.be.a('string');
      expect((await afterwards()).malformedAnswered).to.equal(2);
    });

    it('are answered where they came from when their Via leads nowhere (RFC 4475 §3.1.2.1)', async () => {
      const { local } = atBob;
      const socket = createSocket('udp4').bind(0, '127.0.0.1');
      await once(socket, 'listening');
      const answered = once(socket, 'message') as Promise<[Buffer]>;
      socket.send(
        own('$1 sip:bob@example.com SIP/2.0\r\n').replace(/Via: .*\r\n/, 'Via: nowhere\r\n'),
        local.port,
        local.address,
      );
      expect((await answered)[0].toString()).to.match(/^SIP\/2\.0 400 Malformed Via\r\nVia: nowhere\r\n/);
      socket.close();
      expect((await afterwards()).malformedAnswered).to.equal(1);
    });

    it('are dropped when they are ACKs, responses, without a way back or nothing at all', async () => {
      const dropped = [
        own('$1 sip:bob@example.com SIP/7.0\r\n', 'ACK'),
        own('SIP/2.0 99 Hm\r\n'),
        own('$1 sip:bob@example.com SIP/7.0\r\n').replace(/Via: .*\r\n/, ''),
        'hello',
        Buffer.alloc(60_000, ' '),
        Buffer.from([0xff, 0xfe, 0, 1, 2, 3, 4, 5]),
      ];
      for (const one of dropped) await sends(one);
      const { malformedDropped, malformedAnswered } = await afterwards();
      expect({ malformedDropped, malformedAnswered }).to.deep.equal({
        malformedDropped: dropped.length,
        malformedAnswered: 0,
      });
      expect(alice.waiting).to.equal(0);
    });

    it('are not what keeps a NAT open', async () => {
      for (const one of ['\r\n\r\n', '\r\n', '\0', '']) await sends(one);
      expect((await afterwards()).malformedDropped).to.equal(0);
    });

    it('may be found by the receiver, who throws what they deserve', async () => {
      bob.layer.receive(() => {
        throw new BadMessage(420, 'Bad Extension');
      });
      await alice.sends(flow);
      expect((await alice.nextResponse()).message).to.include({ status: 420, reason: 'Bad Extension' });
    });
  });

  describe('over TCP', () => {
    let wire: Wire;

    beforeEach(async () => {
      atBob = await bob.listen('tcp');
      wire = new Wire(atBob.local);
    });
    afterEach(() => void wire.socket.destroy());

    it('are answered, and the connection lives, as long as it is known where they end', async () => {
      wire.send(bytes(request()).toString().replace('SIP/2.0\r\n', 'SIP/7.0\r\n'));
      await wire.until('SIP/2.0 505 ');
      wire.send(bytes(request()));
      expect((await bob.answers()).message.method).to.equal('OPTIONS');
      await wire.until('SIP/2.0 200 ');
    });

    const endless = [
      ['a length that is no number', 'Content-Length: many', '400 Malformed Content-Length'],
      ['two lengths', 'Content-Length: 0\r\nContent-Length: 5', '400 Malformed Content-Length'],
      ['no length', 'X-Length: 0', '400 Missing Content-Length'],
      ['a length beyond all limits', 'Content-Length: 999999999', '513 Body Too Large'],
    ] as const;
    for (const [what, field, answer] of endless) {
      it(`are answered and end the connection when they have ${what}`, async () => {
        wire.send(bytes(request()).toString().replace('Content-Length: 0', field));
        wire.send(bytes(request()));
        const received = await wire.until(`SIP/2.0 ${answer}`);
        expect(received).to.match(/To: <sip:bob@example.com>;tag=/);
        await wire.closed();
        expect(bob.waiting).to.equal(0);
      });
    }

    it('end the connection when they are no SIP at all', async () => {
      wire.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      expect(await wire.closed()).to.equal('');
      expect(bob.layer.counters.malformedDropped).to.equal(1);
    });
  });

  it('are not mistakes of the receiver: those are reported, and the next message comes', async () => {
    atBob = await bob.listen('tcp');
    const mistake = new Error('a mistake');
    let calls = 0;
    bob.layer.receive(() => {
      calls++;
      throw mistake;
    });
    const wire = new Wire(atBob.local).send(bytes(request())).send('\r\n\r\n');
    await wire.until('\r\n');
    wire.send(bytes(request())).send('\r\n\r\n');
    await wire.until('\r\n\r\n');
    expect(calls).to.equal(2);
    expect(bob.errors.splice(0)).to.deep.equal([mistake, mistake]);
    wire.socket.destroy();
  });
});
