import type { Request } from '../message/request.ts';
import type { Response } from '../message/response.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Description } from './description.ts';
import type { Session } from './session.ts';
import { sessionTimerDefaults, type SessionTimerSettings } from './session-timer.ts';

export interface Refused {
  readonly status: number;
  readonly fields?: readonly (readonly [name: string, value: string])[];
}

/** Who uses a session. Whatever is left out is done as said. */
export interface SessionUser {
  /**
   * The peer's offer, in INVITE, UPDATE, a reliable provisional or a 2xx: gives the answer. Without an offer it gives ours, if any.
   * Left out: 488.
   */
  offered?(offer: Description | undefined, session: Session): Outcome | Promise<Outcome>;
  /** A re-INVITE or UPDATE of the peer, before anything else: says why it is refused, if it is. */
  refreshing?(request: Request, session: Session): Refused | undefined;
  /** The peer has taken a re-INVITE or UPDATE of ours: its 2xx. */
  agreed?(response: Response, session: Session): void;
  /** The answer to an offer that `offered` gave, in the ACK or the PRACK. */
  answered?(answer: Description, session: Session): void;
  /** The session's description as it stands, for a re-INVITE that only refreshes (RFC 4028 §7.4). */
  description?(session: Session): Description | undefined;
  /** INFO. Left out: 405. */
  request?(server: ServerTransaction, session: Session): void | Promise<void>;
  /** Last call, exactly once. */
  ended?(end: SessionEnd, session: Session): void;
}

/** Undefined: nothing to describe. */
export type Outcome = Description | Refused | undefined;

export interface SessionEnd {
  readonly cause:
    /** BYE from the peer. */
    | 'left'
    /** `bye()`. */
    | 'hung up'
    /** A request of ours failed so that nothing is left to end (RFC 5057). */
    | 'lost'
    /** The session timer ran out (RFC 4028 §10). */
    | 'expired'
    /** Our 2xx got no ACK (RFC 3261 §13.3.1.4). */
    | 'unacknowledged'
    /** It never was accepted: refused, cancelled, or another fork was. */
    | 'refused';
  /** The peer's BYE or CANCEL. */
  readonly request?: Request | undefined;
  /** Of the response that ended it. */
  readonly status?: number | undefined;
}

export interface SessionSettings {
  readonly timer: SessionTimerSettings;
  /** Times that an INVITE or UPDATE is sent that meets the peer's (491), a longer interval (422) or a challenge. */
  readonly attempts: number;
  /** Milliseconds that an INVITE may ring which doesn't say how long (Expires), and that one of ours may. */
  readonly ringTime: number;
  /** Milliseconds between provisional responses while it rings, so that no proxy gives up (RFC 3261 §13.3.1.1). */
  readonly ringInterval: number;
  /** Methods that we take in a dialog. */
  readonly allow: string;
}

export const sessionDefaults: SessionSettings = {
  timer: sessionTimerDefaults,
  attempts: 4,
  ringTime: 180_000,
  ringInterval: 60_000,
  allow: 'INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, OPTIONS',
};

export const isRefused = (outcome: Outcome): outcome is Refused => outcome !== undefined && 'status' in outcome;
