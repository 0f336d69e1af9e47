import { expect } from 'chai';
import { SystemResolver } from '../../../lib/sip/locate/system-resolver.ts';
import { NameServer, record } from './name-server.ts';

describe('The resolver of the system, over DNS', () => {
  const server = new NameServer([
    record.naptr('example.test', 50, 10, 'SIP+D2T', '_sip._tcp.example.test'),
    record.srv('_sip._tcp.example.test', 1, 20, 5070, 'one.example.test'),
    record.a('one.example.test', 300, 192, 0, 2, 1),
    record.a('one.example.test', 200, 192, 0, 2, 2),
    record.aaaa('one.example.test', 100, '20010db8000000000000000000000001'),
    record.a('four.example.test', 100, 192, 0, 2, 4),
  ]);
  let resolver: SystemResolver;

  before(async () => {
    resolver = new SystemResolver({ servers: [await server.start()], untoldTtl: 7 });
  });
  after(() => server.close());

  it('reads NAPTR and SRV records, for which node:dns tells no TTL', async () => {
    expect(await resolver.naptr('example.test')).to.deep.equal({
      records: [
        {
          order: 50,
          preference: 10,
          flags: 's',
          service: 'SIP+D2T',
          regexp: '',
          replacement: '_sip._tcp.example.test',
        },
      ],
      ttl: 7,
    });
    expect(await resolver.srv('_sip._tcp.example.test')).to.deep.equal({
      records: [{ priority: 1, weight: 20, port: 5070, name: 'one.example.test' }],
      ttl: 7,
    });
  });

  it('reads addresses, and lets them be used as long as the shortest lived of them', async () => {
    const { records, ttl } = await resolver.addresses('one.example.test', 4);
    expect([...records].sort()).to.deep.equal(['192.0.2.1', '192.0.2.2']);
    expect(ttl).to.equal(200);
    expect(await resolver.addresses('one.example.test', 6)).to.deep.equal({ records: ['2001:db8::1'], ttl: 100 });
  });

  it('tells that there is nothing from that nobody knows', async () => {
    expect((await resolver.srv('_sip._udp.example.test')).records).to.deep.equal([]);
    expect((await resolver.addresses('four.example.test', 6)).records).to.deep.equal([]);
    const failure: unknown = await resolver.srv('broken.example.test').catch((error: unknown) => error);
    expect(failure).to.have.property('code', 'ESERVFAIL');
  });

  it('finds names of the hosts file', async () => {
    expect((await resolver.addresses('localhost', 4)).records).to.include('127.0.0.1');
  });
});
