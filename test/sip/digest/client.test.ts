import { expect } from 'chai';
import { ha1Of } from '../../../lib/sip/digest/algorithm.ts';
import { DigestClient } from '../../../lib/sip/digest/client.ts';
import { readCredentials } from '../../../lib/sip/digest/credentials.ts';
import { message } from './messages.ts';

const challenge = (realm: string, { algorithm = 'MD5', nonce = 'n', more = '' } = {}) =>
  `Digest realm="${realm}", nonce="${nonce}", qop="auth", algorithm=${algorithm}${more}`;

const asked = (...values: string[]) => message(values.map((value) => ['WWW-Authenticate', value] as const));
const client = () =>
  new DigestClient((realm) => (realm === 'nowhere' ? undefined : { user: 'alice', password: 'secret' }));

const sentBy = (fields: readonly (readonly [string, string])[] | undefined) =>
  fields?.map(([name, value]) => ({ name, ...readCredentials(value) }));

describe('a digest client', () => {
  it('answers the topmost challenge that it supports (RFC 8760 §2.4)', () => {
    const fields = client().answer(
      message(),
      asked(
        'Basic realm="a"',
        challenge('a', { algorithm: 'SHA-999' }),
        challenge('a', { algorithm: 'SHA-256' }),
        challenge('a'),
      ),
    );
    expect(sentBy(fields)?.map(({ name, algorithm }) => [name, algorithm])).to.deep.equal([
      ['Authorization', 'SHA-256'],
    ]);
  });

  it('answers each realm, of servers and of proxies (RFC 3261 §22.3)', () => {
    const response = message([
      ['WWW-Authenticate', challenge('a')],
      ['WWW-Authenticate', challenge('nowhere')],
      ['Proxy-Authenticate', challenge('p', { more: ', opaque="o"' })],
      ['Proxy-Authenticate', challenge('q')],
    ]);
    expect(sentBy(client().answer(message(), response))?.map(({ name, realm }) => [name, realm])).to.deep.equal([
      ['Authorization', 'a'],
      ['Proxy-Authorization', 'p'],
      ['Proxy-Authorization', 'q'],
    ]);
  });

  it('gives opaque back and names the URI of the request', () => {
    const [field] = client().answer(message(), asked(challenge('a', { more: ', opaque="x\\"y"' }))) ?? [];
    expect(field?.[1]).to.include('opaque="x\\"y"').and.include('uri="sip:conference@example.com"');
  });

  it('keeps the credentials for a proxy when the server asks next', () => {
    const of = client();
    const first = message(of.answer(message(), message([['Proxy-Authenticate', challenge('p')]])));
    const second = of.answer(first, asked(challenge('a')));
    expect(sentBy(second)?.map(({ name, protection }) => [name, protection?.nc])).to.deep.equal([
      ['Proxy-Authorization', '00000002'],
      ['Authorization', '00000001'],
    ]);
  });

  it('gives up when nothing can be answered', () => {
    expect(client().answer(message(), asked(challenge('nowhere')))).to.equal(undefined);
    expect(client().answer(message(), asked())).to.equal(undefined);
    expect(client().answer(message(), asked(challenge('a', { algorithm: 'MD5-sess' })))).to.equal(undefined);
    expect(client().answer(message(), asked('Digest realm="a", nonce="n", qop="token"'))).to.equal(undefined);
  });

  it('gives up when fresh credentials are refused, unless their nonce was stale', () => {
    const of = client();
    const again = message(of.answer(message(), asked(challenge('a'))));
    expect(of.answer(again, asked(challenge('a', { nonce: 'm', more: ', stale=TRUE' })))).to.have.length(1);
    expect(of.answer(again, asked(challenge('a', { nonce: 'm' })))).to.equal(undefined);
    expect(of.authorize(message()), 'and forgets them').to.deep.equal([]);
  });

  it('tries once more when credentials for an old challenge are refused', () => {
    const of = client();
    of.answer(message(), asked(challenge('a')));
    const next = message(of.authorize(message()));
    const fields = of.answer(next, asked(challenge('a', { nonce: 'm' })));
    expect(sentBy(fields)?.map(({ nonce, protection }) => [nonce, protection?.nc])).to.deep.equal([['m', '00000001']]);
  });

  it('takes the next nonce from Authentication-Info', () => {
    const of = client();
    const request = message(of.answer(message(), asked(challenge('a'))));
    expect(of.confirm(request, message([['Authentication-Info', 'nextnonce="fresh"']]))).to.equal(true);
    expect(sentBy(of.authorize(message()))?.[0]).to.include({ nonce: 'fresh' });
  });

  it('answers with H(A1) alone as with the password', () => {
    const cnonce = () => 'c';
    const byPassword = new DigestClient(() => ({ user: 'alice', password: 'secret' }), { cnonce });
    const byHash = new DigestClient((realm) => ({ user: 'alice', ha1: ha1Of('alice', realm, 'secret', ['MD5']) }), {
      cnonce,
    });
    const fields = byHash.answer(message(), asked(challenge('a', { algorithm: 'SHA-256' }), challenge('a')));
    expect(fields).to.deep.equal(byPassword.answer(message(), asked(challenge('a'))));
  });

  it('shows no secret', () => {
    const text = JSON.stringify(client().answer(message(), asked(challenge('a'))));
    expect(text)
      .not.to.include('secret')
      .and.not.to.include(ha1Of('alice', 'a', 'secret', ['MD5']).MD5!.toString('hex'));
  });
});
