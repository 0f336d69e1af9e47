import { expect } from 'chai';
import { destinationDefaults, destinationOf, type DestinationRules } from '../../lib/focus/destination.ts';
import type { Address } from '../../lib/focus/reference.ts';
import { parseUri } from '../../lib/sip/message/parse-uri.ts';

const serves = (domain: string): boolean => domain === 'example.com';

const way = (uri: string, rules: Partial<DestinationRules> = {}): string | undefined => {
  const destination = destinationOf(parseUri(uri) as Address, { ...destinationDefaults, ...rules }, serves);
  return destination?.kind === 'foreign' ? `foreign ${destination.route ?? ''}`.trim() : destination?.kind;
};

describe('whom the focus calls', () => {
  it('is users of the domains that it serves, by default', () => {
    expect(way('sip:bob@EXAMPLE.com')).to.equal('user');
    for (const uri of ['sip:bob@example.org', 'sip:bob@192.0.2.1', 'sip:bob@example.com.evil.net', 'tel:+4930123'])
      expect(way(uri), uri).to.equal(undefined);
  });

  it('is also people of domains on the list', () => {
    const domains = ['example.org', '*.example.net'];
    expect(way('sip:bob@example.org', { domains })).to.equal('foreign');
    expect(way('sip:bob@a.example.net', { domains })).to.equal('foreign');
    for (const uri of ['sip:bob@sub.example.org', 'sip:bob@example.net', 'sip:bob@evilexample.net'])
      expect(way(uri, { domains }), uri).to.equal(undefined);
    expect(way('sip:bob@anywhere.test', { domains: ['*'] })).to.equal('foreign');
  });

  it('is telephones with numbers on the list, through a gateway', () => {
    const numbers = ['+4930'];
    const gateway = 'sip:gw.example.com';
    expect(way('tel:+49-30-1234', { numbers, gateway })).to.equal('foreign <sip:gw.example.com;lr>');
    expect(way('tel:+49-30-1234', { numbers })).to.equal(undefined);
    expect(way('tel:+49-900-1234', { numbers, gateway })).to.equal(undefined);
    expect(way('tel:4930;phone-context=+1', { numbers: ['4930', '+'], gateway })).to.equal(undefined);
  });
});
