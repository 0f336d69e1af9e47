import { createSocket, type Socket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import sdp from 'sdp-transform';
import { decode, encode, type Law } from '../../lib/mixer/rtp/g711.ts';
import { readPacket, writePacket } from '../../lib/mixer/rtp/packet.ts';
import { pressed } from '../../lib/mixer/rtp/telephone-event.ts';

const RATE = 8_000;
const FRAME = 160;
const AMPLITUDE = 6_000;
/** How many samples are looked at for tones: 200 ms, in which 40 Hz are told apart well. */
const WINDOW = 1_600;
/** A tone that is heard has at least this amplitude: a quarter of what a telephone sends. */
const HEARD = AMPLITUDE / 4;
const EVENTS = 101;

/** The sound of a telephone of the tests: it sends one tone in G.711, and hears which tones others send. */
export class RtpPhone {
  readonly #socket: Socket;
  readonly #law: Law;
  readonly #pitch: number;
  readonly #source = randomInt(1, 2 ** 32);
  #remote: { address: string; port: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;
  /** Packets of keys to send instead of sound; what they belong to began with this timestamp. */
  #keys: { marker: boolean; payload: Buffer; timestamp: number }[] = [];
  readonly #heard: number[] = [];
  #listeners: (() => void)[] = [];
  #packets = 0;

  private constructor(socket: Socket, pitch: number, law: Law) {
    this.#socket = socket;
    this.#pitch = pitch;
    this.#law = law;
    socket.on('message', (bytes) => this.#take(bytes));
  }

  /** `pitch` in Hz; those of phones that meet should be 100 Hz apart, and none a multiple of another. */
  static async open(pitch: number, law: Law = 'PCMU'): Promise<RtpPhone> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new RtpPhone(socket, pitch, law);
  }

  /** An offer, or an answer to an offer of a mixer. */
  description(direction = 'sendrecv'): string {
    const [type, name] = this.#law === 'PCMU' ? [0, 'PCMU'] : [8, 'PCMA'];
    return [
      ...['v=0', `o=- ${this.#source} 1 IN IP4 127.0.0.1`, 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
      ...[`m=audio ${this.#socket.address().port} RTP/AVP ${type} ${EVENTS}`, `a=rtpmap:${type} ${name}/8000`],
      ...[`a=rtpmap:${EVENTS} telephone-event/8000`, `a=fmtp:${EVENTS} 0-15`, 'a=ptime:20', `a=${direction}`, ''],
    ].join('\r\n');
  }

  /** Sends to where the other side's description says, one packet in 20 ms. */
  talk(description: string): void {
    const session = sdp.parse(description);
    const audio = session.media.find(({ type }) => type === 'audio');
    const address = (audio?.connection ?? session.connection)?.ip;
    if (audio === undefined || address === undefined) throw new Error('no audio is described');
    this.#remote = { address, port: audio.port };
    const begun = performance.now() - this.#sent * 20;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      while (this.#sent * 20 < performance.now() - begun) this.#send();
    }, 10);
  }

  /** No packet more. */
  hush(): void {
    clearInterval(this.#timer);
  }

  /** Presses keys one after the other: 100 ms each, with pauses (RFC 4733). */
  press(digits: string): void {
    let timestamp = (this.#sent + this.#keys.length + 1) * FRAME;
    for (const digit of digits) {
      const packets = pressed(digit, 5, RATE);
      this.#keys.push(...packets.map((packet) => ({ ...packet, timestamp })));
      timestamp += packets.length * FRAME;
    }
  }

  /** Packets that came. */
  get packets(): number {
    return this.#packets;
  }

  /** Which of the tones it hears just now. */
  hears(pitches: readonly number[]): number[] {
    const window = this.#heard.slice(-WINDOW);
    if (window.length < WINDOW) return [];
    return pitches.filter((pitch) => strength(window, pitch) > HEARD);
  }

  /** Resolves when it hears these tones of all, and none of the others, for half a second. */
  async settlesOn(expected: readonly number[], all: readonly number[]): Promise<void> {
    for (let steady = 0; steady < 25;) {
      await this.#next();
      const heard = this.hears(all);
      steady = heard.length === expected.length && expected.every((pitch) => heard.includes(pitch)) ? steady + 1 : 0;
    }
  }

  /** Resolves when it hears this tone. */
  async hearsOnce(pitch: number): Promise<void> {
    while (this.hears([pitch]).length === 0) await this.#next();
  }

  close(): void {
    this.hush();
    this.#socket.close();
  }

  /** Resolves with the next packet. */
  #next(): Promise<void> {
    return new Promise((resolve) => this.#listeners.push(resolve));
  }

  #send(): void {
    const key = this.#keys.shift();
    const [sequence, now] = [this.#sent & 0xffff, this.#sent * FRAME];
    const header = key
      ? { payloadType: EVENTS, marker: key.marker, timestamp: key.timestamp }
      : { payloadType: this.#law === 'PCMU' ? 0 : 8, marker: this.#sent === 0, timestamp: now };
    const payload = key?.payload ?? this.#tone(now);
    this.#sent++;
    const { address, port } = this.#remote ?? {};
    this.#socket.send(writePacket({ ...header, sequence, source: this.#source, payload }), port, address);
  }

  #tone(from: number): Buffer {
    const at = (index: number): number => Math.sin((2 * Math.PI * this.#pitch * (from + index)) / RATE);
    return Buffer.from(
      Array.from({ length: FRAME }, (_, index) => encode(this.#law, Math.round(AMPLITUDE * at(index)))),
    );
  }

  #take(bytes: Buffer): void {
    const packet = readPacket(bytes);
    if (packet === undefined) return;
    this.#packets++;
    for (const byte of packet.payload) this.#heard.push(decode(this.#law, byte));
    this.#heard.splice(0, this.#heard.length - WINDOW);
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }
}

/** The amplitude of one pitch in samples (Goertzel). */
function strength(samples: readonly number[], pitch: number): number {
  const factor = 2 * Math.cos((2 * Math.PI * pitch) / RATE);
  let [before, last] = [0, 0];
  for (const sample of samples) [before, last] = [last, sample + factor * last - before];
  const power = last ** 2 + before ** 2 - factor * last * before;
  return (2 * Math.sqrt(Math.max(0, power))) / samples.length;
}
