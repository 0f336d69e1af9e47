import type { Call } from '../conference/calls.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { Subscription as Watching } from '../notification/subscription.ts';
import type { EndReason, Format, Notification, Pace, Watcher } from '../notification/watching.ts';
import type { Rates } from '../sip/message/headers/index.ts';
import { bodyOf } from './document.ts';
import { mediaTypeOf } from './formats.ts';
import { dressedFor, type PhoneProfile } from './phone-profiles.ts';

interface Waiting {
  readonly notification: Notification;
  readonly taken: () => void;
  readonly lost: (error: Error) => void;
}

/** What goes into one NOTIFY, and what is said of it when the subscriber has it. */
export interface Next {
  readonly contentType: string;
  readonly body: Buffer;
  readonly acknowledge: () => void;
}

/** What a subscription watches: one conference, or a list of them. */
export interface Watch {
  /** A SUBSCRIBE may ask for another form than the last. */
  format: Format;
  /** What the next NOTIFY tells, everything when it `isAsked`, at once where it waits; undefined when the subscriber may see nothing. */
  next(isAsked: boolean): Next | undefined | Promise<Next | undefined>;
  /** Whether the subscriber has all that there is. */
  isCurrent(): Promise<boolean>;
  /** The subscription is over. */
  end(): void;
}

/** The SIP subscription as its watcher needs it. */
export interface Subscriber {
  /** Notifications per second that it asked for (RFC 6446). */
  readonly rates: Rates | undefined;
  changed(): void;
  terminate(reason: EndReason): void;
}

export interface ConferenceWatchParts {
  readonly call: Call;
  readonly format: Format;
  readonly conference: XconUri;
  /** The URI that was subscribed to, character for character. */
  readonly entity: string;
  readonly subscriber: Subscriber;
  /** What it needs that others can not do with. */
  readonly profile?: PhoneProfile | undefined;
  /** The protocol by which the subscriber came. */
  readonly protocol?: string | undefined;
  /** Of the last document before; without it none was sent that could come after this one. */
  readonly version?: number | undefined;
  /** What the subscriber had of which conference before a restart: {@link ConferenceWatch.acknowledged} of then. */
  readonly known?: string | undefined;
}

/**
 * A version that no subscriber of before a restart has seen (RFC 4575 §4.3: 32 bits, until 2053): quarters of seconds
 * since 2020, for nobody is told more often.
 */
export const versionNow = (): number => Math.floor((Date.now() - Date.UTC(2020)) / 250);

/** A watcher who is told by NOTIFY: what waits for him, until SIP asks for it. */
export class ConferenceWatch implements Watcher, Watch {
  readonly call: Call;
  format: Format;
  maxBody: number | undefined;
  readonly #parts: ConferenceWatchParts;
  #conference: XconUri;
  #watching: Watching | undefined;
  #isOver = false;
  #version: number;
  /** A SUBSCRIBE has not had its NOTIFY yet, which tells everything (RFC 6502 §5.1). */
  #isAsked = true;
  #waiting: Waiting | undefined;

  constructor(parts: ConferenceWatchParts) {
    this.call = parts.call;
    this.format = parts.format;
    this.#parts = parts;
    this.#conference = parts.conference;
    this.#version = parts.version ?? versionNow();
  }

  /** Of the last document that was acknowledged. */
  get version(): number {
    return this.#version;
  }

  /** Names the conference and what the subscriber has of it; undefined where that is not certain. */
  get acknowledged(): string | undefined {
    const tag = this.#isAsked ? undefined : this.#watching?.tag;
    return tag && `${this.#conference} ${tag}`;
  }

  /** The tag of what the subscriber had of a conference before a restart. */
  knownOf(conference: XconUri): string | undefined {
    const { known } = this.#parts;
    return known?.startsWith(`${conference} `) === true ? known.slice(conference.length + 1) : undefined;
  }

  /**
   * What was told is too large for a datagram, and TCP was refused: something smaller is told, the document of telephones to who
   * takes it, then of that only so many bytes. False when nothing smaller is left.
   */
  shrink(isPhone: boolean, bytes: number): boolean {
    if (this.format !== 'conference-info' && isPhone) this.format = 'conference-info';
    else if (this.format === 'conference-info' && this.maxBody === undefined) this.maxBody = bytes;
    else return false;
    this.#isAsked = true;
    return true;
  }

  get transport(): string {
    const { protocol } = this.#parts;
    return protocol === undefined ? 'sip' : `sip over ${protocol}`;
  }

  /** What the address names that was subscribed to. */
  get named(): XconUri {
    return this.#parts.conference;
  }

  /** What is watched: of a series what stands for the occurrence that goes on. */
  get conference(): XconUri {
    return this.#conference;
  }

  /** A focus names in its Contact the very conference that it has somebody in. */
  get isFixed(): boolean {
    return this.#parts.entity.includes(';conf-id=');
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** From now on this is watched; the subscriber is told all of it. */
  watches(conference: XconUri, watching: Watching): void {
    const before = this.#watching;
    this.#conference = conference;
    this.#watching = watching;
    if (this.#isOver) watching.cancel();
    if (before === undefined) {
      this.#isAsked = watching.told === undefined;
      return;
    }
    before.cancel();
    this.#isAsked = true;
    this.#waiting?.lost(new Error('something else is watched'));
    this.#waiting = undefined;
    this.#parts.subscriber.changed();
  }

  /** The address leads elsewhere, and the subscriber has to come again (RFC 6665 §4.1.3), or nowhere. */
  lost(reason: EndReason): void {
    if (!this.#isOver) this.#parts.subscriber.terminate(reason);
  }

  /** What waits for a slower rate is told as it is when its time has come. */
  get pace(): Pace | undefined {
    const maxRate = this.#parts.subscriber.rates?.maxRate;
    return maxRate === undefined ? undefined : { minInterval: 1_000 / maxRate };
  }

  deliver(notification: Notification): Promise<void> {
    // What stood for an occurrence is gone, and the series is there.
    if (notification.ends === 'noresource' && this.#conference !== this.named) return Promise.resolve();
    return new Promise((taken, lost) => {
      this.#waiting = { notification, taken, lost };
      const { subscriber } = this.#parts;
      if (notification.ends === undefined) subscriber.changed();
      else subscriber.terminate(notification.ends);
    });
  }

  next(isAsked: boolean): Next | undefined | Promise<Next | undefined> {
    this.#isAsked ||= isAsked;
    const waiting = this.#waiting;
    if (waiting !== undefined && (!this.#isAsked || waiting.notification.ends !== undefined))
      return this.#told(waiting.notification, () => this.#took(waiting));
    return this.#all(waiting);
  }

  async isCurrent(): Promise<boolean> {
    return (await this.#watching?.isCurrent()) === true;
  }

  end(): void {
    this.#waiting?.lost(new Error('the subscription is over'));
    this.#waiting = undefined;
    this.#isOver = true;
    this.#watching?.cancel();
    this.#watching = undefined;
  }

  async #all(waiting: Waiting | undefined): Promise<Next | undefined> {
    const seen = await this.#watching?.look();
    return (
      seen &&
      this.#told(seen.notification, () => {
        this.#isAsked = false;
        seen.acknowledge();
        // What waited is older than what he has seen now.
        if (waiting !== undefined) this.#took(waiting);
      })
    );
  }

  #told({ format, content }: Notification, acknowledged: () => void): Next | undefined {
    if (content === undefined) return undefined;
    const { entity, profile = 'standard' } = this.#parts;
    const version = this.#version + 1;
    const dressed = format === 'conference-info' ? { ...content, body: dressedFor(profile, content.body) } : content;
    return {
      contentType: mediaTypeOf(format, content.kind),
      body: bodyOf(format, dressed, { entity, version }, this.#conference),
      acknowledge: () => {
        this.#version = version;
        acknowledged();
      },
    };
  }

  #took(waiting: Waiting): void {
    if (this.#waiting === waiting) this.#waiting = undefined;
    waiting.taken();
  }
}
