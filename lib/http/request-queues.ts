import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The request that is served on a connection, and those behind it. */
interface Queue {
  current: ServerResponse;
  readonly waiting: (() => void)[];
}

/**
 * Serves the requests of one connection one after the other: node answers pipelined requests in order but would start them
 * all at once, and of two changes the second must not overtake the first (RFC 9112 §9.3.2).
 */
export class RequestQueues {
  readonly #handler: RequestListener;
  readonly #limit: number;
  readonly #queues = new Map<Socket, Queue>();
  #ended = false;

  constructor(handler: RequestListener, limit: number) {
    this.#handler = handler;
    this.#limit = limit;
  }

  add(request: IncomingMessage, response: ServerResponse): void {
    // HTTP/2 keeps its streams apart, and bounds how many there are.
    if (request.httpVersionMajor > 1) {
      this.#handler(request, response);
      return;
    }
    const { socket } = request;
    const queue = this.#queues.get(socket);
    if (queue === undefined) {
      this.#queues.set(socket, { current: response, waiting: [] });
      this.#serve(request, response);
    } else if (queue.waiting.length < this.#limit) {
      queue.waiting.push(() => {
        queue.current = response;
        this.#serve(request, response);
      });
    } else {
      socket.destroy();
    }
  }

  /** Lets what is being served finish, closes each connection after it and starts nothing that waits. */
  end(): void {
    this.#ended = true;
    for (const { current } of this.#queues.values()) current.shouldKeepAlive = false;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (this.#ended) response.shouldKeepAlive = false;
    response.once('close', () => {
      // Nothing can follow a body of which the rest stays unread.
      if (!request.complete && request.isPaused()) request.socket.destroySoon();
      this.#next(request.socket);
    });
    this.#handler(request, response);
  }

  #next(socket: Socket): void {
    const next = this.#queues.get(socket)?.waiting.shift();
    if (this.#ended) socket.end();
    if (next === undefined || this.#ended || socket.destroyed) this.#queues.delete(socket);
    else next();
  }
}
