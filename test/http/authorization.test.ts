import { expect } from 'chai';
import fc from 'fast-check';
import { formatParameters, fromUtf8, parseAuthorization, quoted } from '../../lib/http/authorization.ts';
import { readUserPass } from '../../lib/http/basic.ts';
import { readDigestCredentials } from '../../lib/http/digest-response.ts';

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
const latin1 = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)) });

describe('the Authorization header', () => {
  it('gives back the parameters that were written, quoted or not', () => {
    const value = fc.oneof(
      token.map((text) => ({ written: text, text })),
      latin1.map((text) => ({ written: quoted(text), text })),
    );
    const parameters = fc.uniqueArray(fc.tuple(token, value), {
      selector: ([name]) => name.toLowerCase(),
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(token, parameters, (scheme, pairs) => {
        const written = formatParameters(Object.fromEntries(pairs.map(([name, { written }]) => [`x${name}`, written])));
        const read = parseAuthorization(`${scheme} ${written}`);
        expect(read?.scheme).to.equal(scheme.toLowerCase());
        const expected = pairs.map(([name, { text }]) => [`x${name}`.toLowerCase(), text]);
        expect(new Map(read?.parameters)).to.deep.equal(new Map(expected as [string, string][]));
      }),
    );
  });

  it('is read with odd but lawful white space and commas', () => {
    const { parameters } = parseAuthorization('digest\t , realm = "a, \\"b\\"" ,,nc=00000001 , ')!;
    expect([...parameters]).to.deep.equal([
      ['realm', 'a, "b"'],
      ['nc', '00000001'],
    ]);
  });

  it('has one token where Basic or Bearer want it', () => {
    expect(parseAuthorization('BASIC  dGVzdDoxMjPCow==')).to.deep.include({
      scheme: 'basic',
      token: 'dGVzdDoxMjPCow==',
    });
    expect(parseAuthorization('Basic')).to.include({ scheme: 'basic' }).and.not.have.property('token');
  });

  for (const header of [
    '',
    ' ',
    '"',
    'Digest a b',
    'Digest a=1 b=2',
    'Digest a="1',
    'Digest a=1, A=2',
    'Digest a="1"b',
    'Di(gest a=1',
  ]) {
    it(`is refused when it is "${header}"`, () => expect(parseAuthorization(header)).to.equal(undefined));
  }

  it('never breaks anything, whatever it holds', () => {
    const piece = fc.oneof(
      latin1,
      fc.constantFrom('Digest ', 'Basic ', ',', '=', '"', '\\', 'username', '*', 'nc=', "UTF-8''%"),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const read = parseAuthorization(pieces.join(''));
        if (read === undefined) return;
        readDigestCredentials(read.parameters);
        const userPass = readUserPass(read.token ?? '');
        if (userPass) expect(userPass.name).not.to.contain(':');
      }),
      { numRuns: 1000 },
    );
  });

  it('is read in a time that grows with its length alone', () => {
    // With the square of its length this would take minutes.
    for (const piece of ['a', ' ', ',', '"', '\\', 'a=', 'a=b,', '="', '\t,']) {
      const long = piece.repeat(1_000_000 / piece.length);
      expect(parseAuthorization(`Digest ${long}!`)).to.equal(undefined);
      expect(parseAuthorization(`Digest a=${long}\u0000`)).to.equal(undefined);
    }
  });
});

describe('Basic credentials', () => {
  const text = fc.string({ unit: 'grapheme' }).map((one) => one.replace(/\p{Cc}/gu, ''));

  it('give back name and password in UTF-8, the password with its colons', () => {
    fc.assert(
      fc.property(text, text, (name, password) => {
        const plain = name.replaceAll(':', '');
        const token = Buffer.from(`${plain}:${password}`).toString('base64');
        expect(readUserPass(token)).to.deep.equal({ name: plain, password });
      }),
    );
  });

  it('are the ones of RFC 7617 §2 and §2.1', () => {
    expect(readUserPass('QWxhZGRpbjpvcGVuIHNlc2FtZQ==')).to.deep.equal({ name: 'Aladdin', password: 'open sesame' });
    expect(readUserPass('dGVzdDoxMjPCow==')).to.deep.equal({ name: 'test', password: '123£' });
  });

  it('are refused without colon, with control characters and outside UTF-8', () => {
    for (const bytes of ['alice', 'alice:a\nb', 'al\u0000ice:x']) {
      expect(readUserPass(Buffer.from(bytes).toString('base64')), bytes).to.equal(undefined);
    }
    expect(readUserPass(Buffer.from('alice:\xe4', 'latin1').toString('base64'))).to.equal(undefined);
  });
});

describe('header bytes', () => {
  it('are read as UTF-8 or not at all', () => {
    expect(fromUtf8(Buffer.from('Jäsøn').toString('latin1'))).to.equal('Jäsøn');
    expect(fromUtf8('J\xe4s\xf8n')).to.equal(undefined);
  });
});
