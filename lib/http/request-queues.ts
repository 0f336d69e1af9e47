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
  readonly #retryAfter: number;
  readonly #queues = new Map<Socket, Queue>();
  #ended = false;

  /** Those who come after the end may come again after so many seconds. */
  constructor(handler: RequestListener, limit: number, retryAfter: number) {
    this.#handler = handler;
    this.#limit = limit;
    this.#retryAfter = retryAfter;
  }

  add(request: IncomingMessage, response: ServerResponse): void {
    // HTTP/2 keeps its streams apart, and bounds how many there are.
    const ordered = request.httpVersionMajor === 1;
    const { socket } = request;
    const queue = ordered ? this.#queues.get(socket) : undefined;
    if (this.#ended && queue === undefined) {
      response.shouldKeepAlive = false;
      answerEnding(response, this.#retryAfter);
    } else if (!ordered) {
      this.#handler(request, response);
    } else if (queue === undefined) {
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

  /**
   * Lets what is being served finish, closes each connection after it and starts nothing that waits there (its clients learn
   * it by `Connection: close`, RFC 9112 §9.6); new requests elsewhere are refused.
   */
  end(): void {
    this.#ended = true;
    for (const { current } of this.#queues.values()) current.shouldKeepAlive = false;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    response.on('close', () => {
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

function answerEnding(response: ServerResponse, retryAfter: number): void {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };
  response.writeHead(503, { ...headers, 'Retry-After': String(retryAfter) });
  response.end('The service ends here; send the request again.\n');
}
