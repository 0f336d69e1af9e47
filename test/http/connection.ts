import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** A bare connection to a listener: what HTTP clients would hide is what these tests are about. */
export class Connection {
  readonly socket: Socket;
  received = '';
  readonly #closed: Promise<unknown>;

  constructor(port: number, address = '127.0.0.1') {
    this.socket = connect(port, address);
    this.socket.on('data', (bytes: Buffer) => (this.received += bytes.toString('latin1')));
    // Being cut off is one of the things that are expected.
    this.socket.on('error', () => undefined);
    this.#closed = once(this.socket, 'close').catch(() => undefined);
  }

  send(text: string): this {
    this.socket.write(text);
    return this;
  }

  /** Everything received when the server has closed. */
  async closed(): Promise<string> {
    await this.#closed;
    return this.received;
  }

  /** Everything received when the text is among it. */
  async until(text: string): Promise<string> {
    while (!this.received.includes(text)) {
      if (this.socket.closed) throw new Error(`closed before "${text}" came: ${this.received}`);
      await Promise.race([once(this.socket, 'data'), this.#closed]);
    }
    return this.received;
  }
}

export const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
export const post = (body: string, headers = `Content-Length: ${Buffer.byteLength(body)}\r\n`): string =>
  `POST / HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}`;

/** A promise and the way to fulfil it. */
export function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give: () => give() };
}
