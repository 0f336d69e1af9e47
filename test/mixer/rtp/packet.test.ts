import { expect } from 'chai';
import fc from 'fast-check';
import { audioLevel, readPacket, writePacket } from '../../../lib/mixer/rtp/packet.ts';

const payload = Buffer.from('speech');
const packet = { marker: true, payloadType: 8, sequence: 65_535, timestamp: 2 ** 32 - 1, source: 4_711, payload };

describe('an RTP packet', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(
        fc.record({
          ...{ marker: fc.boolean(), payloadType: fc.constantFrom(0, 8, 63, 96, 127), sequence: fc.nat(65_535) },
          ...{ timestamp: fc.nat(2 ** 32 - 1), source: fc.nat(2 ** 32 - 1) },
          payload: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
        }),
        (one) => {
          expect(readPacket(writePacket(one))).to.deep.equal({ ...one, extensions: undefined });
        },
      ),
    );
  });

  it('loses its CSRCs, header extension and padding', () => {
    const written = writePacket(packet);
    const head = Buffer.from(written.subarray(0, 12));
    head[0] = 0xb2;
    const extension = Buffer.from([0xbe, 0xde, 0, 1, 0x10, 0x85, 0, 0]);
    const bytes = Buffer.concat([head, Buffer.alloc(8), extension, payload, Buffer.from([0, 0, 3])]);
    expect(readPacket(bytes)?.payload).to.deep.equal(payload);
  });

  it('tells how loud it is (RFC 6464)', () => {
    const extensions = Buffer.from([0x20, 0xff, 0, 0x10, 0x85]);
    expect(audioLevel({ ...packet, extensions }, 1)).to.equal(5);
    expect(audioLevel({ ...packet, extensions }, 3)).to.equal(undefined);
    expect(audioLevel(packet, 1)).to.equal(undefined);
  });

  it('is neither RTCP nor anything shorter', () => {
    expect(readPacket(Buffer.from([0x80, 200, ...Array<number>(20).fill(0)]))).to.equal(undefined);
    expect(readPacket(Buffer.alloc(11, 0x80))).to.equal(undefined);
    expect(readPacket(Buffer.concat([Buffer.from([0x00, 0]), Buffer.alloc(20)]))).to.equal(undefined);
  });

  it('is read or refused, whatever it holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const read = readPacket(Buffer.from([0x80 | ((bytes[0] ?? 0) & 0x3f), ...bytes.slice(1)]));
        if (read === undefined) return;
        expect(read.payload.length).to.be.at.most(bytes.length);
        audioLevel(read, 1);
      }),
    );
  });
});
