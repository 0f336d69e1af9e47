import type { RtpPacket } from './packet.ts';

/** Events 0 to 15 (RFC 4733 §3.2). */
const DIGITS = '0123456789*#ABCD';

/** Hears keys in the telephone events of one stream (RFC 4733): each press once, at the first packet of it that comes. */
export class DigitListener {
  #source: number | undefined;
  #begun: number | undefined;
  #event: number | undefined;
  /** Where a segment ends that is as long as one can be: the next one goes on with the same press (§2.5.1.3). */
  #continues: number | undefined;

  /** The key that was pressed, if this packet is the first to say so. */
  take({ payload, timestamp, source }: Pick<RtpPacket, 'payload' | 'timestamp' | 'source'>): string | undefined {
    if (payload.length < 4) return undefined;
    const event = payload.readUInt8(0);
    const goesOn = this.#source === source && this.#event === event && timestamp === this.#continues;
    const isOld = this.#source === source && this.#begun !== undefined && !isLater(timestamp, this.#begun);
    if (isOld && timestamp !== this.#begun) return undefined;
    const duration = payload.readUInt16BE(2);
    this.#continues = duration === 0xffff ? (timestamp + duration) >>> 0 : undefined;
    if (isOld) return undefined;
    this.#source = source;
    this.#begun = timestamp;
    this.#event = event;
    return goesOn ? undefined : DIGITS[event];
  }
}

/** Timestamps wrap at 2³². */
const isLater = (one: number, other: number): boolean => one !== other && (one - other) >>> 0 < 2 ** 31;

/** The packets of one key press of 20 ms steps, as a telephone sends them: the last one three times (RFC 4733 §2.5.1.4). */
export function pressed(digit: string, steps: number, clock: number): { marker: boolean; payload: Buffer }[] {
  const event = DIGITS.indexOf(digit.toUpperCase());
  if (event === -1) throw new Error(`${digit} is no key`);
  const packet = (step: number, ends: boolean): { marker: boolean; payload: Buffer } => {
    const payload = Buffer.from([event, (ends ? 0x80 : 0) | 10, 0, 0]);
    payload.writeUInt16BE(Math.min(0xffff, (step * clock) / 50), 2);
    return { marker: step === 1 && !ends, payload };
  };
  const during = Array.from({ length: steps }, (_, index) => packet(index + 1, false));
  return [...during, ...[1, 2, 3].map(() => packet(steps, true))];
}
