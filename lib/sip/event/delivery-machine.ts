/**
 * How NOTIFYs leave a subscription: one outstanding at a time, at the agreed rate (RFC 6446), and after a last one none.
 *
 *     quiet ──soon──▶ held ──release──▶ sent ──soon──▶ behind ──answered──▶ held
 *       ▲                                │  └──now──▶ urgent ──answered──▶ sent
 *       └────────────answered────────────┘
 *     quiet, held ──last──▶ last ──answered──▶ closed      sent, behind, urgent ──last──▶ closing ──answered──▶ last
 */
export type DeliveryState = 'quiet' | 'held' | 'sent' | 'behind' | 'urgent' | 'closing' | 'last' | 'closed';

export type DeliveryInput =
  /** Something to tell when the rate allows it. */
  | 'soon'
  /** Something to tell whatever the rate is: after SUBSCRIBE, on a grant (RFC 6446 §5.2). */
  | 'now'
  /** The last thing to tell. */
  | 'last'
  /** The timer has run: the rate allows or, with a minimum rate, wants a NOTIFY. */
  | 'release'
  /** A final response that is no failure. */
  | 'answered'
  /** One that says: not now. */
  | 'refused'
  /** None will be delivered any more. */
  | 'fail';

export type DeliveryEffect =
  /** NOTIFY, left out when the subscriber has that state (RFC 5839 §6.3). */
  | 'send'
  /** NOTIFY, at least its head (RFC 5839 §6.2). */
  | 'sendHead'
  /** NOTIFY that ends it. */
  | 'sendLast'
  /** Wait until the rate allows the next one. */
  | 'hold'
  /** Wait as long as who refused wants. */
  | 'wait'
  /** Nothing to tell: wait for the minimum rate, if there is one. */
  | 'rest'
  /** All is over. */
  | 'close';

export type DeliveryStep = readonly [next: DeliveryState, effect?: DeliveryEffect];

/** What is missing changes nothing. A refused NOTIFY told nothing, so its news are still to be told. */
export const DELIVERY: Readonly<Record<DeliveryState, Readonly<Partial<Record<DeliveryInput, DeliveryStep>>>>> = {
  quiet: {
    soon: ['held', 'hold'],
    now: ['sent', 'sendHead'],
    last: ['last', 'sendLast'],
    release: ['sent', 'send'],
    fail: ['closed', 'close'],
  },
  held: {
    now: ['sent', 'sendHead'],
    last: ['last', 'sendLast'],
    release: ['sent', 'send'],
    fail: ['closed', 'close'],
  },
  sent: {
    soon: ['behind'],
    now: ['urgent'],
    last: ['closing'],
    answered: ['quiet', 'rest'],
    refused: ['held', 'wait'],
    fail: ['closed', 'close'],
  },
  behind: {
    now: ['urgent'],
    last: ['closing'],
    answered: ['held', 'hold'],
    refused: ['held', 'wait'],
    fail: ['closed', 'close'],
  },
  urgent: {
    last: ['closing'],
    answered: ['sent', 'sendHead'],
    refused: ['held', 'wait'],
    fail: ['closed', 'close'],
  },
  closing: {
    answered: ['last', 'sendLast'],
    refused: ['last', 'sendLast'],
    fail: ['closed', 'close'],
  },
  last: {
    answered: ['closed', 'close'],
    refused: ['closed', 'close'],
    fail: ['closed', 'close'],
  },
  closed: {},
};
