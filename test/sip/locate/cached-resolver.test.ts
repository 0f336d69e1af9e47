import { expect } from 'chai';
import { CachedResolver } from '../../../lib/sip/locate/cached-resolver.ts';
import { StaticResolver, type Zone } from '../../../lib/sip/locate/static-resolver.ts';
import { VirtualClock } from '../virtual-clock.ts';

describe('The cache of the resolver', () => {
  const clock = new VirtualClock();
  let asked: string[];

  /** A resolver that writes down what it is asked. */
  function watched(zone: Zone): StaticResolver {
    const source = new StaticResolver(zone);
    const addresses = source.addresses.bind(source);
    source.addresses = (name, family) => {
      asked.push(`${name} ${family}`);
      return addresses(name, family);
    };
    return source;
  }

  beforeEach(() => (asked = []));

  it('asks once for as long as the answer may be used, whatever the case of the name', async () => {
    const cache = new CachedResolver(watched({ addresses: { 'a.example': ['192.0.2.1'] }, ttl: 10 }), clock);
    const answers = await Promise.all([cache.addresses('a.example', 4), cache.addresses('A.example', 4)]);
    expect(answers.map(({ records }) => records)).to.deep.equal([['192.0.2.1'], ['192.0.2.1']]);
    clock.advance(9_999);
    await cache.addresses('a.example', 4);
    expect(asked).to.deep.equal(['a.example 4']);
    clock.advance(1);
    await cache.addresses('a.example', 4);
    expect(asked).to.have.length(2);
  });

  it('tells families and kinds of records apart', async () => {
    const srv = { 'a.example': [{ priority: 0, weight: 0, port: 1, name: 'b' }] };
    const cache = new CachedResolver(watched({ addresses: { 'a.example': ['192.0.2.1', '::1'] }, srv }), clock);
    expect((await cache.addresses('a.example', 4)).records).to.deep.equal(['192.0.2.1']);
    expect((await cache.addresses('a.example', 6)).records).to.deep.equal(['::1']);
    expect((await cache.srv('a.example')).records).to.deep.equal(srv['a.example']);
    expect((await cache.naptr('a.example')).records).to.deep.equal([]);
  });

  it('believes no TTL beyond its bound', async () => {
    const source = watched({ addresses: { 'a.example': ['192.0.2.1'] }, ttl: 1_000_000 });
    const cache = new CachedResolver(source, clock, { longest: 5 });
    await cache.addresses('a.example', 4);
    clock.advance(5_000);
    await cache.addresses('a.example', 4);
    expect(asked).to.have.length(2);
  });

  it('remembers for shorter times that there is nothing, and that nobody answered', async () => {
    const source = watched({ addresses: { down: new Error('SERVFAIL') } });
    const cache = new CachedResolver(source, clock, { none: 3, failure: 1 });
    const ask = async () => {
      await cache.addresses('nothing', 4);
      await cache.addresses('down', 4).catch(() => undefined);
      return asked.splice(0);
    };
    expect(await ask()).to.deep.equal(['nothing 4', 'down 4']);
    expect(await ask()).to.deep.equal([]);
    clock.advance(1_000);
    expect(await ask()).to.deep.equal(['down 4']);
    clock.advance(2_000);
    expect(await ask()).to.deep.equal(['nothing 4', 'down 4']);
  });

  it('keeps no more answers than it may', async () => {
    const cache = new CachedResolver(watched({}), clock, { answers: 2 });
    for (const name of ['a', 'b', 'c', 'a']) await cache.addresses(name, 4);
    expect(asked).to.deep.equal(['a 4', 'b 4', 'c 4', 'a 4']);
  });
});
