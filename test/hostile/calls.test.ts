import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import type { XmlElement } from '../../lib/xml/element.ts';
import { sdp } from '../support/phone-call.ts';
import { heapInUse } from '../support/memory.ts';
import { attributesAt, textsAt } from '../support/reading.ts';
import { Stage } from '../support/stage.ts';

const MEGABYTE = 1_048_576;
const ANYBODY = '<info:users><xcon:user-admission-policy>anonymous</xcon:user-admission-policy></info:users>';

/** Somebody who sends INVITEs, and neither acknowledges nor remembers. */
interface Sender {
  send(text: string): void;
  /** Final responses, by the Call-IDs of their INVITEs. */
  readonly finals: ReadonlyMap<string, number>;
  /** Resolves when so many INVITEs have one. */
  answered(count: number): Promise<void>;
  close(): void;
}

async function sender(transport: 'udp' | 'tcp', port: number, address = '127.0.0.1'): Promise<Sender> {
  const finals = new Map<string, number>();
  let unread = '';
  let wake: () => void = () => undefined;
  const take = (bytes: Buffer): void => {
    unread += bytes.toString('latin1');
    let end = 0;
    for (const match of unread.matchAll(/^SIP\/2\.0 (\d{3}) [^]*?^Call-ID: (\S+)\r\n/gm)) {
      const [all, status, callId = ''] = match;
      if (Number(status) >= 200) finals.set(callId, Number(status));
      end = match.index + all.length;
    }
    unread = unread.slice(end);
    wake();
  };
  const answered = async (count: number): Promise<void> => {
    while (finals.size < count) await new Promise<void>((done) => (wake = done));
  };
  if (transport === 'udp') {
    const socket = createSocket('udp4').on('message', take);
    socket.bind(0, address);
    await once(socket, 'listening');
    return { send: (text) => socket.send(text, port, '127.0.0.1'), finals, answered, close: () => socket.close() };
  }
  const socket = connect({ port, host: '127.0.0.1', localAddress: address })
    .on('data', take)
    .on('error', () => undefined);
  await once(socket, 'connect');
  return { send: (text) => socket.write(text), finals, answered, close: () => socket.destroy() };
}

let made = 0;
function invite(uri: string, transport: string, from: string, body = sdp(), type = 'application/sdp'): string {
  made += 1;
  return [
    `INVITE ${uri} SIP/2.0`,
    `Via: SIP/2.0/${transport.toUpperCase()} 127.0.0.1:9;branch=z9hG4bK${made};rport`,
    'Max-Forwards: 70',
    `From: <${from}>;tag=${made}`,
    `To: <${uri}>`,
    `Call-ID: ${made}@hostile`,
    'CSeq: 1 INVITE',
    `Contact: <sip:hostile@127.0.0.1:9;transport=${transport}>`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

for (const transport of ['udp', 'tcp'] as const) {
  describe(`hostile calls over ${transport}`, () => {
    let stage: Stage;
    const senders: Sender[] = [];

    const start = async (settings: Readonly<Record<string, unknown>> = {}): Promise<void> => {
      stage = await Stage.start(transport, settings);
    };
    afterEach(async () => {
      for (const one of senders.splice(0)) one.close();
      await stage.close();
    });

    const open = async (address?: string): Promise<Sender> => {
      const port = Number(/:(\d+);/.exec(stage.server)?.[1]);
      const one = await sender(transport, port, address);
      senders.push(one);
      return one;
    };
    const roster = async (conference: string) =>
      attributesAt(await stage.document(conference), 'users/user', 'entity').filter((one) => !one?.includes('alice'));
    /** An honest call is answered, and its caller is the only one in. */
    const isWell = async (conference: string): Promise<void> => {
      const call = await (await stage.phone('bob')).joins(stage.uri(conference));
      expect(await roster(conference)).to.include('xcon-userid:bob@example.com');
      await call.leaves();
    };

    it('INVITEs of who proves nothing leave nothing, from one address and identity or from many', async () => {
      await start();
      const conference = await stage.conference();
      const uri = stage.uri(conference);
      const crowd = await Promise.all(Array.from({ length: 20 }, (_, at) => open(`127.0.0.${at + 2}`)));
      const flood = async (count: number, identities: number): Promise<void> => {
        for (const [at, one] of crowd.entries()) {
          const before = one.finals.size;
          for (let number = 0; number < count; number += 1)
            one.send(invite(uri, transport, `sip:${identities > 1 ? `u${number}.${at}` : 'alice'}@example.com`));
          await one.answered(before + count);
        }
      };
      await flood(20, 1);
      const before = heapInUse();
      await flood(100, 1);
      await flood(100, 100);
      // Of 4,000 INVITEs that nobody acknowledges.
      expect(heapInUse() - before).to.be.below(2 * MEGABYTE);
      for (const one of crowd) expect(new Set(one.finals.values())).to.deep.equal(new Set([401]));
      await isWell(conference);
      expect(await roster(conference)).to.deep.equal([]);
    });

    it('guests take no more places than the settings leave them, and none of who has proved a name', async () => {
      await start({ 'focus.calls': 12, 'focus.guestCalls': 10, 'focus.guestCallsPerPeer': 4 });
      const conference = await stage.conference(ANYBODY);
      const uri = stage.uri(conference);
      const refused: number[] = [];
      for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.4']) {
        const one = await open(address);
        for (let number = 0; number < 6; number += 1) {
          one.send(invite(uri, transport, `sip:guest${number}@elsewhere.example`));
          await one.answered(number + 1);
        }
        refused.push([...one.finals.values()].filter((status) => status === 503).length);
      }
      expect(refused).to.deep.equal([2, 2, 4]);
      await isWell(conference);
    });

    it('a guest who does not acknowledge is out by himself', async () => {
      await start({ 'sip.times.t1': 20 });
      const conference = await stage.conference(ANYBODY);
      const watcher = await stage.watches(conference);
      const one = await open();
      one.send(invite(stage.uri(conference), transport, 'sip:guest@elsewhere.example'));
      await one.answered(1);
      const isGuestIn = (document: XmlElement): boolean =>
        textsAt(document, 'users/user/endpoint/status').includes('connected');
      await watcher.until(isGuestIn);
      await watcher.until((document) => !isGuestIn(document));
    });

    const line = (type: string, port = 9): string => `m=${type} ${port} RTP/AVP 0`;
    const bombs: Readonly<Record<string, string>> = {
      '10,000 m-lines': sdp(...Array.from({ length: 10_000 }, () => line('audio'))),
      '1,000 m-lines of as many types': sdp(...Array.from({ length: 1_000 }, (_, at) => line(`type${at}`))),
      'an attribute of almost a megabyte': sdp(line('audio'), `a=fmtp:0 ${'x'.repeat(MEGABYTE - 400)}`),
      'an attribute of more than a megabyte': sdp(line('audio'), `a=fmtp:0 ${'x'.repeat(MEGABYTE)}`),
      '50,000 attributes': sdp(line('audio'), ...Array.from({ length: 50_000 }, (_, at) => `a=rtpmap:${at % 128} x/1`)),
      'attributes within one another': sdp(line('audio'), `a=simulcast:${'send 1;~2,'.repeat(1_000)}`),
      'brackets within one another': sdp(line('audio'), `a=imageattr:* send ${'[x='.repeat(4_000)}`),
      'groups of groups': sdp(
        ...Array.from({ length: 400 }, (_, at) => `a=group:BUNDLE ${at} ${at + 1}`),
        line('audio'),
      ),
      'numbers that are none': sdp('m=audio 99999999999999999999 RTP/AVP 0', 'a=rtpmap:0 PCMU/1e999/-1', 'a=ptime:NaN'),
      'a port below zero': sdp('m=audio -1 RTP/AVP 0'),
      'ports by millions': sdp('m=audio 9/99999999 RTP/AVP 0'),
      'a thousand formats': sdp(`m=audio 9 RTP/AVP ${Array.from({ length: 1_000 }, (_, at) => at).join(' ')}`),
      'payload types beyond the octet': sdp('m=audio 9 RTP/AVP 4294967296 -5 0x10'),
      'names of properties': sdp('m=__proto__ 9 RTP/AVP 0', 'a=__proto__:1', 'a=constructor:x', 'a=toString'),
      'line ends alone': '\r\n'.repeat(20_000),
      'bytes that are no text': `v=0\r\n${'\u0000\uffff'.repeat(2_000)}`,
    };

    it('session descriptions that are bombs are refused or taken in part, and the server stays well', async () => {
      await start();
      const conference = await stage.conference(ANYBODY);
      const uri = stage.uri(conference);
      for (const [name, body] of Object.entries(bombs)) {
        // What no datagram holds comes by connection.
        if (transport === 'udp' && Buffer.byteLength(body) > 60_000) continue;
        const one = await open();
        one.send(invite(uri, transport, 'sip:guest@elsewhere.example', body));
        await one.answered(1);
        expect([...one.finals.values()][0], name).to.be.oneOf([200, 400, 413, 488, 513]);
        one.close();
        senders.splice(senders.indexOf(one), 1);
        await isWell(conference);
      }
    });

    it('a call whose re-INVITE is a bomb goes on', async () => {
      await start();
      const conference = await stage.conference();
      const call = await (await stage.phone('carol')).joins(stage.uri(conference));
      for (const [name, body] of Object.entries(bombs)) {
        if (Buffer.byteLength(body) > 60_000) continue;
        expect((await call.reinvites(body)).status, name).to.be.oneOf([200, 400, 413, 488]);
        expect((await call.reinvites(sdp())).status, name).to.be.oneOf([200, 400]);
      }
      expect(call.ending).to.equal(undefined);
      await isWell(conference);
    });
  });
}
