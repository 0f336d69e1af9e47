import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { issuers as issuersSetting } from '../../lib/config/issuers.ts';
import { Attempts } from '../../lib/directory/attempts.ts';
import type { Directory } from '../../lib/directory/directory.ts';
import { HttpAuthentication } from '../../lib/http/authentication.ts';
import { bearerDefaults, BearerScheme } from '../../lib/http/bearer.ts';
import { UnusableKeys, type Issuer } from '../../lib/http/issuers.ts';
import type { Outcome, RequestFacts } from '../../lib/http/scheme.ts';
import { emptyDirectory } from '../directory/users.ts';
import { signal } from './connection.ts';

const ISSUER = 'https://id.example.com';
const ALICE = 'xcon-userid:alice@example.com';
const NOW = 1_700_000_000;

describe('bearer tokens', () => {
  const time = { now: NOW * 1_000 };
  let folder: string;
  let own: { publicKey: CryptoKey; privateKey: CryptoKey };
  let other: { publicKey: CryptoKey; privateKey: CryptoKey };
  let keySet: Server;
  let answer: () => { status: number; keys?: unknown };
  let asked = 0;
  let url: string;
  let directory: Directory;
  const opened: HttpAuthentication[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plenary-keys-'));
    [own, other] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
    writeFileSync(join(folder, 'own.pem'), await exportSPKI(own.publicKey));
    keySet = createServer((_request, response) => {
      asked += 1;
      const { status, keys } = answer();
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ keys }));
    });
    const listening = signal();
    keySet.listen(0, '127.0.0.1', listening.give);
    await listening.given;
    url = `http://127.0.0.1:${(keySet.address() as AddressInfo).port}/jwks.json`;
  });
  after(() => {
    keySet.close();
    keySet.closeAllConnections();
    rmSync(folder, { recursive: true });
  });

  beforeEach(async () => {
    time.now = NOW * 1_000;
    asked = 0;
    const jwk = { ...(await exportJWK(own.publicKey)), kid: 'one', alg: 'ES256' };
    answer = () => ({ status: 200, keys: [jwk] });
    directory = emptyDirectory().directory;
    await directory.addUser({
      login: 'alice',
      password: 'sesame',
      addresses: ['sip:alice@example.com', 'mailto:alice@example.net'],
    });
  });
  afterEach(() => opened.splice(0).forEach((one) => one.close()));

  const configured = (changes: Partial<Issuer> = {}): Issuer => ({
    issuer: ISSUER,
    audience: 'plenary',
    algorithm: 'ES256',
    keys: join(folder, 'own.pem'),
    claim: 'sub',
    ...changes,
  });

  async function accepting(...issuers: Issuer[]): Promise<HttpAuthentication> {
    const clock = () => time.now;
    const bearer = await BearerScheme.open(directory, issuers, bearerDefaults, clock);
    const authentication = new HttpAuthentication(directory, new Attempts(clock), { clock, bearer });
    opened.push(authentication);
    return authentication;
  }

  const good = { iss: ISSUER, aud: 'plenary', exp: NOW + 60, sub: 'alice' };
  const sign = (claims: Record<string, unknown> = {}, key = own.privateKey, kid = 'one') => {
    const all = Object.entries<unknown>({ ...good, ...claims }).filter(([, value]) => value !== undefined);
    return new SignJWT(Object.fromEntries(all)).setProtectedHeader({ alg: 'ES256', kid }).sign(key);
  };
  const plain: RequestFacts = {
    method: 'POST',
    url: '/ccmp',
    headers: {},
    source: '192.0.2.1',
    secure: true,
    loopback: false,
  };
  const carrying = (token: string, changes: Partial<RequestFacts> = {}): RequestFacts => ({
    ...plain,
    ...changes,
    headers: { authorization: `Bearer ${token}` },
  });
  const userOf = (outcome: Outcome) => (outcome.kind === 'user' ? outcome.principal.userId : outcome);

  it('are asked for first, and only where passwords are', async () => {
    const authentication = await accepting(configured());
    const names = (request: RequestFacts) => authentication.challenges(request).map((one) => one.split(' ')[0]);
    expect(names(plain)).to.deep.equal(['Bearer', 'Basic', 'Digest', 'Digest']);
    expect(names({ ...plain, secure: false })).to.deep.equal(['Digest', 'Digest']);
    expect(authentication.challenges(plain)[0]).to.equal('Bearer realm="example.com"');
    const open = carrying(await sign(), { secure: false });
    expect(await authentication.authenticate(open)).to.deep.equal({ kind: 'refused' });
  });

  it('name their user by login, user@domain, id or address', async () => {
    const authentication = await accepting(configured());
    for (const sub of ['alice', 'alice@example.com', ALICE, 'sip:Alice@example.com', 'mailto:alice@example.net']) {
      const outcome = await authentication.authenticate(carrying(await sign({ sub })));
      expect(userOf(outcome), sub).to.equal(ALICE);
      expect(outcome).to.have.property('scheme', 'Bearer');
    }
    for (const sub of ['bob', 'alice@elsewhere.example', 'sip:bob@example.com', 'xcon-userid:bob@example.com'])
      expect(await authentication.authenticate(carrying(await sign({ sub })))).to.deep.equal({ kind: 'refused' });
  });

  it('name their user by the claim that is configured; an e-mail address must be verified', async () => {
    const byName = await accepting(configured({ claim: 'preferred_username' }));
    expect(userOf(await byName.authenticate(carrying(await sign({ sub: 'x', preferred_username: 'alice' }))))).to.equal(
      ALICE,
    );
    const byMail = await accepting(configured({ claim: 'email' }));
    const email = 'alice@example.com';
    expect(userOf(await byMail.authenticate(carrying(await sign({ email, email_verified: true }))))).to.equal(ALICE);
    for (const email_verified of [false, 'true', undefined])
      expect(userOf(await byMail.authenticate(carrying(await sign({ email, email_verified }))))).to.deep.equal({
        kind: 'refused',
      });
  });

  it('that lack something, or are of somebody else, are refused, and the challenge says so', async () => {
    const authentication = await accepting(configured());
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(good)).toString('base64url')}.`;
    // The public key as the secret of an HMAC: the classic confusion of algorithms.
    const secret = new TextEncoder().encode(await exportSPKI(own.publicKey));
    const confused = await new SignJWT(good).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    const whole = await sign();
    const tokens = {
      'another issuer': await sign({ iss: 'https://other.example' }),
      'no issuer': await sign({ iss: undefined }),
      'another audience': await sign({ aud: 'mail' }),
      'no audience': await sign({ aud: undefined }),
      'no end': await sign({ exp: undefined }),
      'an end that is past': await sign({ exp: NOW - 31 }),
      'a beginning to come': await sign({ nbf: NOW + 31 }),
      'no user': await sign({ sub: undefined }),
      'a user that is no text': await sign({ sub: 7 }),
      'another key': await sign({}, other.privateKey),
      'no signature': unsigned,
      'another algorithm': confused,
      'a changed byte': whole.slice(0, -2) + (whole.endsWith('AA') ? 'BB' : 'AA'),
      'no JWT': 'abc.def',
    };
    for (const [name, token] of Object.entries(tokens)) {
      const request = carrying(token);
      const outcome = await authentication.authenticate(request);
      expect(outcome, name).to.deep.equal({ kind: 'refused' });
      expect(authentication.challenges(request)[0]).to.equal('Bearer realm="example.com", error="invalid_token"');
    }
  });

  it('are checked once and believed until they expire, while their user is there', async () => {
    const authentication = await accepting(configured({ keys: url }));
    expect(asked, 'keys are fetched when they are needed').to.equal(0);
    const token = await sign();
    for (let times = 0; times < 3; times++)
      expect(userOf(await authentication.authenticate(carrying(token)))).to.equal(ALICE);
    expect(userOf(await authentication.authenticate(carrying(await sign({ jti: 'next' }))))).to.equal(ALICE);
    expect(asked, 'and kept').to.equal(1);
    time.now += 91_000;
    expect(await authentication.authenticate(carrying(token))).to.deep.equal({ kind: 'refused' });
    time.now -= 91_000;
    await directory.removeUser((await directory.find('alice'))!.userId);
    expect(await authentication.authenticate(carrying(token))).to.deep.equal({ kind: 'refused' });
  });

  it('wait when the keys can not be had: that is no fault of theirs', async () => {
    const authentication = await accepting(configured({ keys: url }));
    answer = () => ({ status: 500 });
    const outcome = await authentication.authenticate(carrying(await sign()));
    expect(outcome).to.deep.equal({ kind: 'refused', unavailable: true, retryAfter: 5 });
    if (outcome.kind === 'user') return;
    expect(authentication.refusal(plain, outcome)).to.deep.equal({ status: 503, headers: { 'Retry-After': '5' } });
  });

  it('of an unknown key do not make us ask for keys each time', async () => {
    const authentication = await accepting(configured({ keys: url }));
    for (const kid of ['two', 'three', 'four'])
      expect(userOf(await authentication.authenticate(carrying(await sign({}, own.privateKey, kid))))).to.deep.equal({
        kind: 'refused',
      });
    expect(asked).to.equal(1);
  });

  it('take new keys from their file, and keep the old ones when it is broken', async () => {
    const file = join(folder, 'changing.json');
    const write = async (key: CryptoKey) =>
      writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(key)), kid: 'one', alg: 'ES256' }] }));
    await write(own.publicKey);
    const bearer = await BearerScheme.open(directory, [configured({ keys: file })], bearerDefaults, () => time.now);
    const kind = async (token: string) =>
      (await bearer.authenticate(plain, '', { scheme: 'bearer', token, parameters: new Map() })).kind;
    const [before, after] = [await sign(), await sign({}, other.privateKey)];
    expect([await kind(before), await kind(after)]).to.deep.equal(['user', 'refused']);
    await write(other.publicKey);
    await bearer.reload();
    expect([await kind(before), await kind(after)]).to.deep.equal(['refused', 'user']);
    writeFileSync(file, 'nonsense');
    expect(await bearer.reload().catch((error: unknown) => error)).to.be.instanceOf(UnusableKeys);
    expect(await kind(after)).to.equal('user');
    bearer.close();
  });

  it('need an issuer that is configured whole', () => {
    const setting = issuersSetting('');
    const read = (raw: unknown) => setting.read(raw);
    const whole = { issuer: ISSUER, audience: 'plenary', algorithm: 'ES256', keys: 'keys.pem' };
    expect(read(JSON.stringify([whole]))).to.deep.equal([{ ...whole, claim: 'sub' }]);
    expect(read([{ ...whole, keys: 'http://[::1]:80/keys' }])).to.have.length(1);
    const wrong: [unknown, string][] = [
      ['{}', 'is not a list'],
      [[1], 'no object'],
      [[{ ...whole, audience: undefined }], 'needs audience'],
      [[{ ...whole, algorithm: 'HS256' }], 'HS256 is none of'],
      [[{ ...whole, algorithm: 'none' }], 'none is none of'],
      [[{ ...whole, keys: 'http://id.example.com/keys' }], 'must be an https URL'],
      [[{ ...whole, secret: 'x' }], 'has no secret'],
      [[whole, whole], 'names an issuer twice'],
    ];
    for (const [raw, message] of wrong) expect(() => read(raw), message).to.throw(message);
  });
});
