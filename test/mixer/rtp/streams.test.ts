import { expect } from 'chai';
import fc from 'fast-check';
import { FRAME, Frames } from '../../../lib/mixer/rtp/frames.ts';
import type { RtpPacket } from '../../../lib/mixer/rtp/packet.ts';
import { Splice } from '../../../lib/mixer/rtp/splice.ts';
import { TalkListener } from '../../../lib/mixer/rtp/talk.ts';

const packet = (sequence: number, timestamp: number, more: Partial<RtpPacket> = {}): RtpPacket => ({
  ...{ marker: false, payloadType: 0, source: 1, sequence, timestamp, payload: Buffer.alloc(FRAME) },
  ...more,
});

describe('G.711 in frames', () => {
  it('holds the same sound, in pieces of 20 ms, however it was cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(80, 160, 240, 320), { maxLength: 20 }),
        fc.nat(2 ** 32 - 1),
        (cuts, start) => {
          const sound = Buffer.from(
            Array.from({ length: cuts.reduce((sum, one) => sum + one, 0) }, (_, index) => index),
          );
          const frames = new Frames();
          let at = 0;
          const out = cuts.flatMap((length, index) => {
            const payload = sound.subarray(at, (at += length));
            return frames.take(packet(index, (start + at - length) >>> 0, { payload }));
          });
          expect(out.every(({ payload }) => payload.length === FRAME)).to.equal(true);
          const whole = sound.subarray(0, sound.length - (sound.length % FRAME));
          expect(Buffer.concat(out.map(({ payload }) => payload))).to.deep.equal(whole);
          expect(out.map(({ sequence }) => sequence)).to.deep.equal(out.map((_, index) => index));
        },
      ),
    );
  });

  it('keeps a gap where packets were lost', () => {
    const frames = new Frames();
    const out = [packet(7, 1_000), packet(9, 1_320)].flatMap((one) => frames.take(one));
    expect(out.map(({ sequence, timestamp }) => [sequence, timestamp])).to.deep.equal([
      [0, 1_000],
      [2, 1_320],
    ]);
  });
});

describe('streams that follow one another', () => {
  it('are one for the listener', () => {
    const splice = new Splice();
    const streams = [
      packet(5, 100),
      packet(6, 260),
      packet(8, 580),
      packet(90, 7, { source: 2 }),
      packet(91, 167, { source: 2 }),
    ];
    const out = streams.map((one) => splice.take(one, 160));
    expect(new Set(out.map(({ source }) => source)).size).to.equal(1);
    const [first] = out;
    const relative = out.map(({ sequence, timestamp, marker }) => [
      (sequence - (first?.sequence ?? 0)) & 0xffff,
      (timestamp - (first?.timestamp ?? 0)) >>> 0,
      marker,
    ]);
    expect(relative).to.deep.equal([
      [0, 0, true],
      [1, 160, false],
      [3, 480, false],
      [4, 640, true],
      [5, 800, false],
    ]);
  });
});

describe('talk', () => {
  const options = { loudness: 40, after: 200, until: 1_500 };
  const told = (levels: readonly [loudness: number, now: number][]): [boolean, number][] => {
    const listener = new TalkListener(options);
    return levels.flatMap(([loudness, now]) => {
      const change = listener.take(loudness, now);
      return change === undefined ? [] : [[change, now]];
    });
  };

  it('is told when it lasts, and its end when it is over for a while', () => {
    const levels: [number, number][] = [
      [20, 0],
      [20, 100],
      [20, 200],
      [60, 300],
      [60, 1_700],
      [60, 1_800],
      [60, 1_900],
    ];
    expect(told(levels)).to.deep.equal([
      [true, 200],
      [false, 1_800],
    ]);
  });

  it('is no click, and goes on over a pause between words', () => {
    expect(
      told([
        [20, 0],
        [60, 20],
        [20, 300],
        [60, 400],
      ]),
    ).to.deep.equal([]);
    expect(
      told([
        [20, 0],
        [20, 200],
        [60, 300],
        [20, 1_000],
        [60, 1_100],
        [60, 2_500],
      ]),
    ).to.deep.equal([[true, 200]]);
  });
});
