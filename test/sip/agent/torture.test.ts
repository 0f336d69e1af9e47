import { createSocket, type Socket } from 'node:dgram';
import { on, once } from 'node:events';
import { expect } from 'chai';
import { parse, parseUri, Request, Response, type SipUri } from '../../../lib/sip/message/index.ts';
import { MemoryLocationStore } from '../../../lib/sip/registrar/location-store.ts';
import type { RegistrarPolicy } from '../../../lib/sip/registrar/policy.ts';
import { newTag } from '../../../lib/sip/token.ts';
import { tortureBytes, TORTURES } from '../message/torture.ts';
import { Wire } from '../transport/party.ts';
import { closeAgents, openAgent, type TestAgent } from './agents.ts';

const CHALLENGE = { status: 401, fields: [['WWW-Authenticate', 'Digest realm="example.com", nonce="1"']] } as const;

/** example.com, where nobody must prove who he is, and nobody who tries can. */
const policy: RegistrarPolicy = {
  serves: (domain) => domain === 'example.com' || domain === 'example.net',
  authorise: ({ request }) => Promise.resolve(request.has('Authorization') ? CHALLENGE : undefined),
};

const OPTIONS = [
  'OPTIONS sip:example.com SIP/2.0',
  'Via: SIP/2.0/TCP client.invalid;branch=z9hG4bKhonest',
  'From: <sip:honest@example.com>;tag=1',
  'To: <sip:example.com>',
  'Call-ID: honest',
  'CSeq: 1 OPTIONS',
  'Content-Length: 0\r\n\r\n',
].join('\r\n');

const portOf = (uri: string): number => (parseUri(uri) as SipUri).port ?? 0;

describe('a SIP user agent and torture messages', () => {
  let server: TestAgent;
  let wire: Wire;

  beforeEach(async () => {
    server = await openAgent('tcp', { registrar: { store: new MemoryLocationStore(), policy } });
    const sdp = { takes: ['application/sdp'], gives: ['application/sdp'] };
    const busy = 486;
    server.agent.handle(
      'INVITE',
      (transaction) => transaction.respond(Response.to(transaction.request, busy, { toTag: newTag() })),
      sdp,
    );
    wire = new Wire({ address: '127.0.0.1', port: portOf(server.uri('x')) });
  });

  afterEach(async () => {
    wire.socket.destroy();
    await closeAgents();
    expect(server.errors).to.deep.equal([]);
  });

  /** What comes back before the answer to an honest request, by Call-ID. */
  async function answersTo(bytes: Buffer): Promise<Response[]> {
    wire.send(bytes).send(OPTIONS);
    const text = await wire.until('Call-ID: honest');
    return text
      .split(/(?=SIP\/2\.0 \d)/)
      .map((one) => parse(Buffer.from(`${one.split('\r\n\r\n', 1).join('')}\r\n\r\n`)) as Response)
      .filter(({ callId, status }) => callId !== 'honest' && status >= 200);
  }

  for (const { rfc, section, name, later } of TORTURES) {
    if (later === undefined) continue;
    it(`RFC ${rfc} §${section} ${name}: ${later}`, async () => {
      const answers = await answersTo(tortureBytes(rfc, name));
      const told = answers.map(({ status, reason }) => `${status} ${reason}`);
      const expected = later.startsWith('dropped') ? [] : [later.replace(/ by the registrar$/, '')];
      expect(told.map((one, at) => one.slice(0, expected[at]?.length))).to.deep.equal(expected);
    });
  }

  describe('over UDP, with answers to where a message came from (RFC 3581)', () => {
    let hostile: Socket;
    let port: number;
    let bare: TestAgent;

    beforeEach(async () => {
      bare = await openAgent('udp');
      bare.agent.handle('INVITE', (transaction) =>
        transaction.respond(Response.to(transaction.request, 486, { toTag: newTag() })),
      );
      port = portOf(bare.uri('x'));
      hostile = createSocket('udp4').bind(0, '127.0.0.1');
      await once(hostile, 'listening');
    });
    afterEach(() => {
      hostile.close();
      expect(bare.errors).to.deep.equal([]);
    });

    /** Status and reason of what comes before the answer to an honest request. */
    async function answerTo(bytes: Buffer): Promise<string> {
      const coming = on(hostile, 'message') as AsyncIterable<[Buffer]>;
      const via = /^(?:Via|v)\s*:\s*SIP\s*\/\s*\S+\s*\/\s*\w+\s[^;,\r]*/im;
      hostile.send(Buffer.from(bytes.toString('latin1').replace(via, '$&;rport'), 'latin1'), port, '127.0.0.1');
      const honest = `honest-${newTag()}`;
      hostile.send(
        OPTIONS.replaceAll('honest', honest).replace('TCP', 'UDP').replace(';', ';rport;'),
        port,
        '127.0.0.1',
      );
      let told = 'nothing';
      for await (const [answer] of coming) {
        if (answer.includes(`Call-ID: ${honest}`)) break;
        told = answer.toString().split('\r\n', 1).join('').replace('SIP/2.0 ', '');
      }
      return told;
    }

    for (const { rfc, section, name, verdict } of TORTURES) {
      if (verdict === 'taken') continue;
      const answer = verdict === 'dropped' ? 'nothing' : verdict;
      it(`RFC ${rfc} §${section} ${name} gets ${answer}`, async () => {
        expect(await answerTo(tortureBytes(rfc, name))).to.equal(answer);
      });
    }

    it('every other request is answered, none as malformed', async () => {
      for (const { rfc, name, verdict } of TORTURES) {
        if (verdict !== 'taken' || !(parse(tortureBytes(rfc, name)) instanceof Request)) continue;
        expect(await answerTo(tortureBytes(rfc, name)), name).to.match(/^(?!400|500|505|513)[2-6]\d\d /);
      }
    });
  });

  for (const [name, uri] of [
    ['cparam01', 'sip:+19725552222@gw1.example.net'],
    ['cparam02', 'sip:+19725552222@gw1.example.net;unknownparam'],
    ['regescrt', 'sip:user@example.com?Route=%3Csip:sip.example.com%3E'],
  ] as const) {
    it(`keeps the binding of ${name} as it was meant, and shows it so to who asks`, async () => {
      const [made] = await answersTo(tortureBytes(4475, name));
      const asked = tortureBytes(4475, name)
        .toString()
        .replace(/^(Contact|M):.*\r\n/m, '')
        .replace(/^CSeq: \d+/m, 'CSeq: 99999999')
        .replace('kkdjuw', 'another');
      const fetched = await new Wire(wire.to).send(asked).until('\r\n\r\n');
      for (const { contacts } of [made!, parse(Buffer.from(fetched))]) {
        expect(contacts.map((contact) => contact.uri.toString())).to.deep.equal([uri]);
      }
    });
  }

  for (const [name, field, values] of [
    ['bext01', 'Unsupported', ['nothingSupportsThis', 'nothingSupportsThisEither']],
    ['invut', 'Accept', ['application/sdp']],
  ] as const) {
    it(`says in ${field} what is the matter with ${name}`, async () => {
      const answers = await answersTo(tortureBytes(4475, name));
      expect(answers.map((answer) => answer.headers(field))).to.deep.equal([values]);
    });
  }
});
