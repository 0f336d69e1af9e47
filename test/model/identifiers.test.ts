import { expect } from 'chai';
import fc from 'fast-check';
import {
  domainOf,
  generateXconUri,
  generateXconUserId,
  normaliseAddress,
  parseXconUri,
  parseXconUserId,
  sipUriOf,
  type XconUri,
} from '../../lib/model/identifiers.ts';
import { uri as anyUri } from '../../lib/model/values.ts';

const text = fc.stringMatching(/^[-a-zA-Z0-9%@:;?=.,+/ "<>[\]~_ÄİKé\u{1F600}]{0,24}$/u);

describe('an XCON-URI', () => {
  const good = [
    'xcon:1@example.com',
    'xcon:hd87928374',
    'xcon:A+b=c/d~e@Example.COM',
    'xcon:a@[2001:db8::1]',
    'xcon:a@h:5060',
  ];
  for (const one of good) {
    it(`[E2, E3] ${one} is one, compared in lower case`, () => {
      expect(parseXconUri(` ${one} `)).to.equal(one.toLowerCase());
    });
  }

  const bad = [
    '',
    'xcon:',
    'xcon:@example.com',
    'xcon:a@',
    'xcon:a@b@c',
    'sip:a@example.com',
    'xcon:a b@c',
    'xcon:a%20b@c',
    'xcon-userid:a@b',
  ];
  for (const one of bad) it(`[E2] ${one || 'nothing'} is none`, () => expect(parseXconUri(one)).to.equal(undefined));

  it('[E2, A5, L1] is generated with 120 random bits in the domain and reads as itself', () => {
    const uris = Array.from({ length: 100 }, () => generateXconUri('example.com'));
    for (const uri of uris) {
      expect(uri).to.match(/^xcon:[a-z2-7]{24}@example\.com$/);
      expect(parseXconUri(uri)).to.equal(uri);
    }
    expect(new Set(uris)).to.have.lengthOf(100);
  });

  it('gives the one SIP URI of its conference', () => {
    expect(sipUriOf('xcon:a@example.com' as XconUri, 'other.example')).to.equal('sip:a@example.com');
    expect(sipUriOf('xcon:hd87' as XconUri, 'example.com')).to.equal('sip:hd87@example.com');
  });
});

describe('an XCON-USERID', () => {
  const forms: readonly (readonly [from: string, to: string])[] = [
    ['xcon-userid:alice', 'xcon-userid:alice'],
    ['XCON-USERID:Alice@Example.com', 'xcon-userid:alice@example.com'],
    ['xcon-userid:%61lice@example.com', 'xcon-userid:alice@example.com'],
    ['xcon-userid:al%20ice@example.com:5061;transport=tls', 'xcon-userid:al%20ice@example.com'],
    ['xcon-userid:alice@example.com;x=a@b', 'xcon-userid:alice@example.com'],
    ['xcon-userid:alice;day=tuesday@example.com', 'xcon-userid:alice%3bday%3dtuesday@example.com'.replace('%3d', '=')],
    ['xcon-userid:alice@[2001:DB8::1]:5060', 'xcon-userid:alice@[2001:db8::1]'],
    ['xcon-userid:jos%C3%89@example.com', 'xcon-userid:jos%c3%a9@example.com'],
    ['xcon-userid:__proto__@example.com', 'xcon-userid:__proto__@example.com'],
    ['xcon-userid:\u212Aate@\u212A.example', 'xcon-userid:%e2%84%aaate@\u212A.example'],
    ['xcon-userid:%E2%84%AAate@example.com', 'xcon-userid:%e2%84%aaate@example.com'],
  ];
  for (const [from, to] of forms) {
    it(`[E3, E4] ${from} is ${to}`, () => expect(parseXconUserId(from)).to.equal(to));
  }

  it('[E4] an escaped @ makes no domain, and an escaped percent sign no other name', () => {
    expect(parseXconUserId('xcon-userid:alice%40example.com')).to.equal('xcon-userid:alice%40example.com');
    expect(parseXconUserId('xcon-userid:a%2541@example.com')).to.equal('xcon-userid:a%2541@example.com');
  });

  const bad = [
    '',
    'alice',
    'xcon-userid:',
    'xcon-userid:@example.com',
    'xcon-userid:a@',
    'xcon-userid:a@b@c',
    'xcon-userid:a%zz',
    'xcon-userid:a b',
    'xcon-userid:<a>',
  ];
  for (const one of bad) it(`[E4] ${one || 'nothing'} is none`, () => expect(parseXconUserId(one)).to.equal(undefined));

  it('[E3] reads what it returned as the same, which is an URI', () => {
    fc.assert(
      fc.property(text, (rest) => {
        const id = parseXconUserId(`xcon-userid:${rest}`);
        if (id === undefined) return;
        expect(parseXconUserId(id)).to.equal(id);
        expect(anyUri.accepts(id), id).to.equal(true);
      }),
    );
  });

  it('[A5] is generated in the domain and reads as itself', () => {
    const id = generateXconUserId('example.com');
    expect(id).to.match(/^xcon-userid:[a-z2-7]{24}@example\.com$/);
    expect(parseXconUserId(id)).to.equal(id);
  });
});

describe('an address', () => {
  const forms: readonly (readonly [from: string, to: string])[] = [
    [' SIP:Alice@Example.com:5060;transport=tcp?subject=x ', 'sip:alice@example.com'],
    ['sip:alice;day=tuesday@atlanta.com', 'sip:alice%3bday=tuesday@atlanta.com'],
    ['sip:%61lice@example.com', 'sip:alice@example.com'],
    ['sip:al%20ice@example.com', 'sip:al%20ice@example.com'],
    ['sip:a%zz@example.com', 'sip:a%zz@example.com'],
    ['sips:Alice@[::1]:5061', 'sips:alice@[::1]'],
    ['sip:Example.com:5060', 'sip:example.com'],
    ['sip:\u212AATE@example.com', 'sip:%e2%84%aaate@example.com'],
    ['tel:+1-234.(5);ext=1', 'tel:+12345'],
    ['mailto:Bob@Example.com', 'mailto:bob@example.com'],
  ];
  for (const [from, to] of forms) it(`${from} compares as ${to}`, () => expect(normaliseAddress(from)).to.equal(to));

  it('compares the same after it was normalised', () => {
    fc.assert(
      fc.property(fc.constantFrom('sip:', 'sips:', 'tel:', 'mailto:', ''), text, (scheme, rest) => {
        const once = normaliseAddress(scheme + rest);
        expect(normaliseAddress(once)).to.equal(once);
      }),
    );
  });

  it('is read in a time that grows with its length alone', () => {
    // With the square of its length this would take minutes.
    const tail = `${';'.repeat(1_000_000)}\n`;
    expect(normaliseAddress(`sip:a@example.com${tail}x`)).to.equal('sip:a@example.com');
    expect(normaliseAddress(`tel:+1${tail}x`)).to.equal('tel:+1');
  });

  it('has a domain behind its first @', () => {
    expect(domainOf('sip:a@Example.com:5060;x=b@other.example')).to.equal('example.com');
    expect(domainOf('sip:a@[2001:db8::1]:5060')).to.equal('[2001:db8::1]');
    expect(domainOf('xcon:hd87')).to.equal(undefined);
  });
});
