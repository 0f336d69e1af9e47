import { expect } from 'chai';
import { BadMessage, headers } from '../../../../lib/sip/message/index.ts';

describe('identities', () => {
  it('that are asserted are one or two addresses [RFC 3325]', () => {
    const [sip, tel] = headers.P_ASSERTED_IDENTITY.readAll(['"Cullen" <sip:fluffy@cisco.com>', 'tel:+14085264000']);
    expect([sip?.displayName, tel?.uri.scheme]).to.deep.equal(['Cullen', 'tel']);
    expect(headers.P_PREFERRED_IDENTITY.readAll(['<sip:a@b>'])).to.have.length(1);
  });

  it('may be private [RFC 3323]', () => {
    expect(headers.PRIVACY.read('Header; ID ;critical')).to.deep.equal(['header', 'id', 'critical']);
    expect(() => headers.PRIVACY.read('id;')).to.throw(BadMessage, 'Malformed Privacy');
  });
});

describe('a reference to somebody', () => {
  it('is an address [RFC 3515]', () => {
    const target = headers.REFER_TO.read('<sip:bob@example.com;method=BYE?Replaces=a%3Bto-tag%3Db>');
    expect(target.uri.toString()).to.equal('sip:bob@example.com;method=BYE?Replaces=a%3Bto-tag%3Db');
    expect(headers.REFERRED_BY.read('sip:a@b;cid="x@y"').parameters.get('cid')).to.equal('x@y');
  });

  it('makes a subscription or none [RFC 4488]', () => {
    expect([headers.REFER_SUB.read('false'), headers.REFER_SUB.read('True;x=y')]).to.deep.equal([false, true]);
    expect(() => headers.REFER_SUB.read('no')).to.throw(BadMessage, 'Malformed Refer-Sub');
  });
});
