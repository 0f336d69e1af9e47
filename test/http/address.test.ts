import { expect } from 'chai';
import { formatAddress, isLoopback, parseAddress } from '../../lib/http/address.ts';

describe('the address of a socket', () => {
  for (const [text, address, port] of [
    ['127.0.0.1:8080', '127.0.0.1', 8080],
    ['localhost:0', 'localhost', 0],
    ['[::1]:8080', '::1', 8080],
    ['[2001:db8::1]:65535', '2001:db8::1', 65535],
  ] as const) {
    it(`is read from ${text} and written again`, () => {
      expect(parseAddress(text)).to.deep.equal({ address, port });
      expect(formatAddress({ address, port })).to.equal(text);
    });
  }

  for (const text of [
    '',
    '8080',
    ':8080',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '::1:8080',
    '[::1]',
    '[x]:1',
    'a b:1',
    'a:-1',
  ]) {
    it(`is not "${text}", and the error shows what is`, () => {
      expect(() => parseAddress(text)).to.throw(RangeError, '127.0.0.1:8080');
    });
  }

  it('is inside this machine or not', () => {
    for (const inside of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', 'localhost'])
      expect(isLoopback(inside)).to.equal(true);
    for (const outside of [
      '10.0.0.1',
      '128.0.0.1',
      '::2',
      '::',
      '0.0.0.0',
      '',
      '127.0.0.1.example',
      '::ffff:10.0.0.1',
    ]) {
      expect(isLoopback(outside), outside).to.equal(false);
    }
  });
});
