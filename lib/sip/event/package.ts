import type { Incoming } from './answering.ts';
import type { Reason } from './reason.ts';
import type { Subscription } from './subscription.ts';

/** What a NOTIFY tells. The body is shared, never copied or changed. */
export interface Notification {
  readonly contentType?: string;
  readonly body?: Buffer;
  /** SIP-ETag of the full state that this is or leads to (RFC 5839 §6.1). */
  readonly entityTag?: string;
  readonly fields?: readonly (readonly [name: string, value: string])[];
}

/** Seconds. */
export interface ExpiresLimits {
  /** Taken when a request names none. */
  readonly default: number;
  /** Less is refused with 423, where RFC 6665 §4.2.1.1 allows that. */
  readonly minimum: number;
  /** More is shortened. */
  readonly maximum: number;
}

/** A refusal of SUBSCRIBE, REFER or PUBLISH. */
export interface Refusal {
  readonly status: number;
  readonly reason?: string;
  readonly fields?: readonly (readonly [name: string, value: string])[];
}

/** What policy says of a new subscription, and what the package keeps with it: plain data, stored with the record. */
export interface Admission<Context> {
  readonly context: Context;
  /** Policy isn't known yet: the subscription begins as `pending` (RFC 6665 §4.2.1.3). */
  readonly pending?: boolean;
}

/** An event package as its notifier serves it (RFC 6665 §5). */
export interface EventPackage<Context = unknown> {
  /** As in Event. */
  readonly name: string;
  /** Media types of its notifications, the default first. */
  readonly mediaTypes: readonly string[];
  readonly expires: ExpiresLimits;
  /** Notifications per second that one subscription gets at most, whatever it asks (RFC 6446 §5.2). */
  readonly maxRate?: number;
  /** Our Contact in the dialog, as a field value; without it that of the notifier. */
  contact?(server: Incoming): string;
  /** Fields of the 2xx to its SUBSCRIBEs. */
  fields?(subscription: Subscription<Context>): readonly (readonly [name: string, value: string])[];
  /** Authentication, authorisation and the resource; called after the checks of RFC 6665 §4.2.1.1 went well. */
  admit(server: Incoming): Promise<Admission<Context> | Refusal>;
  /**
   * The present state for this subscription, called when a NOTIFY may go out, of a terminated one for the last; undefined is
   * neutral: no body. `isAsked`: a SUBSCRIBE, or the end, wants the whole state (RFC 6665 §4.2.1.2).
   */
  state(
    subscription: Subscription<Context>,
    isAsked: boolean,
  ): Notification | undefined | Promise<Notification | undefined>;
  /** Entity-tag of that state, for conditional SUBSCRIBEs (RFC 5839); without it conditions are never true. */
  entityTag?(subscription: Subscription<Context>): string | undefined | Promise<string | undefined>;
  /** Makes the record durable; the 2xx to SUBSCRIBE goes out after it. */
  keep?(subscription: Subscription<Context>): Promise<void>;
  /** The subscriber has acknowledged this notification. */
  delivered?(subscription: Subscription<Context>, notification: Notification): void;
  /**
   * The last notification is too large for a datagram, and the subscriber is reached by nothing else; it is asked again at once, or
   * has ended the subscription.
   */
  tooLarge?(subscription: Subscription<Context>): void;
  /** No NOTIFY follows: its record may go. */
  ended?(subscription: Subscription<Context>, cause: Reason | 'failure'): void;
}
