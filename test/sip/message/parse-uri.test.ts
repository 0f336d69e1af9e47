import { expect } from 'chai';
import fc from 'fast-check';
import { BadMessage, equalUris, parseUri, SipUri, TelUri } from '../../../lib/sip/message/index.ts';
import { sipUri } from './arbitraries.ts';

const sip = (text: string): SipUri => {
  const uri = parseUri(text);
  if (uri instanceof SipUri) return uri;
  throw new Error(`${text} is no SIP URI`);
};

describe('a URI', () => {
  it('of SIP has its parts', () => {
    const uri = sip('sips:alice:secret@Example.com:5061;transport=TCP;lr?subject=Hi%20you&to=sip:b%40c');
    expect(uri).to.include({ scheme: 'sips', user: 'alice', password: 'secret', host: 'Example.com', port: 5061 });
    expect([uri.transport, uri.isLoose, uri.parameter('maddr')]).to.deep.equal(['tcp', true, undefined]);
    expect(uri.headers).to.deep.equal([
      ['subject', 'Hi you'],
      ['to', 'sip:b@c'],
    ]);
  });

  it('of SIP may be only a host', () => {
    expect(sip('sip:example.com')).to.include({ user: undefined, port: undefined });
    expect(sip('SIP:192.0.2.1:5070')).to.include({ scheme: 'sip', host: '192.0.2.1', port: 5070 });
    expect(sip('sip:[::1];maddr=[ff02::1]').parameter('maddr')).to.equal('[ff02::1]');
  });

  it('of SIP is written as it was read', () => {
    for (const text of ['sip:%61lice@example.com;%6Cr', 'SIP:a@B', 'sip:+1-212;phone-context=x@h;user=phone']) {
      expect(parseUri(text).toString()).to.equal(text);
    }
  });

  it('of SIP gets and loses parameters', () => {
    const uri = sip('sip:a@example.com;lr');
    expect(uri.withParameter('transport', 'tcp').toString()).to.equal('sip:a@example.com;lr;transport=tcp');
    expect(uri.withParameter('LR', undefined).toString()).to.equal('sip:a@example.com');
    expect(uri.withParameter('x', 'a;b=c').withParameter('ob', '').toString()).to.equal(
      'sip:a@example.com;lr;x=a%3Bb%3Dc;ob',
    );
    expect(sip('sip:a@b?c=d').withoutHeaders().toString()).to.equal('sip:a@b');
  });

  it('of SIP that is written is read as the same', () => {
    fc.assert(
      fc.property(sipUri, (uri) => {
        const again = sip(uri.toString());
        expect(again.written).to.deep.include({ scheme: uri.scheme, host: uri.host, port: uri.port });
        expect([again.user, again.password]).to.deep.equal([uri.user, uri.password]);
        expect([...again.parameters]).to.deep.equal([...uri.parameters]);
        expect(again.headers).to.deep.equal(uri.headers);
        expect(equalUris(uri, again)).to.equal(true);
      }),
    );
  });

  it('of a telephone has a number, with or without separators, and parameters', () => {
    const uri = parseUri('tel:+1-(201)-555.0123;ext=44;phone-context=example.com');
    expect(uri).to.be.instanceOf(TelUri);
    expect(uri).to.include({ number: '+1-(201)-555.0123', digits: '+12015550123', isGlobal: true });
    expect((uri as TelUri).parameters.get('ext')).to.equal('44');
    expect((parseUri('tel:911;phone-context=+1') as TelUri).isGlobal).to.equal(false);
    expect(uri.toString()).to.equal('tel:+1-(201)-555.0123;ext=44;phone-context=example.com');
  });

  it('of any other scheme is kept as it is', () => {
    const uri = parseUri('URN:service:sos?a=b');
    expect(uri).to.include({ kind: 'opaque', scheme: 'urn' });
    expect(uri.toString()).to.equal('URN:service:sos?a=b');
  });

  for (const text of [
    '',
    'alice',
    'sip',
    'sip:',
    ':a',
    'sip:@example.com',
    'sip:a@',
    'sip:a@b@c',
    'sip:a@exa mple.com',
    'sip:a b@example.com',
    'sip:a@example.com:',
    'sip:a@example.com:65536',
    'sip:a@example.com:5o60',
    'sip:a@example.com:-1',
    'sip:a@2001:db8::1',
    'sip:a@[2001:db8::1',
    'sip:a@[]',
    'sip:a@[1:2:3]',
    'sip:a@[example.com]',
    'sip:a@example.com;',
    'sip:a@example.com;;lr',
    'sip:a@example.com;x=',
    'sip:a@example.com;x=%4',
    'sip:%4@example.com',
    'sip:%zz@example.com',
    'sip:a@example.com?',
    'sip:a@example.com?b',
    'sip:a@example.com?b=c&',
    'sip:a@example.com>',
    'sip:älice@example.com',
    'tel:',
    'tel:+',
    'tel:alice',
    'tel:+1;',
    '1a:b',
    'mailto:',
    'http://<x>',
  ]) {
    it(`is refused: ${text === '' ? 'nothing' : text}`, () => {
      expect(() => parseUri(text)).to.throw(BadMessage, 'Malformed URI');
    });
  }
});

describe('two URIs', () => {
  const compare = (a: string, b: string): boolean => {
    const forth = equalUris(parseUri(a), parseUri(b));
    expect(equalUris(parseUri(b), parseUri(a)), 'the other way round').to.equal(forth);
    return forth;
  };

  // The table of RFC 3261 §19.1.4.
  for (const [a, b] of [
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
    ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
    ['sip:a@[2001:db8::1]', 'sip:a@[2001:DB8:0:0::1]'],
    ['sip:%c3%a4@example.com', 'sip:%C3%A4@example.com'],
    ['tel:+1-201-555-0123;ext=1;x=y', 'tel:+12015550123;X=y;ext=1'],
    ['urn:service:sos', 'urn:service:sos'],
  ] as const) {
    it(`are equal: ${a} and ${b}`, () => {
      expect(compare(a, b)).to.equal(true);
    });
  }

  for (const [a, b] of [
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['sip:a@b', 'sips:a@b'],
    ['sip:a@b', 'sip:b'],
    ['sip:a:x@b', 'sip:a@b'],
    ['sip:a@b;maddr=192.0.2.1', 'sip:a@b'],
    ['sip:a@b;ttl=1', 'sip:a@b'],
    ['sip:a@b;user=ip', 'sip:a@b'],
    ['sip:a@b;method=INVITE', 'sip:a@b'],
    ['sip:a%3Bb@c', 'sip:a;b@c'],
    ['sip:a@b?x=y', 'sip:a@b?x=z'],
    ['sip:a@b?x=y', 'sip:a@b?x=y&x=y'],
    ['sip:a@[::1]', 'sip:a@[::2]'],
    ['sip:+1@b', 'tel:+1'],
    ['tel:+1', 'tel:+1;ext=2'],
    ['tel:+1;ext=2', 'tel:+1;ext=3'],
    ['urn:service:sos', 'urn:service:test'],
  ] as const) {
    it(`are not equal: ${a} and ${b}`, () => {
      expect(compare(a, b)).to.equal(false);
    });
  }

  it('that are the same are equal', () => {
    fc.assert(fc.property(sipUri, (uri) => equalUris(uri, uri)));
  });
});
