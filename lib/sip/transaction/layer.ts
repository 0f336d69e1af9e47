import type { Clock } from '../clock.ts';
import type { Request } from '../message/request.ts';
import type { Response } from '../message/response.ts';
import type { Flow } from '../transport/flow.ts';
import type { ClientTransaction, ClientUser } from './client.ts';
import type { TransactionLimits } from './limits.ts';
import type { ServerTransaction } from './server.ts';
import type { Times } from './timers.ts';

/** What the layer asks of the transport below; {@link TransportLayer} is one. */
export interface Transport {
  receive(receiver: (message: Request | Response, flow: Flow) => void): void;
  respond(response: Response, flow: Flow): Promise<void>;
  sentBy(flow: Flow): string;
}

export interface TransactionOptions {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly times?: Partial<Times> | undefined;
  readonly limits?: Partial<TransactionLimits> | undefined;
  /** Told of what a handler throws; its request gets 500. */
  readonly report?: ((error: unknown) => void) | undefined;
}

/** RFC 3261 §17: matches messages to transactions and makes new ones. */
export class TransactionLayer {
  constructor(options: TransactionOptions) {
    void options;
  }

  /** Who answers new requests: none of them ACK or CANCEL, none a retransmission or a merged one (§8.2.2.2). */
  onRequest(handler: (server: ServerTransaction) => void | Promise<void>): void {
    void handler;
  }

  /** Who takes ACKs to 2xx. */
  onAck(handler: (ack: Request, flow: Flow) => void): void {
    void handler;
  }

  /** Who takes responses that match no transaction; by default nobody (RFC 6026 §8.9). */
  onStray(handler: (response: Response, flow: Flow) => void): void {
    void handler;
  }

  /** Starts a client transaction: puts our Via on top and sends. */
  send(request: Request, flow: Flow, user: ClientUser): ClientTransaction {
    void user;
    return { request, flow, cancel: () => undefined };
  }

  /** Sends the ACK to a 2xx, which has no transaction (§13.2.2.4). The function given back sends the same again. */
  acknowledge(ack: Request, flow: Flow): () => void {
    void [ack, flow];
    return () => undefined;
  }

  /** Ends every transaction without another word. */
  close(): void {
    return;
  }
}
