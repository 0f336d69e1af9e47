import { expect } from 'chai';
import { Locator, NotLocated, type LocatorOptions } from '../../../lib/sip/locate/locator.ts';
import { StaticResolver, type Zone } from '../../../lib/sip/locate/static-resolver.ts';
import { parseUri, Request, SipUri } from '../../../lib/sip/message/index.ts';
import type { Target } from '../../../lib/sip/transport/flow.ts';
import { VirtualClock } from '../virtual-clock.ts';

const naptr = (order: number, preference: number, service: string, replacement: string, flags = 's') => ({
  order,
  preference,
  flags,
  service,
  regexp: '',
  replacement,
});
const srv = (priority: number, weight: number, port: number, name: string) => ({ priority, weight, port, name });

/** RFC 3263 §4.1 and §4.2, with what the text leaves open filled in. */
const EXAMPLE: Zone = {
  naptr: {
    'example.com': [
      naptr(100, 50, 'SIP+D2U', '_sip._udp.example.com'),
      naptr(50, 50, 'SIPS+D2T', '_sips._tcp.example.com.'),
      naptr(90, 50, 'SIP+D2T', '_sip._tcp.example.com'),
      naptr(1, 1, 'E2U+sip', 'elsewhere.example.com', 'u'),
    ],
  },
  srv: {
    '_sips._tcp.example.com': [srv(0, 1, 5061, 'server1.example.com')],
    '_sip._tcp.example.com': [srv(0, 1, 5060, 'server1.example.com'), srv(1, 2, 5070, 'server2.example.com')],
    '_sip._udp.example.com': [srv(0, 1, 5060, 'server2.example.com')],
    '_sip._udp.plain.example': [srv(0, 0, 5066, 'server1.example.com')],
    '_sip._tcp.plain.example': [srv(0, 0, 5067, 'server2.example.com')],
    '_sip._udp.closed.example': [srv(0, 0, 0, '.')],
  },
  addresses: {
    'server1.example.com': ['192.0.2.1', '2001:db8::1'],
    'server2.example.com': ['192.0.2.2'],
    'example.com': ['192.0.2.80'],
    'bare.example': ['192.0.2.9', '192.0.2.10'],
    'closed.example': ['192.0.2.11'],
  },
};

const locator = (zone: Zone = EXAMPLE, options: Partial<LocatorOptions> = {}) =>
  new Locator({ clock: new VirtualClock(), resolver: new StaticResolver(zone), random: () => 0, ...options });

const shown = ({ protocol, address, port, serverName }: Target) =>
  `${protocol} ${address} ${port}${serverName === undefined ? '' : ` as ${serverName}`}`;

async function located(uri: string, zone?: Zone, options?: Partial<LocatorOptions>): Promise<string[]> {
  return (await locator(zone, options).locate(parseUri(uri))).map(shown);
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('Locating a SIP server (RFC 3263)', () => {
  describe('with a numeric host', () => {
    const cases: readonly (readonly [uri: string, target: string])[] = [
      ['sip:alice@192.0.2.7', 'udp 192.0.2.7 5060'],
      ['sip:alice@192.0.2.7:5080', 'udp 192.0.2.7 5080'],
      ['sip:192.0.2.7;transport=tcp', 'tcp 192.0.2.7 5060'],
      ['sip:192.0.2.7;transport=TLS', 'tls 192.0.2.7 5061 as 192.0.2.7'],
      ['sips:192.0.2.7', 'tls 192.0.2.7 5061 as 192.0.2.7'],
      ['sips:192.0.2.7;transport=tcp', 'tls 192.0.2.7 5061 as 192.0.2.7'],
      ['sip:192.0.2.7;transport=ws', 'ws 192.0.2.7 80'],
      ['sips:192.0.2.7;transport=ws', 'wss 192.0.2.7 443 as 192.0.2.7'],
      ['sip:[2001:db8::7]:5070', 'udp 2001:db8::7 5070'],
      ['sip:alice@example.com;maddr=192.0.2.99', 'udp 192.0.2.99 5060'],
      ['sips:alice@example.com;maddr=192.0.2.99', 'tls 192.0.2.99 5061 as example.com'],
    ];
    for (const [uri, target] of cases) {
      it(`sends ${uri} to ${target} and asks nobody`, async () => {
        expect(await located(uri, {})).to.deep.equal([target]);
      });
    }
  });

  it('takes the services in the order of the domain, and each server at every address', async () => {
    expect(await located('sip:bob@example.com')).to.deep.equal([
      'tls 2001:db8::1 5061 as example.com',
      'tls 192.0.2.1 5061 as example.com',
      'tcp 2001:db8::1 5060',
      'tcp 192.0.2.1 5060',
      'tcp 192.0.2.2 5070',
      'udp 192.0.2.2 5060',
    ]);
  });

  it('takes only services that it speaks', async () => {
    expect(await located('sip:bob@example.com', EXAMPLE, { protocols: ['udp'] })).to.deep.equal(['udp 192.0.2.2 5060']);
  });

  it('takes only secure services for sips', async () => {
    expect(await located('sips:bob@example.com')).to.deep.equal([
      'tls 2001:db8::1 5061 as example.com',
      'tls 192.0.2.1 5061 as example.com',
    ]);
    const zone = { ...EXAMPLE, naptr: { 'example.com': [naptr(1, 1, 'SIP+D2U', '_sip._udp.example.com')] } };
    expect(await located('sips:bob@example.com', zone)).to.deep.equal(await located('sips:bob@example.com'));
  });

  it('obeys a transport parameter and asks for no other service', async () => {
    expect(await located('sip:bob@example.com;transport=tcp', EXAMPLE, { families: [4] })).to.deep.equal([
      'tcp 192.0.2.1 5060',
      'tcp 192.0.2.2 5070',
    ]);
    expect(await located('sip:bob@example.com;transport=tls', EXAMPLE, { families: [4] })).to.deep.equal([
      'tls 192.0.2.1 5061 as example.com',
    ]);
  });

  it('asks for SRV records of its protocols where there is no NAPTR, the preferred first', async () => {
    expect(await located('sip:plain.example', EXAMPLE, { families: [4] })).to.deep.equal([
      'udp 192.0.2.1 5066',
      'tcp 192.0.2.2 5067',
    ]);
    expect(await located('sip:plain.example', EXAMPLE, { families: [4], protocols: ['tcp', 'udp'] })).to.deep.equal([
      'tcp 192.0.2.2 5067',
      'udp 192.0.2.1 5066',
    ]);
  });

  it('takes the addresses of the name itself where there is no SRV, or a port', async () => {
    expect(await located('sip:bare.example')).to.deep.equal(['udp 192.0.2.9 5060', 'udp 192.0.2.10 5060']);
    expect(await located('sips:bare.example')).to.deep.equal([
      'tls 192.0.2.9 5061 as bare.example',
      'tls 192.0.2.10 5061 as bare.example',
    ]);
    expect(await located('sip:example.com:5062')).to.deep.equal(['udp 192.0.2.80 5062']);
    expect(await located('sip:example.com.:5062')).to.deep.equal(['udp 192.0.2.80 5062']);
    expect(await located('sip:closed.example')).to.deep.equal(['udp 192.0.2.11 5060']);
  });

  it('prefers the families that it is told', async () => {
    expect(await located('sip:server1.example.com:5060', EXAMPLE, { families: [4, 6] })).to.deep.equal([
      'udp 192.0.2.1 5060',
      'udp 2001:db8::1 5060',
    ]);
  });

  it('goes to no more targets than it may', async () => {
    expect(await located('sip:bob@example.com', EXAMPLE, { targets: 2 })).to.have.length(2);
    const many = Array.from({ length: 50 }, (_, at) => `192.0.2.${at}`);
    expect(await located('sip:many.example', { addresses: { 'many.example': many } })).to.have.length(8);
  });

  it('says when there is nobody to send to', async () => {
    for (const uri of [
      'sip:nobody.example',
      'tel:+491234',
      'sips:x.example;transport=udp',
      'sip:x.example;transport=sctp',
    ])
      expect(await failure(located(uri)), uri).to.be.instanceOf(NotLocated);
  });

  it('goes on where one question fails, and tells the reason where all that is left is nothing', async () => {
    const down = new Error('SERVFAIL');
    const partly = {
      naptr: { 'bare.example': down },
      srv: { '_sip._udp.bare.example': down },
      addresses: EXAMPLE.addresses!,
    };
    expect(await located('sip:bare.example', partly)).to.deep.equal(['udp 192.0.2.9 5060', 'udp 192.0.2.10 5060']);
    expect(await failure(located('sip:x.example', { addresses: { 'x.example': down } }))).to.have.property(
      'cause',
      down,
    );
  });

  it('finds the next hop of a request: its Route, else the outbound proxy, else its URI', async () => {
    const request = (route?: string) =>
      Request.create('OPTIONS', 'sip:192.0.2.1', route === undefined ? [] : [['Route', route]]);
    const proxied = locator({}, { outboundProxy: SipUri.of({ host: '192.0.2.3', port: 5099 }) });
    const next = async (from: Locator, of: Request) => (await from.locateRequest(of)).map(shown);
    expect(await next(locator({}), request())).to.deep.equal(['udp 192.0.2.1 5060']);
    expect(await next(proxied, request())).to.deep.equal(['udp 192.0.2.3 5099']);
    expect(await next(proxied, request('<sip:192.0.2.4;lr>, <sip:192.0.2.5;lr>'))).to.deep.equal([
      'udp 192.0.2.4 5060',
    ]);
  });
});
