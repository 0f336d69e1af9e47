import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly report: {
    readonly conference: string;
    readonly version?: number;
    readonly time: string;
    readonly events: readonly { readonly type: string; readonly user?: Record<string, unknown> }[];
    readonly changes?: Record<string, unknown>;
    readonly document?: Record<string, unknown>;
  };
}

/** A receiver of callbacks on this machine; answers as the test wants. */
export class Receiver {
  readonly received: Received[] = [];
  status: (delivery: Received) => number = () => 204;
  location = '';
  readonly #server: Server;
  #waiting: (() => void)[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        const delivery = { headers: request.headers, body, report: JSON.parse(body.toString()) as Received['report'] };
        response.writeHead(this.status(delivery), this.location === '' ? {} : { Location: this.location }).end();
        this.received.push(delivery);
        for (const look of this.#waiting.splice(0)) look();
      });
    });
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** What is told, in short. */
  get told(): string[] {
    return this.received.map(({ report }) => report.events.map(({ type }) => type).join(' '));
  }

  /** Waits until so much has come. */
  async until(holds: (received: readonly Received[]) => boolean): Promise<void> {
    while (!holds(this.received)) await new Promise<void>((look) => this.#waiting.push(look));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
