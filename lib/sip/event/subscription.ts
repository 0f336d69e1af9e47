import type { Clock, Timer } from '../clock.ts';
import type { Dialog, RequestContent } from '../dialog/dialog.ts';
import type { Usage } from '../dialog/usage.ts';
import { ratesOf } from '../message/headers/index.ts';
import type { Rates } from '../message/headers/index.ts';
import { ownText } from '../message/own-text.ts';
import type { Parameters } from '../message/parameters.ts';
import type { Request } from '../message/request.ts';
import type { Answer } from '../transaction/outgoing.ts';
import { refuse } from './answering.ts';
import type { Incoming } from './answering.ts';
import { Delivery } from './delivery.ts';
import type { DeliveryLimits, Notifying } from './delivery.ts';
import { NOTIFIER } from './notifier-machine.ts';
import type { NotifierInput, NotifierState } from './notifier-machine.ts';
import type { Notification, Refusal } from './package.ts';
import { agreeRates, formatRates } from './rates.ts';
import { tellsState } from './reason.ts';
import type { Reason } from './reason.ts';
import type { Service, SubscriptionParts, SubscriptionRecord } from './service.ts';
import { readTerms } from './terms.ts';
import type { Terms } from './terms.ts';

/** A subscription at its notifier: a usage of a dialog (RFC 6665 §4.2). Kept small: there are a hundred thousand. */
export class Subscription<Context = unknown> implements Usage, Notifying {
  /** The URI that was subscribed to, character for character. */
  readonly resource: string;
  /** `id` of Event. */
  readonly eventId: string | undefined;
  readonly dialog: Dialog;
  /** What the package keeps with it: plain data. */
  context: Context;
  #accept: string | undefined;
  readonly #service: Service<Context>;
  readonly #delivery = new Delivery(this);
  #state: NotifierState = 'init';
  /** Whether policy lets the subscriber see the state. */
  #isGranted: boolean;
  /** By the clock, in milliseconds. */
  #until = 0;
  #expiry: Timer | undefined;
  /** CSeq of the record, and the writing of a new one. */
  #recorded = 0;
  #recording: Promise<void> | undefined;
  #ending: { readonly reason: Reason; readonly retryAfter: number | undefined } | undefined;

  constructor(
    service: Service<Context>,
    dialog: Dialog,
    { resource, eventId, context, pending = false }: SubscriptionParts<Context>,
  ) {
    this.#service = service;
    this.dialog = dialog;
    this.resource = ownText(resource);
    this.eventId = eventId && ownText(eventId);
    this.context = context;
    this.#isGranted = !pending;
  }

  /** Unique here: dialog and event. */
  get id(): string {
    return `${this.dialog.id} ${this.#eventText}`;
  }

  /** The package's name. */
  get event(): string {
    return this.#service.pack.name;
  }

  /** Accept of the newest SUBSCRIBE; undefined: the package's default. */
  get accept(): string | undefined {
    return this.#accept;
  }

  get state(): NotifierState {
    return this.#state;
  }

  /** Why it was terminated; undefined while it is not, and when a NOTIFY failed. */
  get reason(): Reason | undefined {
    return this.#ending?.reason;
  }

  /** Rates that were agreed with the subscriber (RFC 6446). */
  get rates(): Rates | undefined {
    return this.#delivery.rates;
  }

  /** Milliseconds since 1970. */
  get expiresAt(): number {
    return this.#service.date() + this.#until - this.clock.now();
  }

  /** The 2xx has gone out. With no time granted it is a poll (RFC 6665 §4.4.3). */
  begin(): void {
    if (this.#delivery.isClosed) return;
    this.#step('subscribe');
    if (this.#left > 0) this.#step(this.#isGranted ? 'grant' : 'defer');
    else this.terminate('timeout');
  }

  /** As it was before a restart; tells nothing by itself, unless it has expired meanwhile. */
  resume({ accept, rates, suppress, expiresAt }: SubscriptionRecord<Context>): void {
    const expires = Math.max(0, (expiresAt - this.#service.date()) / 1_000);
    this.agree({ expires, accept, rates, suppress });
    this.#state = this.#isGranted ? 'active' : 'pending';
    this.#recorded = this.dialog.localSeq - this.#service.limits.sequenceBlock;
    if (expires > 0) this.#delivery.rest();
    else this.terminate('timeout');
  }

  /** Takes the terms of a SUBSCRIBE, before its 2xx. */
  agree({ expires, accept, rates, suppress }: Terms): void {
    this.#accept = accept && ownText(accept);
    this.#until = this.clock.now() + expires * 1_000;
    this.#delivery.suppress = suppress;
    this.#delivery.rates = rates && this.#agreed(rates);
    this.#expiry?.cancel();
    this.#expiry = expires > 0 ? this.clock.after(expires * 1_000, () => this.terminate('timeout')) : undefined;
  }

  /** The state has changed: a NOTIFY goes out when none is outstanding and the rate allows it. */
  changed(): void {
    this.#step('change');
  }

  /** Policy lets a pending subscription see the state. */
  grant(): void {
    this.#isGranted = true;
    this.#step('grant');
  }

  /** Ends it with a last NOTIFY. `retryAfter` in seconds. */
  terminate(reason: Reason, retryAfter?: number): void {
    if (this.#state === 'terminated') return;
    this.#ending = { reason, retryAfter };
    this.#step('end');
  }

  claims(request: Request): boolean {
    const event = request.method === 'SUBSCRIBE' ? request.event : undefined;
    return event?.type === this.event && event.id === this.eventId;
  }

  /** A SUBSCRIBE in the dialog: a refresh, or the end. */
  async receive(server: Incoming): Promise<void> {
    const refusal = await this.#refresh(server);
    if (refusal !== undefined) refuse(server, refusal);
  }

  dialogEnded(): void {
    this.failed();
  }

  /** As it is stored: a block of CSeq from here on is its own, also after a restart. */
  toJSON(): SubscriptionRecord<Context> {
    const { rates, suppress } = this.#delivery;
    return {
      event: this.event,
      ...(this.eventId !== undefined && { eventId: this.eventId }),
      resource: this.resource,
      ...(this.#accept !== undefined && { accept: this.#accept }),
      ...(!this.#isGranted && { pending: true }),
      expiresAt: this.expiresAt,
      ...(rates && { rates }),
      ...(suppress !== undefined && { suppress }),
      context: this.context,
      dialog: this.dialog.toJSON(),
    };
  }

  async #refresh(server: Incoming): Promise<Refusal | undefined> {
    const { request } = server;
    const { pack } = this.#service;
    if (this.#state === 'terminated') return { status: 481 };
    const terms = readTerms(request, pack);
    if ('status' in terms) return terms;
    this.dialog.refreshTarget(request);
    this.agree(terms);
    const isKnown = terms.suppress !== undefined && this.#delivery.isKnown(await pack.entityTag?.(this));
    const { expires } = terms;
    if (expires > 0) await this.keep();
    if (this.#delivery.isClosed) return { status: 481 };
    // RFC 5839 §6.3: who has the state already gets 204 and no NOTIFY.
    const fields = [['Expires', String(expires)] as const, ...(pack.fields?.(this) ?? [])];
    server.respond(this.dialog.response(request, isKnown ? 204 : 200, { fields }));
    if (expires > 0 && !isKnown) this.#step('refresh');
    if (expires === 0 && !isKnown) this.terminate('timeout');
    if (expires === 0 && isKnown) this.#endSilently();
    return undefined;
  }

  /** RFC 5839 §5.7. */
  #endSilently(): void {
    this.#ending = { reason: 'timeout', retryAfter: undefined };
    this.failed();
  }

  #step(input: NotifierInput): void {
    const step = NOTIFIER[this.#state][input];
    if (step !== undefined) {
      this.#state = step.next;
      if (step.next === 'terminated') this.#expiry?.cancel();
      if (step.notify !== undefined) this.#delivery.input(step.notify);
    }
    if (input === 'fail') this.#delivery.input('fail');
  }

  /** Seconds. */
  get #left(): number {
    return Math.max(0, Math.floor((this.#until - this.clock.now()) / 1_000));
  }

  get #eventText(): string {
    return this.eventId === undefined ? this.event : `${this.event};id=${this.eventId}`;
  }

  get #stateText(): string {
    const { rates } = this.#delivery;
    if (this.#ending === undefined)
      return `${this.#isGranted ? 'active' : 'pending'};expires=${this.#left}${rates ? formatRates(rates) : ''}`;
    const { reason, retryAfter } = this.#ending;
    return `terminated;reason=${reason}${retryAfter === undefined ? '' : `;retry-after=${retryAfter}`}`;
  }

  #agreed(asked: Rates): Rates {
    const { pack, limits } = this.#service;
    return agreeRates(asked, this.#left, { maxRate: pack.maxRate, highestMinimum: limits.highestMinimum });
  }

  // What its delivery asks.

  get clock(): Clock {
    return this.#service.clock;
  }

  get limits(): DeliveryLimits {
    return this.#service.limits;
  }

  get maxRate(): number | undefined {
    return this.#service.pack.maxRate;
  }

  /** Nobody who waits for policy, or was turned away by it, sees the state. */
  compose(isAsked: boolean): Notification | undefined | Promise<Notification | undefined> {
    const isTold = this.#isGranted && (this.#ending === undefined || tellsState(this.#ending.reason));
    return isTold ? this.#service.pack.state(this, isAsked) : undefined;
  }

  head(notification: Notification | undefined): [name: string, value: string][] {
    const fields: [name: string, value: string][] = [
      ['Event', this.#eventText],
      ['Subscription-State', this.#stateText],
    ];
    if (notification?.entityTag !== undefined) fields.push(['SIP-ETag', notification.entityTag]);
    for (const [name, value] of notification?.fields ?? []) fields.push([name, value]);
    return fields;
  }

  send(content: RequestContent): Promise<Answer> {
    const { dialogs, pack, limits } = this.#service;
    const used = this.dialog.localSeq - this.#recorded;
    if (pack.keep !== undefined && this.#ending === undefined && used >= limits.sequenceBlock / 2) {
      this.#recording ??= this.keep()
        .catch((error: unknown) => this.report(error))
        .finally(() => (this.#recording = undefined));
      // Nothing goes out whose number nobody would know after a restart.
      if (used >= limits.sequenceBlock) return this.#recording.then(() => dialogs.send(this.dialog, 'NOTIFY', content));
    }
    return dialogs.send(this.dialog, 'NOTIFY', content);
  }

  /** Stores it, with the next block of CSeq. */
  async keep(): Promise<void> {
    const recorded = this.dialog.localSeq;
    await this.#service.pack.keep?.(this);
    this.#recorded = recorded;
  }

  repace(parameters: Parameters): void {
    this.#delivery.rates = this.#agreed(ratesOf(parameters));
  }

  acknowledged(notification: Notification): void {
    this.#service.pack.delivered?.(this, notification);
  }

  tooLarge(): boolean {
    this.#service.pack.tooLarge?.(this);
    return this.#service.pack.tooLarge !== undefined;
  }

  failed(): void {
    this.#step('fail');
  }

  closed(): void {
    const { dialogs, pack } = this.#service;
    this.#expiry?.cancel();
    dialogs.detach(this.dialog, this);
    this.#service.closed(this);
    pack.ended?.(this, this.#ending?.reason ?? 'failure');
  }

  report(error: unknown): void {
    this.#service.report(error);
  }
}
