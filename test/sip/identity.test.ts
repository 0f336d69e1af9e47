import { expect } from 'chai';
import { assertedIdentities, fenceIdentity, privacyOf, TrustDomain } from '../../lib/sip/identity.ts';
import type { TrustOptions } from '../../lib/sip/identity.ts';
import { Request } from '../../lib/sip/message/request.ts';
import type { Flow, Protocol } from '../../lib/sip/transport/flow.ts';

function flow(protocol: Protocol, address: string, ...names: string[]): Flow {
  const [local, remote] = [
    { address: '192.0.2.1', port: 5060 },
    { address, port: 5060 },
  ];
  const peer = names.length > 0 ? { names, users: [] } : undefined;
  const reliable = protocol !== 'udp';
  const rest = { local, remote, reliable, secure: false, peer, open: true, onClose: () => () => undefined };
  return { id: 'flow', protocol, ...rest, send: () => Promise.resolve() };
}

const request = (...fields: (readonly [string, string])[]) =>
  Request.create('INVITE', 'sip:conference@example.com', fields);
const ALICE = ['P-Asserted-Identity', '"Alice" <sip:alice@example.com>, tel:+15551234'] as const;
const TRUST: TrustOptions = {
  names: ['Proxy.example.com'],
  addresses: ['198.51.100.0/24', '2001:db8::/32', '203.0.113.5'],
};

describe('the Trust Domain', () => {
  const cases: readonly (readonly [what: string, flow: Flow, options: TrustOptions, trusted: boolean])[] = [
    ['a named certificate', flow('tls', '192.0.2.9', 'proxy.example.com'), TRUST, true],
    ['one of several names', flow('tls', '192.0.2.9', 'example.org', 'PROXY.example.com'), TRUST, true],
    ['another certificate', flow('tls', '192.0.2.9', 'mallory.example.com'), TRUST, false],
    ['an address over TCP', flow('tcp', '198.51.100.7'), TRUST, true],
    ['an address over TLS without certificate', flow('tls', '203.0.113.5'), TRUST, true],
    ['an address over WebSocket', flow('wss', '203.0.113.5'), TRUST, true],
    ['an IPv6 address', flow('tcp', '2001:db8:1::9'), TRUST, true],
    ['an IPv4 address in the clothes of IPv6', flow('tcp', '::ffff:198.51.100.7'), TRUST, true],
    ['another address', flow('tcp', '203.0.113.6'), TRUST, false],
    ['an address over UDP', flow('udp', '198.51.100.7'), TRUST, false],
    ['an address over UDP where that is trusted', flow('udp', '198.51.100.7'), { ...TRUST, trustUdp: true }, true],
    ['anybody, by default', flow('tls', '198.51.100.7', 'proxy.example.com'), {}, false],
  ];
  for (const [what, by, options, trusted] of cases)
    it(`${trusted ? 'has' : 'lacks'} ${what}`, () => expect(new TrustDomain(options).has(by)).to.equal(trusted));

  it('judges each address by itself, whatever came before', () => {
    const domain = new TrustDomain(TRUST);
    const addresses = ['203.0.113.5', '203.0.113.6', '203.0.113.6', '203.0.113.5', 'no address', '198.51.100.7'];
    expect(addresses.map((address) => domain.has(flow('tcp', address)))).to.deep.equal([
      ...[true, false, false, true, false, true],
    ]);
  });

  for (const written of ['example.com', '192.0.2.0/33', '192.0.2.0/x', '2001:db8::/129', ''])
    it(`is not made of ${JSON.stringify(written)}`, () =>
      expect(() => new TrustDomain({ addresses: [written] })).to.throw(RangeError));
});

describe('P-Asserted-Identity', () => {
  const trust = new TrustDomain(TRUST);
  const trusted = flow('tls', '192.0.2.9', 'proxy.example.com');

  it('of a trusted peer is seen', () => {
    const seen = fenceIdentity(request(ALICE), trusted, trust);
    expect(assertedIdentities(seen).map(({ uri }) => uri.toString())).to.deep.equal([
      'sip:alice@example.com',
      'tel:+15551234',
    ]);
  });

  it('of anybody else is gone, every line of it', () => {
    const seen = fenceIdentity(request(ALICE, ALICE), flow('udp', '198.51.100.7'), trust);
    expect(seen.has('P-Asserted-Identity')).to.equal(false);
    expect(assertedIdentities(seen)).to.deep.equal([]);
  });

  it('is not looked for where there is none', () => {
    const plain = request(['Subject', 'x']);
    expect(fenceIdentity(plain, trusted, trust)).to.equal(plain);
  });

  for (const value of [
    '<sip:a@example.com>, <sip:b@example.com>',
    'tel:+1, tel:+2',
    '<mailto:a@example.com>',
    '<',
    '<sip:a@x>, sips:b@x',
  ])
    it(`${value} asserts nobody (RFC 3325 §9.1)`, () => {
      const seen = fenceIdentity(request(['P-Asserted-Identity', value]), trusted, trust);
      expect(seen.has('P-Asserted-Identity')).to.equal(false);
    });
});

describe('Privacy', () => {
  it('names what is asked for', () => {
    expect([...privacyOf(request(['Privacy', 'header; ID;user;critical']))]).to.deep.equal([
      'header',
      'id',
      'user',
      'critical',
    ]);
    expect([...privacyOf(request())]).to.deep.equal([]);
  });

  it('none stands alone (RFC 3323 §4.2)', () => {
    expect([...privacyOf(request(['Privacy', 'id;none']))]).to.deep.equal(['none']);
  });
});
