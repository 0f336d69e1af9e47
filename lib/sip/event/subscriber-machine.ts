/**
 * A subscription as its subscriber sees it (RFC 6665 §4.1.2), a table under the diagram there:
 *
 *     init ──subscribe──▶ notify_wait ──active──▶ active
 *                              └──pending──▶ pending ──active──▶ active
 *     every state but init ──terminated, refused, N──▶ terminated
 */
export type SubscriberState = 'init' | 'notify_wait' | 'pending' | 'active' | 'terminated';

export type SubscriberInput =
  /** SUBSCRIBE is sent: the first, or in the dialog. */
  | 'subscribe'
  /** A NOTIFY with that Subscription-State. */
  | 'active'
  | 'pending'
  | 'terminated'
  /** A 2xx after which no NOTIFY comes: 204 (RFC 5839 §7.1). */
  | 'unneeded'
  /** A response to SUBSCRIBE that ends the subscription, or never made one. */
  | 'refused'
  /** Another failure: it lasts as long as it would have (RFC 6665 §4.1.2.2). */
  | 'failed'
  /** Timer N has fired: no NOTIFY came. */
  | 'N'
  /** Its time is over. */
  | 'expired';

/** Timer N runs from a SUBSCRIBE until a NOTIFY. */
export type SubscriberStep = readonly [next: SubscriberState, timerN?: 'start' | 'stop'];

/** What is missing changes nothing. */
export const SUBSCRIBER: Readonly<Record<SubscriberState, Readonly<Partial<Record<SubscriberInput, SubscriberStep>>>>> =
  {
    init: { subscribe: ['notify_wait', 'start'] },
    notify_wait: {
      active: ['active', 'stop'],
      pending: ['pending', 'stop'],
      terminated: ['terminated', 'stop'],
      refused: ['terminated', 'stop'],
      failed: ['terminated', 'stop'],
      N: ['terminated'],
      expired: ['terminated', 'stop'],
    },
    pending: {
      subscribe: ['pending', 'start'],
      active: ['active', 'stop'],
      pending: ['pending', 'stop'],
      terminated: ['terminated', 'stop'],
      unneeded: ['pending', 'stop'],
      refused: ['terminated', 'stop'],
      failed: ['pending', 'stop'],
      N: ['terminated'],
      expired: ['terminated', 'stop'],
    },
    active: {
      subscribe: ['active', 'start'],
      active: ['active', 'stop'],
      // Not in the diagram; a notifier may take a grant back.
      pending: ['pending', 'stop'],
      terminated: ['terminated', 'stop'],
      unneeded: ['active', 'stop'],
      refused: ['terminated', 'stop'],
      failed: ['active', 'stop'],
      N: ['terminated'],
      expired: ['terminated', 'stop'],
    },
    terminated: {},
  };
