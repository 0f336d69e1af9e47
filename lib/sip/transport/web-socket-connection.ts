import { isUtf8 } from 'node:buffer';
import type { Socket } from 'node:net';
import { WebSocket, type RawData } from 'ws';
import { Connection, type ConnectionParts, type Surroundings } from './connection.ts';
import { TransportError } from './error.ts';
import { SENT } from './sent.ts';

/** A flow over WebSocket: each of its messages is one of SIP (RFC 7118 §5.1). */
export class WebSocketConnection extends Connection {
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  /** What a short frame has beside its payload; a client masks (RFC 6455 §5.2). */
  readonly #frame: number;
  /** Bytes of the socket that belong to nothing unfinished. */
  #finished: number;

  constructor(around: Surroundings, webSocket: WebSocket, socket: Socket, parts: ConnectionParts) {
    super(around, parts);
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#frame = parts.ours ? 2 : 6;
    this.#finished = socket.bytesRead;
    socket.setNoDelay(true);
    webSocket
      .on('message', this.#onMessage)
      .on('ping', this.#onSign)
      .on('pong', this.#onSign)
      .on('error', (error) => this.end(new TransportError('closed', error.message, { cause: error })))
      .on('close', () => this.end(new TransportError('closed', 'the peer closed the connection')));
  }

  get unfinished(): number {
    return Math.max(0, this.#socket.bytesRead - this.#finished);
  }

  get unread(): number {
    return this.#webSocket.bufferedAmount;
  }

  send(head: Buffer, body: Buffer): Promise<void> {
    const refused = this.refusal();
    if (refused !== undefined) return Promise.reject(refused);
    const message = body.length === 0 ? head : Buffer.concat([head, body]);
    // Text where it is text: what most clients in browsers send and expect (RFC 7118 §5.1 takes both).
    this.#webSocket.send(message, { binary: !isUtf8(message) }, this.wasRead);
    this.wrote();
    return SENT;
  }

  ping(): void {
    this.pinged();
    this.#webSocket.ping();
  }

  protected destroy(): void {
    this.#webSocket.terminate();
  }

  protected pause(): void {
    this.#webSocket.pause();
  }

  protected resume(): void {
    this.#webSocket.resume();
  }

  /** A sign of life, which may come in the middle of a message. */
  readonly #onSign = (payload: Buffer): void => {
    this.heard();
    this.#finished += this.#frame + payload.length;
    this.charge();
    this.chunkTaken();
  };

  readonly #onMessage = (data: RawData): void => {
    this.heard();
    this.#finished = this.#socket.bytesRead;
    this.take(data as Buffer);
    this.chunkTaken();
  };
}
