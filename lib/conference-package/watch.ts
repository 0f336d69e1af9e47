import type { Call } from '../conference/calls.ts';
import type { Subscription as Watching } from '../notification/subscription.ts';
import type { Format, Notification, Pace, Watcher } from '../notification/watching.ts';
import type { Rates } from '../sip/message/headers/index.ts';

interface Waiting {
  readonly notification: Notification;
  readonly taken: () => void;
  readonly lost: (error: Error) => void;
}

/** What goes into one NOTIFY, and what is said of it when the subscriber has it. */
export interface Next {
  readonly notification: Notification;
  readonly acknowledge: () => void;
}

/** The SIP subscription as its watcher needs it. */
export interface Subscriber {
  /** Notifications per second that it asked for (RFC 6446). */
  readonly rates: Rates | undefined;
  changed(): void;
  terminate(reason: 'noresource' | 'rejected' | 'deactivated' | 'timeout'): void;
}

/** A watcher who is told by NOTIFY: what waits for him, until SIP asks for it. */
export class ConferenceWatch implements Watcher {
  readonly call: Call;
  /** A SUBSCRIBE may ask for another form than the last. */
  format: Format;
  readonly #subscriber: Subscriber;
  /** Set with the first look. */
  watching: Watching | undefined;
  /** A SUBSCRIBE has not had its NOTIFY yet, which tells everything (RFC 6502 §5.1). */
  #isAsked = true;
  #waiting: Waiting | undefined;

  constructor(call: Call, format: Format, subscriber: Subscriber) {
    this.call = call;
    this.format = format;
    this.#subscriber = subscriber;
  }

  /** What waits for a slower rate is told as it is when its time has come. */
  get pace(): Pace | undefined {
    const maxRate = this.#subscriber.rates?.maxRate;
    return maxRate === undefined ? undefined : { minInterval: 1_000 / maxRate };
  }

  deliver(notification: Notification): Promise<void> {
    return new Promise((taken, lost) => {
      this.#waiting = { notification, taken, lost };
      if (notification.ends === undefined) this.#subscriber.changed();
      else this.#subscriber.terminate(notification.ends);
    });
  }

  /** What the next NOTIFY tells, everything when it `isAsked`; undefined when the subscriber may see nothing. */
  async next(isAsked: boolean): Promise<Next | undefined> {
    this.#isAsked ||= isAsked;
    const waiting = this.#waiting;
    if (waiting !== undefined && (!this.#isAsked || waiting.notification.ends !== undefined)) {
      return (
        waiting.notification.content && { notification: waiting.notification, acknowledge: () => this.#took(waiting) }
      );
    }
    const seen = await this.watching?.look();
    return (
      seen && {
        notification: seen.notification,
        acknowledge: () => {
          this.#isAsked = false;
          seen.acknowledge();
          // What waited is older than what he has seen now.
          if (waiting !== undefined) this.#took(waiting);
        },
      }
    );
  }

  /** The subscription is over. */
  end(): void {
    this.#waiting?.lost(new Error('the subscription is over'));
    this.#waiting = undefined;
    this.watching?.cancel();
  }

  #took(waiting: Waiting): void {
    if (this.#waiting === waiting) this.#waiting = undefined;
    waiting.taken();
  }
}
