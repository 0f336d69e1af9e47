import type { Reason } from './package.ts';

/** RFC 6665 §4.2.2, as the notifier sees it. */
export type NotifierState = 'init' | 'resp_wait' | 'pending' | 'active' | 'terminated';

/** A subscription at its notifier. */
export interface Subscription<Context = unknown> {
  /** Unique within the notifier: dialog and event. */
  readonly id: string;
  /** The package's name. */
  readonly event: string;
  /** `id` of Event. */
  readonly eventId?: string;
  /** The URI that was subscribed to, character for character. */
  readonly resource: string;
  /** Accept of the newest SUBSCRIBE, joined by commas; undefined is the package's default. */
  readonly accept: string | undefined;
  readonly state: NotifierState;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  context: Context;
  /** The state has changed: a NOTIFY goes out as soon as none is outstanding and the rate allows it. */
  changed(): void;
  /** Policy grants permission to a pending subscription. */
  grant(): void;
  /** Ends it with a last NOTIFY. `retryAfter` in seconds. */
  terminate(reason: Reason, retryAfter?: number): void;
  /** Plain data, from which `Notifier.restore` makes it again after a restart. */
  toJSON(): SubscriptionRecord<Context>;
}

export interface SubscriptionRecord<Context = unknown> {
  readonly event: string;
  readonly eventId?: string;
  readonly resource: string;
  readonly accept?: string;
  readonly state: 'pending' | 'active';
  readonly expiresAt: number;
  readonly rates?: string;
  readonly suppress?: string;
  readonly context: Context;
  /** The dialog's data (lib/sip/dialog). */
  readonly dialog: unknown;
}
