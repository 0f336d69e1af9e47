/**
 * A publication as its publisher sees it (RFC 3903 §4, §5), one PUBLISH outstanding at a time:
 *
 *     idle ──publish──▶ publishing ──accepted──▶ published ──refresh──▶ publishing
 *                         │  └──publish──▶ behind ──accepted──▶ publishing
 *                         └──failed──▶ waiting ──refresh──▶ publishing
 *     published, waiting ──remove──▶ removing      publishing, behind ──remove──▶ leaving ──accepted──▶ removing ──▶ idle
 */
export type PublisherState = 'idle' | 'publishing' | 'behind' | 'published' | 'waiting' | 'leaving' | 'removing';

export type PublisherInput =
  /** There is new state. */
  | 'publish'
  /** Its time is nearly over, or the wait after a failure is. */
  | 'refresh'
  /** There is no state any more. */
  | 'remove'
  /** 2xx. */
  | 'accepted'
  /** 412 or 423: once more, but differently (RFC 3903 §5). */
  | 'again'
  /** A failure that may pass. */
  | 'failed'
  /** Any other. */
  | 'refused';

export type PublisherEffect =
  /** PUBLISH: with the state where the compositor doesn't have it, else a refresh. */
  | 'send'
  /** PUBLISH with Expires: 0. */
  | 'sendRemoval'
  /** Wait until it must be refreshed. */
  | 'rest'
  /** Wait as long as the compositor wants. */
  | 'wait'
  /** Tell the user that it was refused. */
  | 'tell';

export type PublisherStep = readonly [next: PublisherState, effect?: PublisherEffect];

/** What is missing changes nothing. */
export const PUBLISHER: Readonly<Record<PublisherState, Readonly<Partial<Record<PublisherInput, PublisherStep>>>>> = {
  idle: { publish: ['publishing', 'send'] },
  publishing: {
    publish: ['behind'],
    remove: ['leaving'],
    accepted: ['published', 'rest'],
    again: ['publishing', 'send'],
    failed: ['waiting', 'wait'],
    refused: ['idle', 'tell'],
  },
  behind: {
    remove: ['leaving'],
    accepted: ['publishing', 'send'],
    again: ['publishing', 'send'],
    failed: ['waiting', 'wait'],
    refused: ['idle', 'tell'],
  },
  published: { publish: ['publishing', 'send'], refresh: ['publishing', 'send'], remove: ['removing', 'sendRemoval'] },
  waiting: { publish: ['publishing', 'send'], refresh: ['publishing', 'send'], remove: ['removing', 'sendRemoval'] },
  leaving: {
    publish: ['behind'],
    accepted: ['removing', 'sendRemoval'],
    again: ['idle'],
    failed: ['removing', 'sendRemoval'],
    refused: ['idle'],
  },
  removing: { publish: ['behind'], accepted: ['idle'], again: ['idle'], failed: ['idle'], refused: ['idle'] },
};
