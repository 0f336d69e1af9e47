import type { SubscriptionRecord } from '../sip/event/service.ts';
import type { Context } from './package.ts';

/** Where subscriptions survive a restart. */
export interface SubscriptionRepository {
  /** Resolves when the record is durable; one of the same id goes. */
  keep(id: string, record: SubscriptionRecord<Context>): Promise<void>;
  forget(id: string): Promise<void>;
  /** Every record, in slices. */
  all(): AsyncIterable<readonly SubscriptionRecord<Context>[]>;
}
