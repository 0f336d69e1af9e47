import type { RtpPacket } from './packet.ts';

/** What the AudioBridge takes of G.711: 20 ms in each packet, no more and no less. */
export const FRAME = 160;

/** Cuts packets of G.711 of any length into frames of 20 ms; what was lost stays a gap in the sequence numbers. */
export class Frames {
  #rest = Buffer.alloc(0);
  #source: number | undefined;
  /** Where the stream began, and where the next packet of it is due. */
  #begun = 0;
  #due = 0;

  take(packet: RtpPacket): RtpPacket[] {
    if (packet.source !== this.#source) {
      this.#source = packet.source;
      this.#begun = packet.timestamp;
      this.#due = packet.timestamp;
    }
    if (packet.timestamp !== this.#due) this.#rest = Buffer.alloc(0);
    const bytes = this.#rest.length === 0 ? packet.payload : Buffer.concat([this.#rest, packet.payload]);
    const start = packet.timestamp - this.#rest.length;
    const count = Math.floor(bytes.length / FRAME);
    this.#rest = Buffer.from(bytes.subarray(count * FRAME));
    this.#due = (packet.timestamp + packet.payload.length) >>> 0;
    return Array.from({ length: count }, (_, index) => {
      const timestamp = (start + index * FRAME) >>> 0;
      const sequence = Math.floor(((timestamp - this.#begun) >>> 0) / FRAME) & 0xffff;
      return { ...packet, sequence, timestamp, payload: bytes.subarray(index * FRAME, (index + 1) * FRAME) };
    });
  }
}
