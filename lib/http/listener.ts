import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SocketAddress } from './address.ts';
import { boundConnections } from './connections.ts';
import { listenerDefaults, type ListenerLimits } from './listener-limits.ts';
import { RequestQueues } from './request-queues.ts';
import { overTcp, type Transport } from './transports.ts';

/** An HTTP listener: limits, order of pipelined requests and a graceful end; what is served is the handler's. */
export class HttpListener {
  readonly #transport: Transport;
  readonly #queues: RequestQueues;
  readonly #limits: ListenerLimits;
  readonly #report: (error: Error) => void;
  #closed: Promise<void> | undefined;

  /** `report` is told of connections that could not be accepted, for example for want of file descriptors. */
  constructor(
    handler: RequestListener,
    limits: ListenerLimits = listenerDefaults,
    report: (error: Error) => void = () => undefined,
    transport: Transport = overTcp(limits),
  ) {
    this.#limits = limits;
    this.#report = report;
    this.#transport = transport;
    this.#queues = new RequestQueues(handler, limits.pipelined, limits.retryAfter);
    boundConnections(transport.server, limits.connections);
    transport.server.on('request', this.#accept);
    // Expect is the application's to answer (RFC 6503 §9). As no 100 is sent, nobody knows whether the body will come, so
    // the connection ends with the answer (RFC 9110 §10.1.1).
    transport.server.on('checkContinue', this.#acceptLast);
    transport.server.on('checkExpectation', this.#acceptLast);
  }

  /** Resolves when connections are accepted, with the address and port that were bound. */
  start({ address, port }: SocketAddress): Promise<SocketAddress> {
    const { server } = this.#transport;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: address, port }, () => {
        server.off('error', reject).on('error', this.#report);
        const bound = server.address() as AddressInfo;
        resolve({ address: bound.address, port: bound.port });
      });
    });
  }

  /**
   * Serves no more requests; resolves when those in flight are answered, or cut off after the grace time. What comes before
   * the connections end is told so.
   */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    const { grace, drainTime } = this.#limits;
    this.#queues.end();
    if (drainTime > 0) await new Promise((drained) => setTimeout(drained, drainTime));
    const cut = setTimeout(this.#transport.cut, grace);
    await new Promise<void>((resolve) => {
      this.#transport.server.close(() => resolve());
      this.#transport.end();
    });
    clearTimeout(cut);
  }

  readonly #accept = (request: IncomingMessage, response: ServerResponse): void => {
    if (hasOneHost(request)) this.#queues.add(request, response);
    else refuse(response);
  };

  readonly #acceptLast = (request: IncomingMessage, response: ServerResponse): void => {
    response.shouldKeepAlive = false;
    this.#accept(request, response);
  };
}

/** RFC 9112 §3.2: who passed the request on may have looked at another Host; node reads the first. */
const hasOneHost = ({ rawHeaders }: IncomingMessage): boolean =>
  rawHeaders.filter((name, place) => place % 2 === 0 && name.toLowerCase() === 'host').length < 2;

function refuse(response: ServerResponse): void {
  response.shouldKeepAlive = false;
  response.writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end('A request has one Host.\n');
}
