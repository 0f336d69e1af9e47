import { expect } from 'chai';
import fc from 'fast-check';
import { BadMessage, headers, NameAddress, Parameters, parseUri } from '../../../lib/sip/message/index.ts';
import { parameters, sipUri, text } from './arbitraries.ts';

const read = headers.FROM.read;

describe('a name-addr', () => {
  it('has a name, a URI and parameters of its own', () => {
    const alice = read('"Alice \\"A\\"" <sip:alice@example.com;transport=tcp>;tag=88sja8x;x="y z"');
    expect(alice.displayName).to.equal('Alice "A"');
    expect(alice.uri.toString()).to.equal('sip:alice@example.com;transport=tcp');
    expect([alice.tag, alice.parameters.get('X'), alice.parameters.has('transport')]).to.deep.equal([
      '88sja8x',
      'y z',
      false,
    ]);
  });

  it('without brackets owns all parameters', () => {
    const bob = read('sip:bob@example.com;transport=tcp ; tag=1');
    expect([bob.displayName, bob.uri.toString(), bob.tag]).to.deep.equal([undefined, 'sip:bob@example.com', '1']);
    expect(bob.parameters.get('transport')).to.equal('tcp');
  });

  it('may have a name of several tokens', () => {
    expect(read('The  Watson Group <sip:w@example.org>').displayName).to.equal('The  Watson Group');
    expect(read('<sip:w@example.org>').displayName).to.equal(undefined);
    expect(read('"" <sip:w@example.org>').displayName).to.equal('');
  });

  it('that is written is read as the same', () => {
    fc.assert(
      fc.property(sipUri, parameters, fc.option(text, { nil: undefined }), (uri, own, name) => {
        const again = read(new NameAddress(uri, own, name).toString());
        expect(again.displayName).to.equal(name);
        expect(again.uri.toString()).to.equal(uri.toString());
        expect([...again.parameters]).to.deep.equal([...own]);
      }),
    );
  });

  for (const wrong of [
    '',
    '"Alice',
    '"Alice" sip:alice@example.com',
    'Alice sip:alice@example.com',
    'Alice, A. <sip:a@example.com>',
    '<sip:a@example.com',
    'sip:a@example.com>',
    '<sip:a@example.com>x',
    '<sip:a@example.com>;',
    '<sip:a@example.com>;;x',
    '<sip:a@example.com>;x=',
    '<sip:a@example.com>;=x',
    '<sip:a@example.com>;x="y',
    'sip:a@example.com?b=c',
    '<sip:a@example.com>, <sip:b@example.com>',
    '<>',
  ]) {
    it(`is refused: ${wrong === '' ? 'nothing' : wrong}`, () => {
      expect(() => read(wrong)).to.throw(BadMessage, /Malformed/);
    });
  }
});

describe('parameters', () => {
  it('keep their order and compare their names without case', () => {
    const some = Parameters.of({ expires: 60, q: '0.5', ob: '', missing: undefined });
    expect(some.toString()).to.equal(';expires=60;q=0.5;ob');
    expect([some.get('EXPIRES'), some.get('OB'), some.get('missing'), some.size]).to.deep.equal([
      '60',
      '',
      undefined,
      3,
    ]);
  });

  it('change one at a time', () => {
    const some = Parameters.of({ a: '1', b: '2' });
    expect(some.with('A', '3').toString()).to.equal(';a=3;b=2');
    expect(some.without('a').with('c', 'x y').toString()).to.equal(';b=2;c="x y"');
    expect(some.without('z')).to.equal(some);
    expect(some.toString()).to.equal(';a=1;b=2');
  });

  it('keep quoted values quoted', () => {
    const uri = parseUri('sip:a@example.com');
    const contact = new NameAddress(uri).withParameter('+sip.instance', '<urn:uuid:1>').withTag('t');
    expect(contact.toString()).to.equal('<sip:a@example.com>;+sip.instance="<urn:uuid:1>";tag=t');
  });
});
