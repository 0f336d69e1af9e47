import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { isNamed, namesOf, peerIn } from '../../../lib/sip/transport/identity.ts';
import { CertificationAuthority } from '../../support/certificates.ts';

describe('Whom a certificate names (RFC 5922 §7)', () => {
  let ca: CertificationAuthority;
  before(() => (ca = new CertificationAuthority()));
  after(() => ca.close());

  const issued = (...names: string[]) => new X509Certificate(readFileSync(ca.issue(...names).certificate));
  const peer = (...names: string[]) => peerIn(issued(...names));

  it('is the domain of its sip URIs, and then of no DNS name', () => {
    expect(peer('URI:sip:Example.com', 'DNS:other.example')).to.deep.equal({ names: ['example.com'], users: [] });
    expect(peer('URI:sip:a.example', 'URI:sip:b.example').names).to.deep.equal(['a.example', 'b.example']);
    expect(peer('URI:sip:[2001:db8::1]').names).to.deep.equal(['2001:db8::1']);
  });

  it('is its DNS names and addresses where it has no such URI', () => {
    expect(peer('DNS:SIP.example.com', 'IP:192.0.2.1', 'IP:2001:db8::1').names).to.deep.equal([
      'sip.example.com',
      '192.0.2.1',
      '2001:db8::1',
    ]);
    expect(peer('URI:https://example.com', 'URI:sips:example.com', 'DNS:b.example').names).to.deep.equal(['b.example']);
  });

  it('is no domain by the URI of a user', () => {
    expect(peer('URI:sip:alice@example.com')).to.deep.equal({ names: [], users: ['sip:alice@example.com'] });
    expect(peer('URI:sip:alice@example.com', 'DNS:example.com').names).to.deep.equal(['example.com']);
  });

  it('is its common name only where it says nothing else', () => {
    expect(peer().names).to.deep.equal(['issued']);
    expect(peer('email:x@example.com').names).to.deep.equal([]);
  });

  it('is compared without case and as a whole: wildcards match nothing', () => {
    const wild = peer('DNS:*.example.com', 'DNS:example.com');
    expect(isNamed(wild, 'EXAMPLE.com')).to.equal(true);
    expect(isNamed(wild, 'sip.example.com')).to.equal(false);
    expect(isNamed(wild, 'example.com.evil.example')).to.equal(false);
  });

  it('decides for which names a server shows it, its DNS names included', () => {
    expect(namesOf(issued('URI:sip:example.com', 'DNS:Sip.example.com'))).to.deep.equal([
      'example.com',
      'sip.example.com',
    ]);
  });

  it('is read from names with commas and quotes', () => {
    const printed = 'URI:"sip:a,b@example.com", DNS:c.example, othername:<unsupported>';
    expect(peerIn({ subjectAltName: printed, subject: '' })).to.deep.equal({
      names: ['c.example'],
      users: ['sip:a,b@example.com'],
    });
  });
});
