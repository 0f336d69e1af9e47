import type { Request } from '../message/request.ts';
import type { Response } from '../message/response.ts';
import type { Uri } from '../message/uri.ts';
import type { Flow, Target } from '../transport/flow.ts';
import type { TransactionLayer } from './layer.ts';

/** Where requests to a URI can go, best first (RFC 3263 §4). Rejects when the domain has no server. */
export type Locate = (uri: Uri) => Promise<readonly Target[]>;

export interface SendOptions {
  /** Sent over this flow while it is open, instead of to located targets (RFC 5626 §5.3). */
  readonly flow?: Flow | undefined;
  /** Cancels an INVITE; stops waiting for another method. */
  readonly signal?: AbortSignal | undefined;
  /** Provisional responses, and each 2xx to an INVITE after the first. */
  readonly onResponse?: ((response: Response, flow: Flow) => void) | undefined;
}

export interface Answer {
  /** Final. Made here, 408 or 503, when no server gave one (RFC 3261 §8.1.3.1); then `cause` says why. */
  readonly response: Response;
  /** The request as it was sent last. */
  readonly request: Request;
  /** The flow that it was sent over last. */
  readonly flow: Flow | undefined;
  readonly cause: 'timeout' | 'transport' | 'unlocated' | undefined;
}

export interface OutgoingOptions {
  readonly transactions: TransactionLayer;
  readonly connect: (target: Target, size?: number) => Promise<Flow>;
  readonly locate: Locate;
}

/** Sends requests to where RFC 3263 says, with failover to the next target (§4.3). */
export class Outgoing {
  constructor(options: OutgoingOptions) {
    void options;
  }

  /**
   * Resolves with the final response, and never rejects but by `signal` of a request that is no INVITE in progress.
   * The next hop is the first Route, or the Request-URI (RFC 3261 §8.1.2).
   */
  send(request: Request, options: SendOptions = {}): Promise<Answer> {
    void options;
    throw new Error(request.method);
  }
}
