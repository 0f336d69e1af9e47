import { expect } from 'chai';
import { Attempts } from '../../lib/directory/attempts.ts';
import type { Directory } from '../../lib/directory/directory.ts';
import { HttpAuthentication } from '../../lib/http/authentication.ts';
import type { Outcome, RequestFacts } from '../../lib/http/scheme.ts';
import { emptyDirectory } from '../directory/users.ts';
import { answer, basic, readChallenge } from './digest-client.ts';
import type { ClientWay } from './digest-client.ts';

const ALICE = 'xcon-userid:alice@example.com';
const plain: RequestFacts = {
  method: 'POST',
  url: '/ccmp',
  headers: {},
  source: '192.0.2.1',
  secure: true,
  loopback: false,
};
const from = (authorization: string, changes: Partial<RequestFacts> = {}): RequestFacts => ({
  ...plain,
  ...changes,
  headers: { ...changes.headers, authorization },
});
const userOf = (outcome: Outcome) => (outcome.kind === 'user' ? outcome.principal.userId : outcome);

describe('HTTP authentication', () => {
  const time = { now: 1_700_000_000_000 };
  let authentication: HttpAuthentication;
  let directory: Directory;

  beforeEach(async () => {
    ({ directory } = emptyDirectory());
    await directory.addUser({ login: 'alice', password: 'pässword' });
    await directory.addUser({ login: 'carol', domain: 'example.org', password: 'carols' });
    await directory.addUser({ login: 'dave', password: 'daves', digest: false });
    const clock = () => time.now;
    authentication = new HttpAuthentication(directory, new Attempts(clock), { clock });
  });
  afterEach(() => authentication.close());

  const challenge = (name: 'Basic' | 'SHA-256' | 'MD5', request = plain) =>
    authentication.challenges(request).find((one) => one.includes(name))!;
  const digest = (algorithm: 'SHA-256' | 'MD5', way: Partial<ClientWay> = {}) =>
    answer(challenge(algorithm), { username: 'alice', password: 'pässword', ...way });

  it('takes a request without credentials for what it is, and asks', async () => {
    const outcome = await authentication.authenticate(plain);
    expect(outcome).to.deep.equal({ kind: 'none' });
    if (outcome.kind === 'user') return;
    const { status, headers } = authentication.refusal(plain, outcome);
    expect(status).to.equal(401);
    expect(headers['WWW-Authenticate']).to.have.length(3);
  });

  it('challenges in the order Basic, Digest SHA-256, Digest MD5, one header each, with a nonce of its own', () => {
    const [first, second, third, ...more] = authentication.challenges(plain);
    expect(first).to.equal('Basic realm="example.com", charset="UTF-8"');
    expect(readChallenge(second!)).to.include({
      realm: 'example.com',
      algorithm: 'SHA-256',
      qop: 'auth',
      charset: 'UTF-8',
    });
    expect(readChallenge(third!)).to.include({ realm: 'example.com', algorithm: 'MD5', qop: 'auth' });
    expect(readChallenge(second!)['nonce']).not.to.equal(readChallenge(third!)['nonce']);
    expect(more).to.deep.equal([]);
  });

  it('offers and takes Basic only over TLS or inside the machine', async () => {
    for (const { secure, loopback, offered } of [
      { secure: true, loopback: false, offered: true },
      { secure: false, loopback: true, offered: true },
      { secure: false, loopback: false, offered: false },
    ]) {
      const request = from(basic('alice', 'pässword'), { secure, loopback });
      expect(authentication.challenges(request).some((one) => one.startsWith('Basic'))).to.equal(offered);
      expect((await authentication.authenticate(request)).kind).to.equal(offered ? 'user' : 'refused');
    }
  });

  it('takes Basic again over the connection of a proxy, but not for a client who sent it in clear', async () => {
    const connection = {};
    const request = from(basic('alice', 'pässword'), { connection });
    for (let times = 0; times < 3; times++) expect(userOf(await authentication.authenticate(request))).to.equal(ALICE);
    expect(await authentication.authenticate({ ...request, secure: false })).to.deep.equal({ kind: 'refused' });
    const other = from(basic('alice', 'wrong'), { connection });
    expect(await authentication.authenticate(other)).to.deep.equal({ kind: 'refused' });
    expect(userOf(await authentication.authenticate(request))).to.equal(ALICE);
  });

  it('ends Basic over a connection with the password, the rights and the user', async () => {
    const request = (password: string) => from(basic('erin', password), { connection: directory });
    const outcome = async (password: string) => {
      await authentication.authenticate(request(password));
      return authentication.authenticate(request(password));
    };
    const { userId } = await directory.addUser({ login: 'erin', password: 'erins' });
    expect(await outcome('erins')).to.have.nested.property('principal.systemAdministrator', false);
    await directory.update(userId, { systemAdministrator: true });
    expect(await outcome('erins')).to.have.nested.property('principal.systemAdministrator', true);
    await directory.setPassword(userId, 'new');
    expect(await outcome('erins')).to.deep.equal({ kind: 'refused' });
    expect(userOf(await outcome('new'))).to.equal(userId);
    await directory.removeUser(userId);
    expect(await outcome('new')).to.deep.equal({ kind: 'refused' });
  });

  it('knows a user by Basic under login and user@domain, not as sip:', async () => {
    for (const name of ['alice', 'Alice@Example.com']) {
      expect(userOf(await authentication.authenticate(from(basic(name, 'pässword'))))).to.equal(ALICE);
    }
    const sip = from(basic('sip', 'alice@example.com:pässword'));
    expect(await authentication.authenticate(sip)).to.deep.equal({ kind: 'refused' });
  });

  for (const algorithm of ['SHA-256', 'MD5'] as const) {
    for (const withoutQop of [false, true]) {
      for (const quotedAlgorithm of [false, true]) {
        const way = `${algorithm} ${withoutQop ? 'without' : 'with'} qop, algorithm ${quotedAlgorithm ? '' : 'un'}quoted`;
        it(`knows a user by Digest ${way}, under each of her names`, async () => {
          for (const username of ['alice', 'alice@example.com', 'sip:alice@example.com']) {
            const header = digest(algorithm, { username, withoutQop, quotedAlgorithm });
            const outcome = await authentication.authenticate(from(header));
            expect(userOf(outcome), username).to.equal(ALICE);
            expect(outcome).to.have.property('scheme', `Digest ${algorithm}`);
          }
        });
      }
    }
  }

  it('proves with Authentication-Info that it knows the secret too', async () => {
    const outcome = await authentication.authenticate(from(digest('SHA-256')));
    expect(outcome)
      .to.have.property('info')
      .that.matches(/^qop=auth, rspauth="[0-9a-f]{64}", cnonce="0a4f113b", nc=00000001$/);
    const legacy = await authentication.authenticate(from(digest('MD5', { withoutQop: true })));
    expect(legacy).not.to.have.property('info');
  });

  it('asks for users of the domain in From, else of the host, where it is served', async () => {
    const realmOf = (headers: RequestFacts['headers']) =>
      readChallenge(challenge('MD5', { ...plain, headers }))['realm'];
    expect(realmOf({ from: 'sip:carol@example.org' })).to.equal('example.org');
    expect(realmOf({ from: '"C" <sip:carol@EXAMPLE.org;transport=tls>' })).to.equal('example.org');
    expect(realmOf({ host: 'example.org:8080' })).to.equal('example.org');
    expect(realmOf({ from: 'sip:x@elsewhere.example', host: '127.0.0.1:8080' })).to.equal('example.com');
    const headers = { from: 'sip:carol@example.org' };
    const header = answer(challenge('SHA-256', { ...plain, headers }), { username: 'carol', password: 'carols' });
    expect(userOf(await authentication.authenticate(from(header, { headers })))).to.equal(
      'xcon-userid:carol@example.org',
    );
    expect(userOf(await authentication.authenticate(from(basic('carol', 'carols'), { headers })))).to.equal(
      'xcon-userid:carol@example.org',
    );
  });

  describe('refuses', () => {
    const refused = async (request: RequestFacts) => {
      expect(await authentication.authenticate(request)).to.deep.equal({ kind: 'refused' });
    };

    it('a scheme that it does not offer, and what is no credentials at all', async () => {
      for (const header of ['Bearer abc', 'Negotiate abc', 'Basic', 'Basic !', 'Digest', 'Digest x', '', '"']) {
        await refused(from(header));
      }
    });

    it('Digest credentials of another request', async () => {
      const header = digest('SHA-256');
      await refused(from(header, { method: 'GET' }));
      await refused(from(header, { url: '/ccmp?x' }));
      await refused(from(header, { url: '/other' }));
    });

    it('a wrong password and a name that nobody has with the same answer', async () => {
      const ways = [
        { password: 'wrong' },
        { username: 'nobody' },
        { username: 'ALICE' },
        { username: 'carol@example.org' },
      ];
      for (const way of ways) await refused(from(digest('SHA-256', way)));
      await refused(from(basic('alice', 'wrong')));
      await refused(from(basic('nobody', 'wrong')));
      await refused(from(basic('dave', 'wrong')));
    });

    it('Digest of a user who has no digest secret, whose Basic is served', async () => {
      await refused(from(digest('MD5', { username: 'dave', password: 'daves' })));
      expect(userOf(await authentication.authenticate(from(basic('dave', 'daves'))))).to.equal(
        'xcon-userid:dave@example.com',
      );
    });
  });

  describe('with stale nonces', () => {
    const stale = { kind: 'refused', stale: true };

    it('takes a nonce once per count, and says stale to a repeated one', async () => {
      const issued = challenge('SHA-256');
      const header = (nc: string) => from(answer(issued, { username: 'alice', password: 'pässword', nc }));
      expect(userOf(await authentication.authenticate(header('00000001')))).to.equal(ALICE);
      expect(await authentication.authenticate(header('00000001'))).to.deep.equal(stale);
      expect(userOf(await authentication.authenticate(header('00000002')))).to.equal(ALICE);
    });

    it('serves the same credentials once when they come twice at the same moment', async () => {
      const header = from(digest('MD5'));
      const outcomes = await Promise.all([authentication.authenticate(header), authentication.authenticate(header)]);
      expect(outcomes.map(({ kind }) => kind).sort()).to.deep.equal(['refused', 'user']);
    });

    it('serves a client that sends nc=00000001 with each fresh nonce, several at once', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, async () => authentication.authenticate(from(digest('SHA-256')))),
      );
      for (const outcome of outcomes) expect(userOf(outcome)).to.equal(ALICE);
    });

    it('says stale to an old nonce and to one of before a restart', async () => {
      const header = digest('SHA-256');
      time.now += 300_000;
      expect(await authentication.authenticate(from(header))).to.deep.equal(stale);
      const foreign = header.replace(/ nonce="[^"]*"/, ' nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"');
      expect(await authentication.authenticate(from(foreign))).to.deep.equal(stale);
      const { headers } = authentication.refusal(plain, { kind: 'refused', stale: true });
      expect(headers['WWW-Authenticate']).to.satisfy((all: string[]) =>
        all.filter((one) => one.startsWith('Digest')).every((one) => one.includes('stale=true')),
      );
    });

    it('counts none of them as a failed attempt', async () => {
      const used = from(digest('SHA-256'));
      await authentication.authenticate(used);
      for (let count = 0; count < 200; count += 1) {
        expect(await authentication.authenticate(used)).to.deep.equal(stale);
        expect(await authentication.authenticate(plain)).to.deep.equal({ kind: 'none' });
      }
      expect(userOf(await authentication.authenticate(from(digest('SHA-256'))))).to.equal(ALICE);
    });
  });

  describe('with failed attempts', () => {
    const fail = async (times: number, changes: Partial<RequestFacts> = {}) => {
      let outcome: Outcome | undefined;
      for (let count = 0; count < times; count += 1) {
        const header =
          count % 2 ? basic('alice', 'wrong') : digest('MD5', { username: 'sip:alice@example.com', password: 'wrong' });
        outcome = await authentication.authenticate(from(header, changes));
      }
      return outcome;
    };
    const blocked = { kind: 'refused', retryAfter: 1 };

    it('slows down whoever guesses, under all names and schemes together, even when the guess is right', async () => {
      expect(await fail(6)).to.deep.equal({ kind: 'refused' });
      expect(await authentication.authenticate(from(basic('alice', 'pässword')))).to.deep.equal(blocked);
      expect(await authentication.authenticate(from(digest('SHA-256')))).to.deep.equal(blocked);
      expect(
        await authentication.password('sip:alice@example.com', 'pässword', plain.source, { sip: true }),
      ).to.deep.equal(blocked);
      const { status, headers } = authentication.refusal(plain, { kind: 'refused', retryAfter: 1 });
      expect({ status, headers }).to.deep.equal({ status: 429, headers: { 'Retry-After': '1' } });
      time.now += 1000;
      expect(userOf(await authentication.authenticate(from(basic('alice', 'pässword'))))).to.equal(ALICE);
    });

    it('treats a name that nobody has in the same way', async () => {
      const guess = () => authentication.authenticate(from(basic('nobody', 'x')));
      for (let count = 0; count < 6; count += 1) expect(await guess()).to.deep.equal({ kind: 'refused' });
      expect(await guess()).to.deep.equal(blocked);
    });

    it('locks neither her out at another address nor others at the same address', async () => {
      await fail(40, { source: '198.51.100.7' });
      expect(userOf(await authentication.authenticate(from(digest('SHA-256'))))).to.equal(ALICE);
      const dave = from(basic('dave', 'daves'), { source: '198.51.100.7' });
      expect(userOf(await authentication.authenticate(dave))).to.equal('xcon-userid:dave@example.com');
    });
  });

  it('serves <subject> with a password and the name in any form', async () => {
    for (const name of ['alice', 'alice@example.com', 'sip:alice@example.com']) {
      const outcome = await authentication.password(name, 'pässword', plain.source, { sip: true });
      expect(userOf(outcome), name).to.equal(ALICE);
    }
  });

  it('asks to come back when too many passwords wait for scrypt', async () => {
    const many = Array.from({ length: 9 }, async () => authentication.authenticate(from(basic('dave', 'daves'))));
    const outcomes = await Promise.all(many);
    expect(outcomes.filter(({ kind }) => kind === 'user')).to.have.length(4);
    for (const outcome of outcomes.slice(4)) expect(outcome).to.deep.equal(blockedFor(1));
    expect(userOf(await authentication.authenticate(from(basic('dave', 'daves'))))).to.equal(
      'xcon-userid:dave@example.com',
    );
  });

  const blockedFor = (retryAfter: number) => ({ kind: 'refused', retryAfter });
});
