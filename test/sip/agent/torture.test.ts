import { expect } from 'chai';
import { parse, parseUri, Response, type SipUri } from '../../../lib/sip/message/index.ts';
import { MemoryLocationStore } from '../../../lib/sip/registrar/location-store.ts';
import type { RegistrarPolicy } from '../../../lib/sip/registrar/policy.ts';
import { newTag } from '../../../lib/sip/token.ts';
import { tortureBytes, TORTURES } from '../message/torture.ts';
import { Wire } from '../transport/party.ts';
import { closeAgents, openAgent, type TestAgent } from './agents.ts';

/** example.com, where everybody must prove who he is. */
const policy: RegistrarPolicy = {
  serves: (domain) => domain === 'example.com',
  authorise: () =>
    Promise.resolve({ status: 401, fields: [['WWW-Authenticate', 'Digest realm="example.com", nonce="1"']] }),
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
    const { port } = parseUri(server.uri('x')) as SipUri;
    wire = new Wire({ address: '127.0.0.1', port: port ?? 0 });
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
