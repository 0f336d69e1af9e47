/**
 * A subscription as its notifier sees it (RFC 6665 §4.2.2), a table under the diagram there:
 *
 *     init ──subscribe──▶ resp_wait ──grant──▶ active ──┐
 *                             └──defer──▶ pending ──grant──▶ active
 *     every state but init ──end, fail──▶ terminated
 */
export type NotifierState = 'init' | 'resp_wait' | 'pending' | 'active' | 'terminated';

export type NotifierInput =
  /** A 2xx to SUBSCRIBE goes out. */
  | 'subscribe'
  /** Policy grants permission. */
  | 'grant'
  /** Policy isn't known yet. */
  | 'defer'
  /** The subscribed state has changed. */
  | 'change'
  /** A 2xx to a SUBSCRIBE in the dialog goes out. */
  | 'refresh'
  /** It expires, is unsubscribed from, or policy ends it. */
  | 'end'
  /** A NOTIFY failed in a way that ends it, or its dialog is gone. */
  | 'fail';

export interface NotifierStep {
  readonly next: NotifierState;
  /**
   * What goes out: a NOTIFY at once, one when the rate allows it, or the last one at once.
   * A pending subscriber learns nothing of changes, and nobody who is gone is told more.
   */
  readonly notify?: 'now' | 'soon' | 'last';
}

const GONE = { next: 'terminated' } as const;
const END = { next: 'terminated', notify: 'last' } as const;

/** What is missing changes nothing. */
export const NOTIFIER: Readonly<Record<NotifierState, Readonly<Partial<Record<NotifierInput, NotifierStep>>>>> = {
  init: { subscribe: { next: 'resp_wait' } },
  resp_wait: {
    grant: { next: 'active', notify: 'now' },
    defer: { next: 'pending', notify: 'now' },
    end: END,
    fail: GONE,
  },
  pending: {
    grant: { next: 'active', notify: 'now' },
    refresh: { next: 'pending', notify: 'now' },
    end: END,
    fail: GONE,
  },
  active: {
    change: { next: 'active', notify: 'soon' },
    refresh: { next: 'active', notify: 'now' },
    end: END,
    fail: GONE,
  },
  terminated: {},
};
