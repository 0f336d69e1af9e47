import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { ha1Of, hash } from '../../../lib/sip/digest/algorithm.ts';
import type { DigestAlgorithm } from '../../../lib/sip/digest/credential-source.ts';
import { isSameDigest, requestDigest, responseDigest } from '../../../lib/sip/digest/response.ts';
import type { DigestInput } from '../../../lib/sip/digest/response.ts';

const EMPTY = Buffer.alloc(0);

function secret(user: string, realm: string, password: string, algorithm: DigestAlgorithm): Buffer {
  return ha1Of(user, realm, password, [algorithm])[algorithm]!;
}

/** RFC 7616 §3.9.1. */
const mufasa = (algorithm: DigestAlgorithm): DigestInput => ({
  algorithm,
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  uri: '/dir/index.html',
  protection: { qop: 'auth', nc: '00000001', cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' },
});

describe('a digest response', () => {
  const vectors: readonly (readonly [source: string, algorithm: DigestAlgorithm, response: string])[] = [
    ['MD5', 'MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', 'SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ];
  for (const [title, algorithm, response] of vectors) {
    it(`of RFC 7616 §3.9.1 with ${title}`, () => {
      const ha1 = secret('Mufasa', 'http-auth@example.org', 'Circle of Life', algorithm);
      expect(requestDigest(mufasa(algorithm), ha1, 'GET', EMPTY)).to.equal(response);
    });
  }

  it('of RFC 2617 §3.5', () => {
    const input: DigestInput = {
      algorithm: 'MD5',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      uri: '/dir/index.html',
      protection: { qop: 'auth', nc: '00000001', cnonce: '0a4f113b' },
    };
    const ha1 = secret('Mufasa', 'testrealm@host.com', 'Circle Of Life', 'MD5');
    expect(ha1.toString('hex')).to.equal('939e7578ed9e3c518a452acee763bce9');
    expect(requestDigest(input, ha1, 'GET', EMPTY)).to.equal('6629fae49393a05397450978507c4ef1');
  });

  it('without qop is the one of RFC 2069', () => {
    const ha1 = secret('Mufasa', 'testrealm@host.com', 'Circle Of Life', 'MD5');
    const input: DigestInput = {
      algorithm: 'MD5',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      uri: '/dir/index.html',
    };
    expect(requestDigest(input, ha1, 'GET', EMPTY)).to.equal('670fd8c2df070c60b045671b8b24ff02');
  });

  it('of RFC 7616 §3.9.2 with SHA-512-256, as corrected by erratum 4897', () => {
    const input: DigestInput = {
      algorithm: 'SHA-512-256',
      nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK',
      uri: '/doe.json',
      protection: { qop: 'auth', nc: '00000001', cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v' },
    };
    const ha1 = secret('Jäsøn Doe', 'api@example.org', 'Secret, or not?', 'SHA-512-256');
    expect(requestDigest(input, ha1, 'GET', EMPTY)).to.equal(
      '3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5',
    );
  });

  it('with auth-int covers the body, and an absent body is the empty one (RFC 8760 §2.6 rule 7)', () => {
    expect(hash('SHA-256', EMPTY)).to.equal('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const ha1 = secret('bob', 'example.com', 'zanzibar', 'SHA-256');
    const sha = (text: string) => createHash('sha256').update(text).digest('hex');
    const input: DigestInput = {
      algorithm: 'SHA-256',
      nonce: 'n',
      uri: 'sip:example.com',
      protection: { qop: 'auth-int', nc: '00000001', cnonce: 'c' },
    };
    const expected = (body: string) =>
      sha(`${sha('bob:example.com:zanzibar')}:n:00000001:c:auth-int:${sha(`INVITE:sip:example.com:${sha(body)}`)}`);
    expect(requestDigest(input, ha1, 'INVITE', EMPTY)).to.equal(expected(''));
    expect(requestDigest(input, ha1, 'INVITE', Buffer.from('v=0'))).to.equal(expected('v=0'));
  });

  it('of a server leaves the method out (RFC 7616 §3.5)', () => {
    const ha1 = secret('Mufasa', 'http-auth@example.org', 'Circle of Life', 'MD5');
    expect(responseDigest(mufasa('MD5'), ha1, EMPTY)).to.equal(requestDigest(mufasa('MD5'), ha1, '', EMPTY));
  });

  it('equals itself only', () => {
    expect(isSameDigest('ab', 'ab')).to.equal(true);
    expect(isSameDigest('ab', 'ac')).to.equal(false);
    expect(isSameDigest('ab', 'abc')).to.equal(false);
  });
});
