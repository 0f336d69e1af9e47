import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Clock } from '../../../lib/sip/clock.ts';
import { Request, Response, serialize, type Message } from '../../../lib/sip/message/index.ts';
import type { Endpoint, Flow, Protocol } from '../../../lib/sip/transport/flow.ts';
import { TransportLayer, type TransportOptions } from '../../../lib/sip/transport/layer.ts';
import type { ListenOptions, Listener } from '../../../lib/sip/transport/listener.ts';
import { VirtualClock } from '../virtual-clock.ts';

export interface Delivery<M extends Message = Message> {
  readonly message: M;
  readonly flow: Flow;
}

export const PROTOCOLS: readonly Protocol[] = ['udp', 'tcp', 'tls', 'ws', 'wss'];
export const ADDRESSES = ['127.0.0.1', '::1'] as const;

/** A transport layer with what it received, in order. */
export class Party<C extends Clock = VirtualClock> {
  readonly layer: TransportLayer;
  readonly clock: C;
  /** Errors that nobody else was told of. */
  readonly errors: Error[] = [];
  readonly #inbox: Delivery[] = [];
  #wake: () => void = () => undefined;

  private constructor(clock: C, options: Partial<TransportOptions>) {
    this.clock = clock;
    this.layer = new TransportLayer({ clock, report: (error) => this.errors.push(error), ...options });
    this.layer.receive((message, flow) => {
      this.#inbox.push({ message, flow });
      this.#wake();
    });
  }

  static create(options: Partial<TransportOptions> = {}): Party {
    return new Party(new VirtualClock(), options);
  }

  listen(protocol: Protocol, more: Partial<ListenOptions> = {}): Promise<Listener> {
    return this.layer.listen({ protocol, address: '127.0.0.1', port: 0, ...more });
  }

  /** How many messages came and were not looked at. */
  get waiting(): number {
    return this.#inbox.length;
  }

  async #next(): Promise<Delivery> {
    for (;;) {
      const delivery = this.#inbox.shift();
      if (delivery !== undefined) return delivery;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async nextRequest(): Promise<Delivery<Request>> {
    const { message, flow } = await this.#next();
    if (message instanceof Request) return { message, flow };
    throw new Error(`not a request: ${message.startLine}`);
  }

  async nextResponse(): Promise<Delivery<Response>> {
    const { message, flow } = await this.#next();
    if (message instanceof Response) return { message, flow };
    throw new Error(`not a response: ${message.startLine}`);
  }

  /** Sends a request over a flow with the Via that belongs to it. */
  async sends(flow: Flow, parts: RequestParts = {}): Promise<void> {
    await transmit(flow, request({ sentBy: this.layer.sentBy(flow), transport: flow.protocol, ...parts }));
  }

  /** Answers the next request. */
  async answers(status = 200): Promise<Delivery<Request>> {
    const { message, flow } = await this.nextRequest();
    await this.layer.respond(Response.to(message, status), flow);
    return { message, flow };
  }

  close(): Promise<void> {
    return this.layer.close();
  }
}

export interface RequestParts {
  readonly method?: string;
  readonly sentBy?: string;
  readonly transport?: string;
  readonly via?: string;
  readonly body?: Buffer;
  readonly callId?: string;
}

export function request(parts: RequestParts = {}): Request {
  const { method = 'OPTIONS', sentBy = 'client.invalid', transport = 'tcp', via = ';rport', callId = 'call' } = parts;
  return Request.create(
    method,
    'sip:bob@example.com',
    [
      ['Via', `SIP/2.0/${transport.toUpperCase()} ${sentBy};branch=z9hG4bKtest${via}`],
      ['From', '<sip:alice@example.com>;tag=1'],
      ['To', '<sip:bob@example.com>'],
      ['Call-ID', callId],
      ['CSeq', `1 ${method}`],
    ],
    parts.body,
  );
}

export const bytes = (message: Message): Buffer => {
  const { head, body } = serialize(message);
  return Buffer.concat([head, body]);
};

export function transmit(flow: Flow, message: Message): Promise<void> {
  const { head, body } = serialize(message);
  return flow.send(head, body);
}

/** A bare TCP connection: for peers that no transport layer would be. */
export class Wire {
  readonly to: Endpoint;
  readonly socket: Socket;
  received = '';

  constructor(to: Endpoint, from?: string) {
    this.to = to;
    this.socket = connect({ host: to.address, port: to.port, ...(from !== undefined && { localAddress: from }) });
    this.socket.on('data', (chunk: Buffer) => (this.received += chunk.toString('latin1')));
    // Being cut off is one of the things that are expected.
    this.socket.on('error', () => undefined);
  }

  async ready(): Promise<this> {
    if (this.socket.connecting) await once(this.socket, 'connect');
    return this;
  }

  send(content: string | Buffer): this {
    this.socket.write(content);
    return this;
  }

  /** Everything received when the text is among it. */
  async until(text: string): Promise<string> {
    while (!this.received.includes(text)) {
      if (this.socket.closed) throw new Error(`closed before "${text}" came: ${this.received}`);
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')]);
    }
    return this.received;
  }

  /** Everything received when the connection is closed. */
  async closed(): Promise<string> {
    if (!this.socket.closed) await once(this.socket, 'close');
    return this.received;
  }
}

/** Resolves when the condition holds, which is looked at after each round of the event loop. */
export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** When and why a flow ends. */
export const ending = (flow: Flow): Promise<Error> => new Promise((resolve) => flow.onClose(resolve));

/** What a promise rejects with. */
export const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
