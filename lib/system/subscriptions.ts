import type { SubscriptionView } from '../admin/administration.ts';
import type { NotificationService } from '../notification/service.ts';
import type { Subscription } from '../notification/subscription.ts';

const MINUTE = 60_000;

/** Who watches, in the order of conferences. */
export function subscriptionViews(notification: NotificationService): SubscriptionView[] {
  const views: SubscriptionView[] = [];
  for (const { object, subscriptions } of notification.watched())
    for (const one of subscriptions) views.push(viewOf(one, object.uri, object.version));
  return views.sort((one, other) => (one.conference < other.conference ? -1 : 1));
}

function viewOf(subscription: Subscription, conference: string, newest: number): SubscriptionView {
  const { watcher, version, outstanding, notifications, age } = subscription;
  const { caller } = watcher.call;
  return {
    conference,
    watcher: caller.kind === 'user' ? caller.principal.userId : caller.kind,
    format: watcher.format,
    transport: watcher.transport ?? 'sip',
    ...(version !== undefined && { acknowledged: version }),
    newest,
    outstanding,
    notifications,
    rate: Math.round((notifications * MINUTE * 10) / Math.max(age, MINUTE)) / 10,
  };
}
