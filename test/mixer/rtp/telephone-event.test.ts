import { expect } from 'chai';
import fc from 'fast-check';
import { DigitListener, pressed } from '../../../lib/mixer/rtp/telephone-event.ts';

const hear = (
  packets: readonly { payload: Buffer; timestamp: number; source?: number }[],
  listener = new DigitListener(),
): string => packets.map((packet) => listener.take({ source: 1, ...packet }) ?? '').join('');
const press = (digit: string, timestamp: number) =>
  pressed(digit, 5, 8_000).map(({ payload }) => ({ payload, timestamp }));

describe('keys as telephone events (RFC 4733)', () => {
  const digits = fc.array(fc.constantFrom(...'0 1 2 3 4 5 6 7 8 9 * # A B C D'.split(' ')), { maxLength: 12 });

  it('are heard once each, in order, whatever is lost of them', () => {
    fc.assert(
      fc.property(digits, fc.nat(2 ** 32 - 1), fc.infiniteStream(fc.boolean()), (keys, start, losses) => {
        const sent = keys.flatMap((key, index) => {
          const packets = press(key, (start + index * 1_600) >>> 0);
          const kept = packets.filter(() => losses.next().value !== true);
          return kept.length === 0 ? packets.slice(-1) : kept;
        });
        expect(hear(sent)).to.equal(keys.join(''));
      }),
    );
  });

  it('are heard once where packets of an older key come late', () => {
    const [one, two] = [press('1', 160), press('2', 1_760)];
    expect(hear([...one, ...two.slice(0, 2), ...one.slice(-1), ...two.slice(2)])).to.equal('12');
  });

  it('are one key while it is held for longer than a segment', () => {
    const long = Buffer.from([5, 10, 0xff, 0xff]);
    const rest = Buffer.from([5, 0x8a, 0x10, 0]);
    const later = { payload: rest, timestamp: 160 + 0xffff };
    expect(hear([{ payload: long, timestamp: 160 }, later, { ...later, timestamp: 160 + 2 * 0xffff }])).to.equal('55');
  });

  it('are heard of a stream that begins anew', () => {
    expect(hear([...press('1', 90_000), ...press('2', 160).map((one) => ({ ...one, source: 2 }))])).to.equal('12');
  });

  it('are not what is no key', () => {
    expect(hear([{ payload: Buffer.from([16, 10, 0, 160]), timestamp: 160 }])).to.equal('');
    expect(hear([{ payload: Buffer.from([1, 10]), timestamp: 160 }])).to.equal('');
  });
});
