import type { Request } from '../message/request.ts';
import type { Response } from '../message/response.ts';
import type { Flow } from '../transport/flow.ts';

/** How a client transaction ended: with a final response (and its retransmissions absorbed), or without any. */
export type ClientEnd = 'done' | 'timeout' | 'transport';

/** Who sent the request (RFC 3261 §17.1: the TU). Neither function may throw. */
export interface ClientUser {
  /** Each provisional response, the final one, and of an INVITE every 2xx that follows. */
  response(response: Response): void;
  /** Last call, exactly once. `timeout` and `transport` come without a final response (§8.1.3.1). */
  end(reason: ClientEnd): void;
}

export interface ClientTransaction {
  /** As it was sent, with our Via. */
  readonly request: Request;
  readonly flow: Flow;
  /** CANCEL of an INVITE: at once after a provisional response, else when one comes (§9.1). Nothing for other methods. */
  cancel(): void;
}
