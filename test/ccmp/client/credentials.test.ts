import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { HttpCredentials } from '../../../lib/ccmp/client/credentials.ts';
import { Attempts } from '../../../lib/directory/attempts.ts';
import { Directory } from '../../../lib/directory/directory.ts';
import { HttpAuthentication } from '../../../lib/http/authentication.ts';
import { MemoryStore } from '../../../lib/store/memory.ts';

const first = { confidential: false, shown: false };

function answered(challenges: string[], facts = first): string | undefined {
  const credentials = new HttpCredentials('Mufasa', 'Circle of Life');
  return credentials.accept(challenges, facts) ? credentials.authorization('POST', '/ccmp?a=1') : undefined;
}

describe('HTTP credentials of a client', () => {
  const digest = (algorithm: string) =>
    `Digest realm="a, \\"b\\"", nonce="n==", qop="auth-int, auth", algorithm=${algorithm}`;

  it('are Basic where nobody can listen, and only there', () => {
    const basic = `Basic ${Buffer.from('Mufasa:Circle of Life').toString('base64')}`;
    expect(answered(['Basic realm="x"', digest('MD5')], { confidential: true, shown: false })).to.equal(basic);
    expect(answered(['Basic realm="x"'])).to.equal(undefined);
  });

  it('are the strongest Digest otherwise, in whatever order and headers it is offered', () => {
    for (const challenges of [
      [digest('MD5'), digest('SHA-256')],
      [`${digest('SHA-256')}, ${digest('MD5')}, Basic realm="x"`],
    ])
      expect(answered(challenges))
        .to.match(/^Digest username="Mufasa", realm="a, \\"b\\"", nonce="n==", uri="\/ccmp\?a=1"/)
        .and.contain('algorithm=SHA-256');
    expect(answered([digest('SHA-512-256')])).to.equal(undefined);
    expect(answered(['Negotiate abc=='])).to.equal(undefined);
  });

  it('hash as RFC 2617 says where no qop is offered', () => {
    expect(answered(['Digest realm="r", nonce="n"']))
      .to.match(/response="[0-9a-f]{32}"$/)
      .and.not.contain('cnonce');
  });

  it('are believed by the server, with both algorithms and a nonce used again', async () => {
    const directory = new Directory(new MemoryStore(), { domains: ['example.com'], key: randomBytes(32) });
    const authentication = new HttpAuthentication(directory, new Attempts(Date.now));
    const { userId } = await directory.addUser({ login: 'alice', password: 'demo ü' });
    const facts = { method: 'POST', url: '/ccmp', headers: {}, source: '192.0.2.1', secure: false, loopback: false };
    const challenges = authentication.challenges(facts);
    for (const offered of [challenges, challenges.filter((challenge) => challenge.includes('MD5'))]) {
      const credentials = new HttpCredentials('alice@example.com', 'demo ü');
      expect(credentials.accept(offered, first)).to.equal(true);
      for (let uses = 0; uses < 2; uses += 1) {
        const authorization = credentials.authorization('POST', '/ccmp');
        const outcome = await authentication.authenticate({ ...facts, headers: { authorization } });
        expect(outcome).to.have.nested.property('principal.userId', userId);
      }
    }
    authentication.close();
  });

  it('count how often a nonce was used', () => {
    const credentials = new HttpCredentials('a', 'b');
    credentials.accept([digest('MD5')], first);
    expect(credentials.authorization('POST', '/')).to.contain('nc=00000001');
    expect(credentials.authorization('POST', '/')).to.contain('nc=00000002');
  });

  it('are not shown again after they were refused, unless the nonce was only stale', () => {
    const shown = { confidential: false, shown: true };
    expect(answered([digest('MD5')], shown)).to.equal(undefined);
    expect(answered([`${digest('MD5')}, stale=TRUE`], shown)).to.contain('nonce="n=="');
  });
});
