import { randomInt } from 'node:crypto';
import type { RtpPacket } from './packet.ts';

/**
 * One stream for the listener out of streams that follow one another: its SSRC stays, its sequence numbers and timestamps go on
 * (RFC 3550 §5.1), losses within a stream stay losses.
 */
export class Splice {
  readonly source = randomInt(1, 2 ** 32);
  #of: number | undefined;
  #shift = { sequence: 0, timestamp: 0 };
  #last = { sequence: randomInt(2 ** 15), timestamp: randomInt(2 ** 31) };

  /** `step` is what lies between two packets, in units of the clock. */
  take(packet: RtpPacket, step: number): RtpPacket {
    const begins = packet.source !== this.#of;
    if (begins) {
      this.#of = packet.source;
      this.#shift = {
        sequence: this.#last.sequence + 1 - packet.sequence,
        timestamp: this.#last.timestamp + step - packet.timestamp,
      };
    }
    const sequence = (packet.sequence + this.#shift.sequence) & 0xffff;
    const timestamp = (packet.timestamp + this.#shift.timestamp) >>> 0;
    if (((sequence - this.#last.sequence) & 0xffff) < 0x8000) this.#last = { sequence, timestamp };
    return { ...packet, source: this.source, sequence, timestamp, marker: packet.marker || begins };
  }
}
