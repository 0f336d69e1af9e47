import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RequestQueues } from './request-queues.ts';
import type { SocketAddress } from './address.ts';

export interface ListenerLimits {
  /** Milliseconds from a request's first byte to the end of its headers. */
  readonly headersTime: number;
  /** Milliseconds from a request's first byte to the end of its body. */
  readonly requestTime: number;
  /** Milliseconds that a connection may wait for its next request. */
  readonly keepAliveTime: number;
  /** Milliseconds without a byte in either direction, for example while a client does not read the answer. */
  readonly silence: number;
  /** Milliseconds between looks at the headers and request times. */
  readonly checkInterval: number;
  /** Bytes of request line and headers together. */
  readonly headerBytes: number;
  readonly headers: number;
  /** Connections at the same time; one more is closed at once. */
  readonly connections: number;
  /** Requests over one connection; the last one's answer says `Connection: close`, later ones get 503. */
  readonly requestsPerConnection: number;
  /** Requests of one connection that wait for the answer before them; one more closes the connection. */
  readonly pipelined: number;
  /** Milliseconds that requests in flight have when the listener closes. */
  readonly grace: number;
}

export const listenerDefaults: ListenerLimits = {
  headersTime: 10_000,
  requestTime: 30_000,
  keepAliveTime: 30_000,
  silence: 120_000,
  checkInterval: 1_000,
  headerBytes: 16_384,
  headers: 100,
  connections: 10_000,
  requestsPerConnection: 100_000,
  pipelined: 100,
  grace: 10_000,
};

/** An HTTP/1.1 listener: limits, order of pipelined requests and a graceful end; what is served is the handler's. */
export class HttpListener {
  readonly #server: Server;
  readonly #queues: RequestQueues;
  readonly #limits: ListenerLimits;
  readonly #report: (error: Error) => void;
  #closed: Promise<void> | undefined;

  /** `report` is told of connections that could not be accepted, for example for want of file descriptors. */
  constructor(
    handler: RequestListener,
    limits: ListenerLimits = listenerDefaults,
    report: (error: Error) => void = () => undefined,
  ) {
    this.#limits = limits;
    this.#report = report;
    this.#queues = new RequestQueues(handler, limits.pipelined);
    this.#server = createServer({
      headersTimeout: limits.headersTime,
      requestTimeout: limits.requestTime,
      keepAliveTimeout: limits.keepAliveTime,
      connectionsCheckingInterval: limits.checkInterval,
      maxHeaderSize: limits.headerBytes,
    });
    this.#server.timeout = limits.silence;
    this.#server.maxHeadersCount = limits.headers;
    this.#server.maxConnections = limits.connections;
    this.#server.maxRequestsPerSocket = limits.requestsPerConnection;
    this.#server.on('request', this.#accept);
    // Expect is the application's to answer (RFC 6503 §9). As no 100 is sent, nobody knows whether the body will come, so
    // the connection ends with the answer (RFC 9110 §10.1.1).
    this.#server.on('checkContinue', this.#acceptLast);
    this.#server.on('checkExpectation', this.#acceptLast);
  }

  /** Resolves when connections are accepted, with the address and port that were bound. */
  start({ address, port }: SocketAddress): Promise<SocketAddress> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: address, port }, () => {
        this.#server.off('error', reject).on('error', this.#report);
        const bound = this.#server.address() as AddressInfo;
        resolve({ address: bound.address, port: bound.port });
      });
    });
  }

  /** No new connections and requests; resolves when those in flight are answered, or cut off after the grace time. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    const cut = setTimeout(() => this.#server.closeAllConnections(), this.#limits.grace);
    await new Promise<void>((resolve) => {
      this.#queues.end();
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
    clearTimeout(cut);
  }

  readonly #accept = (request: IncomingMessage, response: ServerResponse): void => {
    this.#queues.add(request, response);
  };

  readonly #acceptLast = (request: IncomingMessage, response: ServerResponse): void => {
    response.shouldKeepAlive = false;
    this.#queues.add(request, response);
  };
}
