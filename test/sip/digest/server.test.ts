import { expect } from 'chai';
import { ha1Of } from '../../../lib/sip/digest/algorithm.ts';
import { readChallenge } from '../../../lib/sip/digest/challenge.ts';
import { DigestClient } from '../../../lib/sip/digest/client.ts';
import type { AttemptLimit, DigestAlgorithm } from '../../../lib/sip/digest/credential-source.ts';
import { readCredentials } from '../../../lib/sip/digest/credentials.ts';
import { DigestServer } from '../../../lib/sip/digest/server.ts';
import type { DigestOptions } from '../../../lib/sip/digest/server.ts';
import { message } from './messages.ts';
import type { BareMessage } from './messages.ts';

const REALM = 'example.com';
const SOURCE = '192.0.2.7';
const ALL: readonly DigestAlgorithm[] = ['SHA-512-256', 'SHA-256', 'MD5'];

describe('a digest server', () => {
  let now: number;
  let asked: string[];

  beforeEach(() => {
    now = 0;
    asked = [];
  });

  const server = (options: Partial<DigestOptions> = {}) =>
    new DigestServer({
      now: () => now,
      credentials: {
        lookup: (user, realm) => {
          asked.push(`${user}@${realm}`);
          return Promise.resolve(user === 'bob' ? { ha1: ha1Of('bob', realm, 'zanzibar', ALL) } : undefined);
        },
      },
      ...options,
    });
  const client = (user = 'bob', password = 'zanzibar') => new DigestClient(() => ({ user, password }));

  /** The request again with credentials for the challenge. */
  function answered(by: DigestServer, { of = client(), request = message(), stale = false } = {}): BareMessage {
    const fields = of.answer(request, message(by.challenge(REALM, stale)));
    return message(fields, { method: request.method, target: request.target, body: request.body.toString() });
  }

  it('challenges once for each algorithm, the most preferred first, with qop (RFC 8760 §2.3)', () => {
    const fields = server({ algorithms: ALL }).challenge(REALM);
    const challenges = fields.map(([name, value]) => ({ name, ...readChallenge(value) }));
    expect(challenges.map(({ name, algorithm }) => [name, algorithm])).to.deep.equal(
      ALL.map((algorithm) => ['WWW-Authenticate', algorithm]),
    );
    for (const { qop, stale } of challenges)
      expect({ qop, stale }).to.deep.equal({ qop: ['auth', 'auth-int'], stale: false });
  });

  it('challenges for a proxy in the fields of a proxy, and says when a nonce is stale', () => {
    const [field] = server().challenge(REALM, true, 'proxy');
    expect(field?.[0]).to.equal('Proxy-Authenticate');
    expect(readChallenge(field?.[1] ?? '')?.stale).to.equal(true);
  });

  for (const algorithm of ALL)
    it(`takes right credentials by ${algorithm}`, async () => {
      const by = server({ algorithms: [algorithm] });
      const result = await by.authenticate(answered(by), REALM, SOURCE);
      expect(result).to.include({ kind: 'user', user: 'bob', realm: REALM, algorithm });
    });

  it('takes credentials over the body (auth-int), and not with another body', async () => {
    const by = server({ qop: ['auth-int'] });
    const request = answered(by, { request: message([], { body: 'v=0' }) });
    const forged = message(request.fields, { body: 'v=1' });
    expect(await by.authenticate(forged, REALM, SOURCE)).to.deep.equal({ kind: 'challenge', stale: false });
    expect(await by.authenticate(request, REALM, SOURCE)).to.include({ kind: 'user' });
  });

  it('proves to the client that it knows the secret', async () => {
    const by = server();
    const of = client();
    const request = answered(by, { of });
    const result = await by.authenticate(request, REALM, SOURCE);
    const info = result.kind === 'user' ? (result.info(Buffer.alloc(0)) ?? '') : '';
    expect(info).to.match(/^qop=auth, rspauth="[\da-f]{64}", cnonce="[^"]+", nc=00000001$/u);
    expect(of.confirm(request, message([['Authentication-Info', info]]))).to.equal(true);
    expect(of.confirm(request, message([['Authentication-Info', info.replace(/rspauth="./u, 'rspauth="x')]]))).to.equal(
      false,
    );
  });

  it('takes credentials without qop once (RFC 3261 §22.4)', async () => {
    const by = server();
    const challenge = by.challenge(REALM).map(([name, value]) => [name, value.replace(/ qop="[^"]*",/u, '')] as const);
    const request = message(client().answer(message(), message(challenge)));
    expect(readCredentials(request.headers('Authorization')[0] ?? '')?.protection).to.equal(undefined);
    expect(await by.authenticate(request, REALM, SOURCE)).to.include({ kind: 'user' });
    expect(await by.authenticate(request, REALM, SOURCE)).to.deep.equal({ kind: 'challenge', stale: true });
  });

  const refusals: readonly (readonly [what: string, made: (by: DigestServer) => BareMessage])[] = [
    ['no credentials', () => message()],
    ['a wrong password', (by) => answered(by, { of: client('bob', 'guess') })],
    ['an unknown user', (by) => answered(by, { of: client('mallory') })],
    ['credentials for another method', (by) => message(answered(by).fields, { method: 'INVITE' })],
    ['another scheme', () => message([['Authorization', 'Basic Ym9iOnphbnppYmFy']])],
    ['garbage', () => message([['Authorization', 'Digest ,,,']])],
    [
      'an algorithm that was not offered',
      (by) => message([['Authorization', answered(by).headers('Authorization')[0]!.replace('SHA-256', 'SHA-512-256')]]),
    ],
    [
      'credentials for another realm',
      (by) => message([['Authorization', answered(by).headers('Authorization')[0]!.replace(REALM, 'other')]]),
    ],
    [
      'credentials of a proxy',
      (by) => message(answered(by).fields.map(([, value]) => ['Proxy-Authorization', value] as const)),
    ],
  ];
  for (const [what, made] of refusals)
    it(`challenges again after ${what}`, async () => {
      const by = server();
      expect(await by.authenticate(made(by), REALM, SOURCE)).to.deep.equal({ kind: 'challenge', stale: false });
    });

  it('does the same for an unknown user as for a known one: one look-up, one answer', async () => {
    const by = server();
    const known = await by.authenticate(answered(by, { of: client('bob', 'guess') }), REALM, SOURCE);
    const unknown = await by.authenticate(answered(by, { of: client('mallory', 'guess') }), REALM, SOURCE);
    expect(unknown).to.deep.equal(known);
    expect(asked).to.deep.equal(['bob@example.com', 'mallory@example.com']);
  });

  it('calls a nonce stale that is too old, was made by another or was used with that count', async () => {
    const by = server();
    const request = answered(by);
    const stale = { kind: 'challenge', stale: true };
    expect(await by.authenticate(request, REALM, SOURCE)).to.include({ kind: 'user' });
    expect(await by.authenticate(request, REALM, SOURCE), 'replayed').to.deep.equal(stale);
    expect(await by.authenticate(answered(server()), REALM, SOURCE), 'foreign').to.deep.equal(stale);
    const late = answered(by);
    now += 300_000;
    expect(await by.authenticate(late, REALM, SOURCE), 'late').to.deep.equal(stale);
    expect(asked.length, 'looks nobody up for a nonce that is not current').to.equal(2);
  });

  it('takes the next count of a nonce without a new challenge', async () => {
    const by = server();
    const of = client();
    await by.authenticate(answered(by, { of }), REALM, SOURCE);
    const next = message(of.authorize(message()));
    expect(readCredentials(next.headers('Authorization')[0] ?? '')?.protection?.nc).to.equal('00000002');
    expect(await by.authenticate(next, REALM, SOURCE)).to.include({ kind: 'user' });
  });

  it('takes credentials made for a URI that it accepts only (RFC 8760 §2.6 rule 6)', async () => {
    const by = server({ accepts: (uri) => uri.endsWith('@example.com') });
    expect(await by.authenticate(answered(by), REALM, SOURCE)).to.include({ kind: 'user' });
    const other = answered(by, { request: message([], { target: 'sip:x@example.org' }) });
    expect(await by.authenticate(other, REALM, SOURCE)).to.deep.equal({ kind: 'challenge', stale: false });
  });

  it('slows down who guesses, under user and address', async () => {
    const tried: string[] = [];
    const attempts: AttemptLimit = {
      limit: async (subject, source, check) => {
        tried.push(`${subject} ${source}`);
        if (tried.length > 1) return { retryAfter: 7 };
        const found = await check();
        return found === undefined ? {} : { found };
      },
    };
    const by = server({ attempts });
    await by.authenticate(message(), REALM, SOURCE);
    expect(tried, 'no credentials are no attempt').to.deep.equal([]);
    const wrong = answered(by, { of: client('bob', 'guess') });
    expect(await by.authenticate(wrong, REALM, SOURCE)).to.deep.equal({ kind: 'challenge', stale: false });
    expect(await by.authenticate(answered(by), REALM, SOURCE)).to.deep.equal({ kind: 'slowed', retryAfter: 7 });
    expect(tried).to.deep.equal([`bob@${REALM} ${SOURCE}`, `bob@${REALM} ${SOURCE}`]);
  });
});
