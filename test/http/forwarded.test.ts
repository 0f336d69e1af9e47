import { expect } from 'chai';
import fc from 'fast-check';
import { networksOf, originOf, type ForwardedHeader } from '../../lib/http/forwarded.ts';

const trusting = (entries: string[], header: ForwardedHeader = 'X-Forwarded-For') => ({
  networks: networksOf(entries),
  header,
});
const local = { source: '127.0.0.1', secure: false };

describe('the origin of a request', () => {
  it('is the peer where no proxy is trusted, whatever the headers say', () => {
    const headers = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https', forwarded: 'for=192.0.2.2' };
    const peer = { source: '203.0.113.9', secure: false };
    expect(originOf(peer, headers, trusting([]))).to.deep.equal({
      source: '203.0.113.9',
      secure: false,
      loopback: false,
      proxied: false,
    });
  });

  it('is this machine only when nothing tells that it was passed on', () => {
    expect(originOf(local, {}, trusting([]))).to.include({ loopback: true });
    for (const headers of [{ 'x-forwarded-for': '127.0.0.1' }, { forwarded: 'for=127.0.0.1' }])
      expect(originOf(local, headers, trusting([]))).to.include({ loopback: false, source: '127.0.0.1' });
  });

  it('is what a trusted proxy says', () => {
    const headers = { 'x-forwarded-for': '198.51.100.7', 'x-forwarded-proto': 'https' };
    const expected = { source: '198.51.100.7', secure: true, loopback: false, proxied: true };
    expect(originOf(local, headers, trusting(['127.0.0.0/8']))).to.deep.equal(expected);
    const mapped = { source: '::ffff:127.0.0.1', secure: false };
    expect(originOf(mapped, headers, trusting(['127.0.0.1']))).to.deep.equal(expected);
    expect(originOf(local, { 'x-forwarded-for': '::1' }, trusting(['127.0.0.1']))).to.include({
      loopback: true,
      secure: false,
    });
  });

  it('is nowhere near when a trusted proxy says nothing', () => {
    expect(originOf({ ...local, secure: true }, {}, trusting(['127.0.0.1']))).to.include({
      loopback: false,
      secure: false,
    });
  });

  it('is the last address that is no proxy of ours: what a client writes before it does not count', () => {
    const address = fc.ipV4();
    fc.assert(
      fc.property(
        fc.array(address, { maxLength: 4 }),
        fc.array(fc.constant('10.1.2.3'), { maxLength: 3 }),
        (lies, ours) => {
          const hops = [...lies, '198.51.100.7', ...ours].join(', ');
          const origin = originOf(local, { 'x-forwarded-for': hops }, trusting(['127.0.0.1', '10.0.0.0/8']));
          expect(origin).to.include({ source: '198.51.100.7', loopback: false });
        },
      ),
    );
  });

  it('is read from Forwarded where the proxies write that (RFC 7239), and from nothing else then', () => {
    const proxies = trusting(['127.0.0.1', 'fd00::/8'], 'Forwarded');
    const rows: [string, string, boolean][] = [
      ['for=192.0.2.60;proto=https;by=203.0.113.43', '192.0.2.60', true],
      ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17', false],
      ['for=127.0.0.1;proto=https, for="192.0.2.1:80";proto=http, for="[fd00::1]"', '192.0.2.1', false],
      ['for=_hidden;proto=https', '_hidden', true],
    ];
    for (const [forwarded, source, secure] of rows) {
      const headers = { forwarded, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' };
      expect(originOf(local, headers, proxies), forwarded).to.include({ source, secure, loopback: false });
    }
    expect(originOf(local, { 'x-forwarded-for': '127.0.0.1' }, proxies)).to.include({ loopback: false });
  });

  it('needs proxies that are addresses or networks', () => {
    for (const wrong of ['localhost', '10.0.0.0/33', '::/129', '10.0.0.0/', ''])
      expect(() => networksOf([wrong]), wrong).to.throw(RangeError, 'is not an address or a network');
    expect(() => networksOf(['10.0.0.1', '::1', 'fd00::/8'])).not.to.throw();
  });
});
