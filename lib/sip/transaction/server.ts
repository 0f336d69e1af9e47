import type { Request } from '../message/request.ts';
import type { Response } from '../message/response.ts';
import type { Flow } from '../transport/flow.ts';

export type ServerState = 'trying' | 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated';

/** How a server transaction ended. `timeout`: no ACK came to a 300–699, or no final response from the user in time. */
export type ServerEnd = 'done' | 'timeout';

/** A request that came, until it is answered for good (RFC 3261 §17.2). */
export interface ServerTransaction {
  readonly request: Request;
  readonly flow: Flow;
  readonly state: ServerState;
  /** A CANCEL has come while no final response was given; the user answers 487 (§9.2). */
  readonly cancelled: boolean;
  /**
   * Sends a provisional or final response. In `accepted`, 2xx again (RFC 6026 §7.1). Ignored when a final response was
   * given before. A 408 to another method than INVITE ends the transaction silently (RFC 4320 §4.2).
   */
  respond(response: Response): void;
  /** Runs when CANCEL comes, at once when it has. */
  onCancel(run: () => void): void;
  /** Runs when a response could not be sent; the transaction stays (RFC 6026 §8.8). */
  onFailure(run: (error: Error) => void): void;
  onEnd(run: (reason: ServerEnd) => void): void;
}
