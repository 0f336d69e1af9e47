import type { Clock, Timer } from '../clock.ts';
import type { RequestContent } from '../dialog/dialog.ts';
import { impactOf } from '../dialog/usage.ts';
import { BadMessage } from '../message/bad-message.ts';
import type { Rates } from '../message/headers/index.ts';
import type { Parameters } from '../message/parameters.ts';
import type { Response } from '../message/response.ts';
import type { Answer } from '../transaction/outgoing.ts';
import { DELIVERY } from './delivery-machine.ts';
import type { DeliveryEffect, DeliveryInput, DeliveryState } from './delivery-machine.ts';
import type { Notification } from './package.ts';
import { Pace } from './rates.ts';
import { retryAfterOf } from './lenient.ts';

export interface DeliveryLimits {
  /** Seconds until a refused NOTIFY is tried again, where the subscriber doesn't say. */
  readonly retryAfter: number;
  /** Refused NOTIFYs in a row that a subscription survives. */
  readonly failures: number;
}

/** The subscription whose NOTIFYs these are. */
export interface Notifying {
  readonly clock: Clock;
  readonly limits: DeliveryLimits;
  /** Notifications per second, never more. */
  readonly maxRate: number | undefined;
  /** What there is to tell; all, when a SUBSCRIBE asked or it is the last. */
  compose(isAsked: boolean): Notification | undefined | Promise<Notification | undefined>;
  /** The header fields of a NOTIFY that tells it. */
  head(notification: Notification | undefined): [name: string, value: string][];
  send(content: RequestContent): Promise<Answer>;
  /** The rates asked for in a 2xx to NOTIFY (RFC 6446 §4.1). */
  repace(parameters: Parameters): void;
  acknowledged(notification: Notification): void;
  /** A notification is larger than datagrams are; false when there will be nothing smaller. */
  tooLarge(): boolean;
  /** A NOTIFY failed in a way that ends the subscription. */
  failed(): void;
  /** No NOTIFY follows. */
  closed(): void;
  report(error: unknown): void;
}

/** Of a datagram, its head not counted (RFC 3261 §18.1.1: 65,535 with the headers of IP and UDP). */
const LARGEST_BODY = 64_000;

const isTooLarge = ({ cause, flow }: Answer, notification: Notification | undefined): boolean =>
  cause === 'transport' && flow?.protocol === 'udp' && (notification?.body?.length ?? 0) > LARGEST_BODY;

/** Longer than any subscription needs to wait, in seconds. */
const LONGEST_WAIT = 3_600;

/** Sends the NOTIFYs of one subscription, each by the table of delivery-machine.ts. */
export class Delivery {
  readonly #of: Notifying;
  #state: DeliveryState = 'quiet';
  #sentAt = -Infinity;
  #timer: Timer | undefined;
  #failures = 0;
  #pace: Pace | undefined;
  /** Suppress-If-Match of the newest SUBSCRIBE, while it holds (RFC 5839 §5.2). */
  suppress: string | undefined;

  constructor(of: Notifying) {
    this.#of = of;
  }

  /** Rates that were agreed with the subscriber. */
  get rates(): Rates | undefined {
    return this.#pace?.rates;
  }

  set rates(agreed: Rates | undefined) {
    const { clock, maxRate } = this.#of;
    this.#pace =
      agreed && new Pace(agreed, maxRate, Math.max(this.#sentAt, agreed.adaptiveMinRate ? clock.now() : -Infinity));
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  input(input: DeliveryInput): void {
    const step = DELIVERY[this.#state][input];
    if (step === undefined) return;
    this.#state = step[0];
    this.#timer?.cancel();
    this.#timer = undefined;
    if (step[1] !== undefined) this.#perform(step[1]);
  }

  /** Whether the subscriber has said that it knows this state (RFC 5839 §5.2). */
  isKnown(entityTag: string | undefined): boolean {
    return this.suppress === '*' || (this.suppress !== undefined && this.suppress === entityTag);
  }

  /** Waits for the minimum rate, if one was agreed. */
  rest(): void {
    const latest = this.#pace?.latest(this.#of.clock.now());
    if (latest !== undefined) this.#releaseAfter(latest);
  }

  #perform(effect: DeliveryEffect): void {
    if (effect === 'close') this.#of.closed();
    else if (effect === 'rest') this.rest();
    else if (effect === 'hold') this.#releaseAfter(this.#earliest());
    else if (effect !== 'wait') this.#compose(effect);
  }

  #earliest(): number {
    const now = this.#of.clock.now();
    return this.#pace?.earliest(now) ?? Math.max(0, this.#sentAt - now + 1_000 / (this.#of.maxRate ?? Infinity));
  }

  #releaseAfter(ms: number): void {
    if (ms > 0) this.#timer = this.#of.clock.after(ms, () => this.input('release'));
    else this.input('release');
  }

  #compose(effect: DeliveryEffect): void {
    const now = this.#of.clock.now();
    this.#sentAt = now;
    this.#pace?.sent(now);
    try {
      const composed = this.#of.compose(effect !== 'send');
      if (composed instanceof Promise)
        composed.then(
          (notification) => this.#send(effect, notification),
          (error: unknown) => this.#broken(error),
        );
      else this.#send(effect, composed);
    } catch (error) {
      this.#broken(error);
    }
  }

  #send(effect: DeliveryEffect, notification: Notification | undefined): void {
    if (this.isClosed) return;
    const known = this.isKnown(notification?.entityTag);
    if (!known) this.suppress = undefined;
    if (known && effect === 'send') this.input('answered');
    else this.#notify(notification, known);
  }

  #notify(notification: Notification | undefined, known: boolean): void {
    const fields = this.#of.head(notification);
    const body = known ? undefined : notification?.body;
    if (body !== undefined && notification?.contentType !== undefined)
      fields.push(['Content-Type', notification.contentType]);
    this.#of.send({ fields, body }).then(
      (answer) => this.#answered(answer, notification),
      (error: unknown) => this.#broken(error),
    );
  }

  #answered(answer: Answer, notification: Notification | undefined): void {
    if (this.isClosed) return;
    const { response } = answer;
    // RFC 6665 §4.2.2: 404, 481 … and Timer F, which is 408 here.
    if (impactOf(answer) !== 'transaction') this.#of.failed();
    else if (isTooLarge(answer, notification) && this.#of.tooLarge()) this.#refused(0);
    else if (response.status >= 300) this.#refused(retryAfterOf(response));
    else this.#accepted(response, notification);
  }

  #accepted(response: Response, notification: Notification | undefined): void {
    this.#failures = 0;
    this.#takeRates(response);
    if (notification !== undefined) this.#of.acknowledged(notification);
    this.input('answered');
  }

  #refused(retryAfter = this.#of.limits.retryAfter): void {
    this.#failures += 1;
    if (this.#failures >= this.#of.limits.failures) this.#of.failed();
    else this.input('refused');
    if (this.#state === 'held') this.#releaseAfter(Math.min(Math.max(retryAfter, 1), LONGEST_WAIT) * 1_000);
  }

  /** The package could not say what to tell: it is asked again later. */
  #broken(error: unknown): void {
    this.#of.report(error);
    if (!this.isClosed) this.#refused();
  }

  /** A malformed Event in a response is no reason to end anything. */
  #takeRates(response: Response): void {
    if (this.#pace === undefined || !response.has('Event')) return;
    try {
      if (response.event !== undefined) this.#of.repace(response.event.parameters);
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error;
    }
  }
}
