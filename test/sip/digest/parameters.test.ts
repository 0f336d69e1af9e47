import { expect } from 'chai';
import fc from 'fast-check';
import { formatDigest, readDigest } from '../../../lib/sip/digest/parameters.ts';
import { quote } from '../../../lib/sip/message/cursor.ts';

const read = (value: string) => {
  const parameters = readDigest(value);
  return parameters && Object.fromEntries([...parameters].map(([name, text]) => [name.toLowerCase(), text]));
};

describe('digest parameters', () => {
  it('are read whatever the case, the space and the quotes', () => {
    expect(read('DIGEST  Realm="a, \\"b\\"" ,nonce = x,qop="auth,auth-int"')).to.deep.equal({
      realm: 'a, "b"',
      nonce: 'x',
      qop: 'auth,auth-int',
    });
  });

  const refused: readonly (readonly [what: string, value: string])[] = [
    ['another scheme', 'Basic realm="a"'],
    ['no scheme', 'realm="a"'],
    ['a parameter twice', 'Digest realm="a", realm="b"'],
    ['a string without end', 'Digest realm="a'],
    ['two values without a comma', 'Digest realm="a" nonce="b"'],
  ];
  for (const [what, value] of refused) it(`are refused with ${what}`, () => expect(read(value)).to.equal(undefined));

  it('come back as they were written', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const name = fc.stringMatching(/^[a-z][a-z-]{0,8}$/u);
    fc.assert(
      fc.property(fc.dictionary(name, text, { noNullPrototype: true }), (parameters) => {
        const written = Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, quote(value)]));
        expect(read(formatDigest(written))).to.deep.equal(parameters);
      }),
    );
  });

  it('are read in linear time', () => {
    expect(read(`Digest ${'a=b,'.repeat(50_000)}`)).to.equal(undefined);
    expect(read(`Digest a="${'\\'.repeat(99_999)}`)).to.equal(undefined);
    expect(read(`Digest ${' '.repeat(100_000)},`)).to.equal(undefined);
  });
});
