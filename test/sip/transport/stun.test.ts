import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { stunAnswer } from '../../../lib/sip/transport/stun.ts';
import { ADDRESSES, Party } from './party.ts';

/** A binding request with the transaction id of RFC 5769 §2.1, without attributes. */
const REQUEST = Buffer.from('000100002112a442b7e7a701bc34d686fa87dfae', 'hex');

describe('STUN keep-alives (RFC 5626 §4.4.2)', () => {
  it('are answered with the address that they came from, masked', () => {
    // The addresses and values of RFC 5769 §2.2 and §2.3.
    expect(stunAnswer(REQUEST, { address: '192.0.2.1', port: 32_853 })?.toString('hex')).to.equal(
      '0101000c2112a442b7e7a701bc34d686fa87dfae' + '002000080001a147e112a643',
    );
    const six = { address: '2001:db8:1234:5678:11:2233:4455:6677', port: 32_853 };
    expect(stunAnswer(REQUEST, six)?.toString('hex')).to.equal(
      '010100182112a442b7e7a701bc34d686fa87dfae' + '002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9',
    );
  });

  it('are nothing else', () => {
    const from = { address: '192.0.2.1', port: 1 };
    const changed = (at: number) => Buffer.from(REQUEST.map((byte, index) => (index === at ? byte ^ 0x11 : byte)));
    for (const other of [Buffer.alloc(0), REQUEST.subarray(0, 19), changed(0), changed(1), changed(3), changed(4)])
      expect(stunAnswer(other, from)).to.equal(undefined);
  });

  for (const address of ADDRESSES) {
    it(`are answered over UDP at ${address}, others that begin with a zero are not`, async () => {
      const server = Party.create();
      const { local } = await server.listen('udp', { address });
      const socket = createSocket(address === '::1' ? 'udp6' : 'udp4');
      const answered = once(socket, 'message') as Promise<[Buffer]>;
      for (const one of [Buffer.from([0]), Buffer.alloc(100), REQUEST]) socket.send(one, local.port, address);
      const [answer] = await answered;
      expect(answer).to.deep.equal(stunAnswer(REQUEST, { address, port: socket.address().port }));
      expect(server.layer.counters).to.include({ received: 0, malformedDropped: 0 });
      socket.close();
      await server.close();
    });
  }
});
