import type { Clock } from '../clock.ts';
import type { Request } from '../message/request.ts';
import type { Response } from '../message/response.ts';
import type { MessageLimits } from '../message/limits.ts';
import { newCounters, type TransportCounters } from './counters.ts';
import type { Flow, Target } from './flow.ts';
import type { TransportLimits } from './limits.ts';
import type { Listener, ListenOptions } from './listener.ts';
import type { TlsSettings } from './tls.ts';

export interface TransportOptions {
  readonly clock: Clock;
  readonly limits?: Partial<TransportLimits> | undefined;
  readonly messageLimits?: MessageLimits | undefined;
  /** How we connect over TLS; by default without a certificate of ours, believing the CAs that Node brings. */
  readonly tls?: TlsSettings | undefined;
  /**
   * Whether responses follow a `maddr` of the top Via (RFC 3261 §18.2.2). Off by default: it lets strangers aim what we
   * send at hosts that they could not reach themselves.
   */
  readonly followMaddr?: boolean | undefined;
  /** Told of errors that no caller hears of: of a listener, or thrown by the receiver. */
  readonly report?: ((error: Error) => void) | undefined;
}

export type Receiver = (message: Request | Response, flow: Flow) => void;

/** SIP transport (RFC 3261 §18): UDP, TCP, TLS and WebSocket (RFC 7118). */
export class TransportLayer {
  readonly counters: TransportCounters = newCounters();

  constructor(options: TransportOptions) {
    void options;
  }

  /** Resolves when messages are taken at the address and port that were bound. */
  listen(options: ListenOptions): Promise<Listener> {
    throw new Error(options.protocol);
  }

  /**
   * Sets who takes what comes: requests with `received` and `rport` in their top Via (RFC 3261 §18.2.1, RFC 3581 §4), and
   * responses to ours.
   */
  receive(receiver: Receiver): void {
    void receiver;
  }

  /**
   * A flow to the target: one that is open, or a new one. With the size of a request above the path limit, UDP gives way
   * to TCP at the same address, unless it is refused there (RFC 3261 §18.1.1).
   * @throws {TransportError} rejects
   */
  connect(target: Target, size?: number): Promise<Flow> {
    throw new Error(`${target.protocol} ${size ?? 0}`);
  }

  /** The flow of this id while it is open: a client behind NAT is reached over the one that it opened (RFC 5626 §5.3). */
  flow(id: string): Flow | undefined {
    return id === '' ? undefined : undefined;
  }

  /**
   * Sends a response the way its top Via says (RFC 3261 §18.2.2, RFC 3581 §4); `flow` is the one its request came by.
   * @throws {TransportError} rejects
   */
  respond(response: Response, flow: Flow): Promise<void> {
    throw new Error(`${response.status} ${flow.id}`);
  }

  /** `host:port` that we put into Via and Contact of what goes over this flow: of a listener where there is one. */
  sentBy(flow: Flow): string {
    return flow.id;
  }

  /** Sends keep-alives over the flow, which fails when they stay unanswered (RFC 5626 §4.4.1), until the function is run. */
  keepAlive(flow: Flow, interval: number): () => void {
    throw new Error(`${flow.id} ${interval}`);
  }

  /** Ends every listener and flow. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
