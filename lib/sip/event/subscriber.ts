import type { Clock, Timer } from '../clock.ts';
import { Dialog } from '../dialog/dialog.ts';
import type { DialogLayer } from '../dialog/layer.ts';
import { EXPIRES, MIN_EXPIRES } from '../message/headers/index.ts';
import type { SubscriptionState } from '../message/headers/index.ts';
import { Request } from '../message/request.ts';
import type { Response } from '../message/response.ts';
import { newCallId, newTag } from '../token.ts';
import type { Answer } from '../transaction/outgoing.ts';
import { refuse } from './answering.ts';
import type { Incoming } from './answering.ts';
import { aftermathOf } from './reason.ts';
import { lenient, retryAfterOf } from './lenient.ts';
import { SubscriberUsage } from './subscriber-usage.ts';
import type { Subscribing } from './subscriber-usage.ts';

export interface SubscriberLimits {
  /** Milliseconds until a NOTIFY must have come: Timer N, 64 · T1. */
  readonly timerN: number;
  /** Seconds until the next try, where the notifier doesn't say. */
  readonly retryAfter: number;
  /** Seconds between two subscriptions, at least. */
  readonly spacing: number;
  /** Notifiers that a forked SUBSCRIBE may find (RFC 6665 §4.1.4); others get 481. */
  readonly forks: number;
}

export const subscriberDefaults: SubscriberLimits = { timerN: 32_000, retryAfter: 60, spacing: 5, forks: 1 };

export interface SubscriberOptions {
  readonly clock: Clock;
  readonly dialogs: Pick<DialogLayer, 'attach' | 'await' | 'detach' | 'send'>;
  /** Sends a request outside of dialogs, challenges answered; it resolves always, without a server with 408 or 503. */
  readonly send: (request: Request) => Promise<Answer>;
  /** The resource: a URI. */
  readonly target: string;
  /** From without tag, and our Contact, as field values. */
  readonly from: string;
  readonly contact: string;
  /** Event, with its parameters. */
  readonly event: string;
  /** Seconds; 0 fetches the state once (RFC 6665 §4.4.3). */
  readonly expires?: number;
  /** Accept, Route … */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  readonly conditional?: boolean;
  readonly limits?: Partial<SubscriberLimits>;
  /** A NOTIFY; a BadMessage thrown is its answer, another error 500. */
  notified(request: Request, state: SubscriptionState): void;
  /** Not subscribed any more, for good: `status` refused it, or the notifier gave a `reason` to leave it. */
  ended(cause: { readonly status?: number; readonly reason?: string }): void;
}

/** Failures after which the same SUBSCRIBE may work later. */
const TRANSIENT = new Set([408, 480, 486, 500, 502, 503, 504, 600]);

/** Stays subscribed to a resource (RFC 6665 §4.1): refreshes, and subscribes again as reasons and failures allow. */
export class Subscriber implements Subscribing {
  readonly clock: Clock;
  readonly dialogs: SubscriberOptions['dialogs'];
  readonly event: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly conditional: boolean;
  expires: number;
  readonly #options: SubscriberOptions;
  readonly #limits: SubscriberLimits;
  readonly #usages = new Set<SubscriberUsage>();
  #isStopped = false;
  /** Seconds, by the 2xx to the SUBSCRIBE that was sent last. */
  #granted: number | undefined;
  #startedAt = -Infinity;
  /** Ends the wait for NOTIFYs to the SUBSCRIBE that was sent last. */
  #stopWaiting: (() => void) | undefined;
  #again: Timer | undefined;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.#limits = { ...subscriberDefaults, ...options.limits };
    this.clock = options.clock;
    this.dialogs = options.dialogs;
    this.event = options.event;
    this.fields = options.fields ?? [];
    this.conditional = options.conditional ?? true;
    this.expires = options.expires ?? 3_600;
  }

  get timerN(): number {
    return this.#limits.timerN;
  }

  get retryAfter(): number {
    return this.#limits.retryAfter;
  }

  /** Its subscriptions: one for each notifier that was found. */
  get usages(): readonly SubscriberUsage[] {
    return [...this.#usages];
  }

  /** Sends a SUBSCRIBE outside of dialogs, with a Call-ID and tag of its own (RFC 6665 §4.1.2.1). */
  async start(): Promise<void> {
    const request = this.#request();
    this.#startedAt = this.clock.now();
    this.#granted = undefined;
    this.#stopWaiting?.();
    const stopAwaiting = this.dialogs.await(request, (server) => this.#receive(request, server));
    const n = this.clock.after(this.timerN, () => this.#waited());
    this.#stopWaiting = () => {
      stopAwaiting();
      n.cancel();
      this.#stopWaiting = undefined;
    };
    const stop = this.#stopWaiting;
    const { response } = await this.#options.send(request);
    if (this.#stopWaiting !== stop) return;
    if (response.status >= 300) this.#refused(response);
    else this.#grant(lenient(response, EXPIRES));
  }

  /** Ends every subscription; their last NOTIFYs still come (RFC 6665 §4.1.2.3). */
  stop(): void {
    this.#isStopped = true;
    this.#again?.cancel();
    this.#stopWaiting?.();
    for (const usage of this.#usages) void usage.subscribe(0);
  }

  notified(request: Request, state: SubscriptionState): void {
    this.#options.notified(request, state);
  }

  /** One of its subscriptions has ended, by a NOTIFY with a reason or without any. */
  ended(usage: SubscriberUsage, reason?: string, retryAfter?: number): void {
    this.#usages.delete(usage);
    if (this.#usages.size > 0 || this.#isStopped) return;
    const { again, obeysRetryAfter, waits } = aftermathOf(reason ?? 'timeout');
    if (!again || this.expires === 0) this.#end({ reason: reason ?? 'timeout' });
    else this.#startIn((obeysRetryAfter ? retryAfter : undefined) ?? (waits ? this.retryAfter : 0));
  }

  #request(): Request {
    const { target, from, contact } = this.#options;
    return Request.create('SUBSCRIBE', target, [
      ['Max-Forwards', '70'],
      ['From', `${from};tag=${newTag()}`],
      ['To', `<${target}>`],
      ['Call-ID', newCallId()],
      ['CSeq', '1 SUBSCRIBE'],
      ['Contact', contact],
      ['Event', this.event],
      ['Expires', String(this.expires)],
      ...this.fields,
    ]);
  }

  /** A NOTIFY in a dialog that is not there yet makes it (RFC 6665 §4.4.1). */
  #receive(subscribe: Request, server: Incoming): void {
    const { request, flow } = server;
    const { event } = request;
    const isOurs =
      request.method === 'NOTIFY' && event?.type === subscribe.event?.type && event?.id === subscribe.event?.id;
    if (!isOurs || this.#usages.size >= this.#limits.forks) {
      refuse(server, { status: 481 });
      return;
    }
    const made = Dialog.ofRequest(request, subscribe.from.tag ?? '', this.#options.contact, flow);
    const dialog = new Dialog({ ...made.toJSON(), localSeq: subscribe.cseq.number });
    const usage = new SubscriberUsage(this, dialog, request);
    this.#usages.add(usage);
    this.dialogs.attach(dialog, usage);
    usage.expireIn(this.#granted ?? this.expires);
    usage.receive(server);
  }

  /** The 2xx says how long it lasts, before its first NOTIFY or behind it. */
  #grant(expires = this.expires): void {
    this.#granted = Math.min(this.expires, expires);
    for (const usage of this.#usages) usage.expireIn(Math.min(usage.left, this.#granted));
  }

  /** Timer N: no more notifiers are waited for, and there should be one by now. */
  #waited(): void {
    this.#stopWaiting?.();
    if (this.#usages.size === 0) this.#startIn(this.retryAfter);
  }

  #refused(response: Response): void {
    const { status } = response;
    if (this.#usages.size > 0) return;
    this.#stopWaiting?.();
    const minimum = status === 423 ? lenient(response, MIN_EXPIRES) : undefined;
    const retryAfter = retryAfterOf(response) ?? (TRANSIENT.has(status) ? this.retryAfter : undefined);
    if (minimum !== undefined && minimum > this.expires) {
      this.expires = minimum;
      void this.start();
    } else if (retryAfter !== undefined) this.#startIn(retryAfter);
    else this.#end({ status });
  }

  #startIn(seconds: number): void {
    const spaced = this.#startedAt + this.#limits.spacing * 1_000 - this.clock.now();
    this.#again?.cancel();
    if (!this.#isStopped) this.#again = this.clock.after(Math.max(seconds * 1_000, spaced, 0), () => void this.start());
  }

  #end(cause: { readonly status?: number; readonly reason?: string }): void {
    this.#stopWaiting?.();
    this.#options.ended(cause);
  }
}
