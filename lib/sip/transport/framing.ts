import type { MessageLimits } from '../message/limits.ts';
import { contentLength } from './content-length.ts';

/** Bytes that can't be told apart into messages; the connection is of no more use. */
export class Unframed extends Error {
  readonly status: number;
  readonly reason: string;
  /** Start line and header with the empty line, where it ended within the limits. */
  readonly head: Buffer | undefined;

  constructor(status: number, reason: string, head?: Buffer) {
    super(`${status} ${reason}`);
    this.status = status;
    this.reason = reason;
    this.head = head;
  }
}

const CR = 0x0d;
const LF = 0x0a;
const END_OF_HEAD = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);

/** Cuts a stream into messages by their Content-Length (RFC 3261 §18.3), however its bytes arrive. */
export class StreamFraming {
  readonly #limits: MessageLimits;
  /** The beginning of a message: `#length` bytes, with room to grow. */
  #kept = NOTHING;
  #length = 0;
  /** How far `#kept` holds no end of a header. */
  #searched = 0;
  /** Size of the message that is coming, once its header is known. */
  #size = 0;
  /** An odd number of line ends stands between messages. */
  #halfPing = false;
  /** A CRLF is the answer to our ping. */
  #pongDue = false;
  #pinged = false;

  constructor(limits: MessageLimits) {
    this.#limits = limits;
  }

  /** Bytes of a message that has begun and not ended. */
  get buffered(): number {
    return this.#length;
  }

  /** The next CRLF between messages answers our keep-alive (RFC 5626 §4.4.1). */
  expectPong(): void {
    this.#pongDue = true;
  }

  /** Whether a keep-alive came since the last look. */
  takePing(): boolean {
    const pinged = this.#pinged;
    this.#pinged = false;
    return pinged;
  }

  /** Gives every message that these bytes complete. @throws {Unframed} after those before it */
  push(chunk: Buffer, take: (message: Buffer) => void): void {
    let bytes = this.#length === 0 ? chunk : this.#join(chunk);
    for (;;) {
      if (this.#size === 0) {
        if (this.#searched === 0) bytes = bytes.subarray(this.#skipLineEnds(bytes));
        if (bytes.length > 1 || bytes[0] !== CR) this.#size = this.#sizeOf(bytes);
      }
      if (this.#size === 0 || bytes.length < this.#size) break;
      const message = bytes.subarray(0, this.#size);
      bytes = bytes.subarray(this.#size);
      this.#forget();
      take(message);
    }
    this.#keep(bytes);
  }

  /** The size of the message at the beginning, 0 while its header has not come. */
  #sizeOf(bytes: Buffer): number {
    const { headBytes, bodyBytes } = this.#limits;
    const end = bytes.indexOf(END_OF_HEAD, Math.max(0, this.#searched - 3));
    const size = end < 0 ? bytes.length : end + END_OF_HEAD.length;
    if (size > headBytes) throw new Unframed(513, 'Header Too Large');
    this.#searched = bytes.length;
    if (end < 0) return 0;
    const head = bytes.subarray(0, size);
    const length = contentLength(head);
    if (length === undefined) throw new Unframed(400, 'Missing Content-Length', head);
    if (Number.isNaN(length)) throw new Unframed(400, 'Malformed Content-Length', head);
    if (length > bodyBytes) throw new Unframed(513, 'Body Too Large', head);
    return size + length;
  }

  /** Line ends before a start line mean nothing (RFC 3261 §7.5), but two are a ping and one a pong (RFC 5626 §4.4.1). */
  #skipLineEnds(bytes: Buffer): number {
    let at = 0;
    while (bytes[at] === CR && bytes[at + 1] === LF) at += 2;
    const isPong = this.#pongDue && at > 0;
    const lineEnds = at / 2 - (isPong ? 1 : 0) + (this.#halfPing ? 1 : 0);
    if (isPong) this.#pongDue = false;
    if (lineEnds > 1) this.#pinged = true;
    this.#halfPing = lineEnds % 2 === 1 && (at === bytes.length || bytes[at] === CR);
    return at;
  }

  /** What was kept with more behind it; its room doubles, so that bytes that come one by one are not copied each time. */
  #join(chunk: Buffer): Buffer {
    const length = this.#length + chunk.length;
    if (length > this.#kept.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#kept.length));
      this.#kept.copy(grown, 0, 0, this.#length);
      this.#kept = grown;
    }
    chunk.copy(this.#kept, this.#length);
    return this.#kept.subarray(0, length);
  }

  #keep(bytes: Buffer): void {
    this.#length = bytes.length;
    if (bytes.length === 0) this.#kept = NOTHING;
    else if (bytes.buffer !== this.#kept.buffer || bytes.byteOffset !== this.#kept.byteOffset) {
      // A copy, so that a few bytes do not hold the whole chunk that they came in.
      this.#kept = Buffer.from(bytes);
    }
  }

  #forget(): void {
    this.#size = 0;
    this.#searched = 0;
    this.#length = 0;
    this.#kept = NOTHING;
  }
}
