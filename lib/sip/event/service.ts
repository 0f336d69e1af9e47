import type { Clock } from '../clock.ts';
import type { DialogState } from '../dialog/dialog.ts';
import type { DialogLayer } from '../dialog/layer.ts';
import type { Rates } from '../message/headers/index.ts';
import type { DeliveryLimits } from './delivery.ts';
import type { EventPackage } from './package.ts';
import type { Subscription } from './subscription.ts';

/** What the subscriptions of one package share. */
export interface Service<Context> {
  readonly clock: Clock;
  /** Milliseconds since 1970, for records. */
  readonly date: () => number;
  readonly dialogs: Pick<DialogLayer, 'attach' | 'detach' | 'send'>;
  readonly pack: EventPackage<Context>;
  readonly limits: DeliveryLimits & {
    /** The highest minimum rate that a subscriber can demand, in notifications per second. */
    readonly highestMinimum: number;
    /** CSeq that are reserved with each record. */
    readonly sequenceBlock: number;
  };
  closed(subscription: Subscription<Context>): void;
  readonly report: (error: unknown) => void;
}

/** A subscription as plain data: what survives a restart. */
export interface SubscriptionRecord<Context = unknown> {
  readonly event: string;
  readonly eventId?: string;
  readonly resource: string;
  readonly accept?: string;
  readonly pending?: boolean;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly rates?: Rates;
  readonly suppress?: string;
  readonly context: Context;
  readonly dialog: DialogState;
}

export interface SubscriptionParts<Context> {
  readonly resource: string;
  readonly eventId?: string | undefined;
  readonly context: Context;
  /** Policy isn't known yet. */
  readonly pending?: boolean | undefined;
}
