import { expect } from 'chai';
import { digestSecret } from '../../lib/directory/credentials.ts';
import { parseAuthorization } from '../../lib/http/authorization.ts';
import { digestProof, digestResponse, readDigestCredentials } from '../../lib/http/digest-response.ts';

const read = (header: string) => readDigestCredentials(parseAuthorization(header)!.parameters);

const MUFASA = `username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html",
  nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001,
  cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`.replace(
  /\n\s*/g,
  ' ',
);

describe('a Digest response', () => {
  for (const [algorithm, response] of [
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const) {
    it(`with ${algorithm} is the one of RFC 7616 §3.9.1`, () => {
      const sent = read(`Digest ${MUFASA}, algorithm=${algorithm}, response="${response}"`)!;
      const secret = digestSecret(algorithm, 'Mufasa', 'http-auth@example.org', 'Circle of Life');
      expect(digestResponse(sent, secret, 'GET'))
        .to.equal(response)
        .and.equal(sent.response);
      expect(digestResponse(sent, secret, 'POST')).not.to.equal(response);
      expect(digestProof(sent, secret)).not.to.equal(response);
    });
  }

  it('is the one of RFC 2617 §3.5, and without qop the one of its predecessor', () => {
    const common = `username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", response="00"`;
    const secret = digestSecret('MD5', 'Mufasa', 'testrealm@host.com', 'Circle Of Life');
    expect(secret.toString('hex')).to.equal('939e7578ed9e3c518a452acee763bce9');
    const withQop = read(`Digest ${common}, qop="auth", nc=00000001, cnonce="0a4f113b"`)!;
    expect(digestResponse(withQop, secret, 'GET')).to.equal('6629fae49393a05397450978507c4ef1');
    expect(digestResponse(read(`Digest ${common}`)!, secret, 'GET')).to.equal('670fd8c2df070c60b045671b8b24ff02');
  });

  it('names its user in UTF-8, plainly or as RFC 8187 writes it', () => {
    const rest = 'realm="r", nonce="n", uri="/", response="00"';
    const plain = `username="${Buffer.from('Jäsøn Doe').toString('latin1')}"`;
    for (const username of [
      plain,
      "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe",
      "username*=utf-8'en'J%C3%A4s%C3%B8n%20Doe",
    ]) {
      expect(read(`Digest ${username}, ${rest}`)?.username, username).to.equal('Jäsøn Doe');
    }
  });

  const good: Record<string, string> = {
    username: '"alice"',
    realm: '"r"',
    nonce: '"n"',
    uri: '"/"',
    response: `"${'0'.repeat(32)}"`,
    qop: 'auth',
    nc: '00000001',
    cnonce: '"c"',
  };
  const written = (changes: Record<string, string | undefined>) =>
    `Digest ${Object.entries({ ...good, ...changes })
      .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
      .join(', ')}`;

  it('is read with algorithm and qop quoted or not, in any case', () => {
    for (const changes of [{}, { algorithm: '"MD5"' }, { algorithm: 'md5' }, { qop: '"auth"' }]) {
      expect(read(written(changes))).to.deep.include({ algorithm: 'MD5', auth: { nc: '00000001', cnonce: 'c' } });
    }
    expect(read(written({ algorithm: '"sha-256"' }))?.algorithm).to.equal('SHA-256');
  });

  for (const [what, changes] of Object.entries<Record<string, string | undefined>>({
    'no user': { username: undefined },
    'two ways to name the user': { 'username*': "UTF-8''alice" },
    'a user named outside UTF-8': { username: undefined, 'username*': "ISO-8859-1''alice" },
    'a user named by a hash': { userhash: 'true' },
    'no realm': { realm: undefined },
    'no nonce': { nonce: undefined },
    'no uri': { uri: undefined },
    'no response': { response: undefined },
    'a response that is no hash': { response: '"x"' },
    'an algorithm that is not offered': { algorithm: 'SHA-512-256' },
    'a session algorithm': { algorithm: 'MD5-sess' },
    'a qop that is not offered': { qop: 'auth-int' },
    'qop but no count': { nc: undefined },
    'qop but no client nonce': { cnonce: undefined },
    'a count of zero': { nc: '00000000' },
    'a count that is none': { nc: '1' },
  })) {
    it(`is refused with ${what}`, () => expect(read(written(changes))).to.equal(undefined));
  }
});
