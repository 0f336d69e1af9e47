import { expect } from 'chai';
import { BadMessage, headers } from '../../../../lib/sip/message/index.ts';

describe('challenges and credentials', () => {
  it('have a scheme and parameters', () => {
    const [challenge, other] = headers.WWW_AUTHENTICATE.readAll([
      'Digest realm="atlanta.example.com", qop="auth,auth-int" , nonce="n,\\"1", algorithm=SHA-256',
      'Digest realm="atlanta.example.com",nonce="n2",algorithm=MD5',
    ]);
    expect([...(challenge?.parameters ?? [])]).to.deep.equal([
      ['realm', 'atlanta.example.com'],
      ['qop', 'auth,auth-int'],
      ['nonce', 'n,"1'],
      ['algorithm', 'SHA-256'],
    ]);
    expect(other?.parameters.get('algorithm')).to.equal('MD5');
  });

  it('may be one text', () => {
    const [bearer, basic, bare] = headers.AUTHORIZATION.readAll(['Bearer abc.def-_~+/==', 'Basic QWxh', 'Negotiate']);
    expect([bearer?.scheme, bearer?.text]).to.deep.equal(['Bearer', 'abc.def-_~+/==']);
    expect(basic?.text).to.equal('QWxh');
    expect([bare?.scheme, bare?.text, bare?.parameters.size]).to.deep.equal(['Negotiate', undefined, 0]);
  });

  it('may follow the answer', () => {
    expect(headers.AUTHENTICATION_INFO.read('nextnonce="x", qop=auth').get('nextnonce')).to.equal('x');
  });

  for (const wrong of ['', 'Digest realm="a" nonce="b"', 'Digest realm="a",', 'Digest ,a=b']) {
    it(`are refused: ${wrong === '' ? 'nothing' : wrong}`, () => {
      expect(() => headers.AUTHORIZATION.readAll([wrong])).to.throw(BadMessage, 'Malformed Authorization');
    });
  }
});
