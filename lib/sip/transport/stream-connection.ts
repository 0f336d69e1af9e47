import type { Socket } from 'node:net';
import { Connection, type ConnectionParts, type Surroundings } from './connection.ts';
import { failureOf, TransportError } from './error.ts';
import { StreamFraming, Unframed } from './framing.ts';
import { SENT } from './sent.ts';

const PING = Buffer.from('\r\n\r\n');
const PONG = Buffer.from('\r\n');

/** A flow over TCP or TLS. */
export class StreamConnection extends Connection {
  readonly #socket: Socket;
  readonly #framing: StreamFraming;

  constructor(around: Surroundings, socket: Socket, parts: ConnectionParts) {
    super(around, parts);
    this.#socket = socket;
    this.#framing = new StreamFraming(around.inbound.messageLimits);
    socket.setNoDelay(true);
    socket.on('data', this.#onData).on('error', this.#onError).on('close', this.#onClosed);
  }

  get unfinished(): number {
    return this.#framing.buffered;
  }

  get unread(): number {
    return this.#socket.writableLength;
  }

  send(head: Buffer, body: Buffer): Promise<void> {
    const refused = this.refusal();
    if (refused !== undefined) return Promise.reject(refused);
    // Corked, both parts leave in one segment.
    this.#socket.cork();
    this.#socket.write(head, body.length === 0 ? this.wasRead : undefined);
    if (body.length > 0) this.#socket.write(body, this.wasRead);
    this.#socket.uncork();
    this.wrote();
    return SENT;
  }

  ping(): void {
    this.pinged();
    this.#framing.expectPong();
    this.#socket.write(PING);
  }

  protected destroy(): void {
    this.#socket.destroy();
  }

  protected pause(): void {
    this.#socket.pause();
  }

  protected resume(): void {
    this.#socket.resume();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.heard();
    try {
      this.#framing.push(chunk, this.#take);
    } catch (error) {
      if (!(error instanceof Unframed)) throw error;
      this.#giveUp(error);
      return;
    }
    if (this.#framing.takePing()) {
      this.charge();
      this.#socket.write(PONG);
    }
    this.chunkTaken();
  };

  readonly #take = (message: Buffer): void => this.take(message);

  /** Answers what can be answered and ends; a reset would take the answer from the peer, so what he still sends is dropped. */
  #giveUp(error: Unframed): void {
    this.around.inbound.unframed(error, this);
    this.end(new TransportError('closed', `bytes that are no messages: ${error.message}`), false);
    this.#socket.off('data', this.#onData).resume().end();
    this.around.clock.after(this.around.limits.lingerTime, () => this.destroy());
  }

  readonly #onError = (error: Error): void => {
    this.end(
      error instanceof TransportError ? error : new TransportError(failureOf(error), error.message, { cause: error }),
    );
  };

  readonly #onClosed = (): void => this.end(new TransportError('closed', 'the peer closed the connection'));
}
