import { expect } from 'chai';
import fc from 'fast-check';
import { amplifier, decode, encode, loudness, SILENCE } from '../../../lib/mixer/rtp/g711.ts';

for (const law of ['PCMU', 'PCMA'] as const)
  describe(law, () => {
    it('writes every byte as it was read', () => {
      for (let byte = 0; byte < 256; byte++)
        expect(decode(law, encode(law, decode(law, byte)))).to.equal(decode(law, byte));
    });

    it('is right to one part in sixteen', () => {
      fc.assert(
        fc.property(fc.integer({ min: -32_000, max: 32_000 }), (sample) => {
          expect(Math.abs(decode(law, encode(law, sample)) - sample)).to.be.at.most(Math.abs(sample) / 16 + 16);
        }),
      );
    });

    it('hears how loud it is', () => {
      expect(loudness(law, Buffer.alloc(160, SILENCE[law]))).to.be.greaterThan(60);
      expect(loudness(law, Buffer.alloc(160, encode(law, 32_000)))).to.equal(0);
      expect(loudness(law, Buffer.alloc(160, encode(law, 3_200)))).to.be.within(19, 21);
      expect(loudness(law, Buffer.alloc(0))).to.equal(127);
    });

    it('is multiplied byte by byte', () => {
      const half = amplifier(law, 0.5);
      expect(decode(law, half[encode(law, 8_000)] ?? 0)).to.be.within(3_700, 4_300);
      expect(decode(law, half[encode(law, -8_000)] ?? 0)).to.be.within(-4_300, -3_700);
    });
  });

describe('G.711', () => {
  it('knows bytes of ITU-T G.711', () => {
    const known = [decode('PCMU', 0x00), decode('PCMU', 0x80), decode('PCMU', 0xff), decode('PCMA', 0x2a)];
    expect(known).to.deep.equal([-32_124, 32_124, 0, -32_256]);
  });
});
