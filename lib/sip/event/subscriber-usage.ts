import type { Clock, Timer } from '../clock.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { DialogLayer } from '../dialog/layer.ts';
import { impactOf } from '../dialog/usage.ts';
import type { Usage } from '../dialog/usage.ts';
import { EXPIRES, MIN_EXPIRES, SIP_ETAG, SUBSCRIPTION_STATE } from '../message/headers/index.ts';
import type { SubscriptionState } from '../message/headers/index.ts';
import type { Request } from '../message/request.ts';
import { Response } from '../message/response.ts';
import type { Answer } from '../transaction/outgoing.ts';
import { refuse } from './answering.ts';
import type { Incoming } from './answering.ts';
import { lenient, retryAfterOf } from './lenient.ts';
import { SUBSCRIBER } from './subscriber-machine.ts';
import type { SubscriberInput, SubscriberState } from './subscriber-machine.ts';

/** What a subscription needs to know of who subscribed. */
export interface Subscribing {
  readonly clock: Clock;
  readonly dialogs: Pick<DialogLayer, 'attach' | 'detach' | 'send'>;
  /** Event, with its parameters. */
  readonly event: string;
  /** Fields of every SUBSCRIBE beside Event and Expires: Accept … */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Milliseconds: 64 · T1. */
  readonly timerN: number;
  /** Seconds after which a failed refresh is tried again, where the notifier doesn't say. */
  readonly retryAfter: number;
  /** Whether refreshes ask for what changed only (RFC 5839 §5.6). */
  readonly conditional: boolean;
  /** Seconds asked for. */
  expires: number;
  notified(request: Request, state: SubscriptionState): void;
  ended(usage: SubscriberUsage, reason?: string, retryAfter?: number): void;
}

/** Seconds before the end at which it is refreshed, or half of its time when that is less. */
const AHEAD = 60;

/** A subscription at its subscriber: a usage of the dialog that its first NOTIFY made (RFC 6665 §4.4.1). */
export class SubscriberUsage implements Usage {
  readonly dialog: Dialog;
  readonly #of: Subscribing;
  readonly #type: string;
  readonly #id: string | undefined;
  #state: SubscriberState = 'notify_wait';
  #entityTag: string | undefined;
  #until = Infinity;
  #n: Timer | undefined;
  #expiry: Timer | undefined;
  #refreshing: Timer | undefined;

  constructor(of: Subscribing, dialog: Dialog, notify: Request) {
    this.#of = of;
    this.dialog = dialog;
    this.#type = notify.event?.type ?? '';
    this.#id = notify.event?.id;
  }

  get state(): SubscriberState {
    return this.#state;
  }

  claims(request: Request): boolean {
    const event = request.method === 'NOTIFY' ? request.event : undefined;
    return event?.type === this.#type && event.id === this.#id;
  }

  /** A NOTIFY (RFC 6665 §4.1.3). What `notified` throws is the answer, and nothing has changed. */
  receive(server: Incoming): void {
    const { request } = server;
    const state = request.get(SUBSCRIPTION_STATE);
    if (state === undefined || this.#state === 'terminated') {
      refuse(server, state ? { status: 481 } : { status: 400, reason: 'Missing Subscription-State' });
      return;
    }
    this.#entityTag = request.get(SIP_ETAG) ?? this.#entityTag;
    this.#of.notified(request, state);
    this.dialog.refreshTarget(request);
    server.respond(Response.to(request, 200));
    const input = state.state === 'terminated' || state.state === 'active' ? state.state : 'pending';
    if (input !== 'terminated') this.expireIn(state.expires ?? this.left);
    this.#step(input, state.reason, state.retryAfter);
  }

  dialogEnded(): void {
    this.#step('refused');
  }

  /** The notifier has said how many seconds it lasts; never longer than it said before the last SUBSCRIBE. */
  expireIn(seconds: number): void {
    if (this.#state === 'terminated' || seconds === Infinity) return;
    const { clock } = this.#of;
    this.#until = clock.now() + seconds * 1_000;
    this.#expiry?.cancel();
    this.#expiry = clock.after(seconds * 1_000, () => this.#step('expired'));
    this.#refreshIn(seconds - Math.min(AHEAD, seconds / 2));
  }

  /** Sends SUBSCRIBE in the dialog; 0 seconds end it (RFC 6665 §4.1.2.2, §4.1.2.3). */
  async subscribe(expires = this.#of.expires): Promise<void> {
    if (this.#state === 'terminated') return;
    this.#refreshing?.cancel();
    this.#step('subscribe');
    const known = this.#of.conditional && expires > 0 ? this.#entityTag : undefined;
    const condition = known === undefined ? [] : [['Suppress-If-Match', known] as const];
    const fields = [
      ['Event', this.#of.event] as const,
      ['Expires', String(expires)] as const,
      ...this.#of.fields,
      ...condition,
    ];
    this.#answered(await this.#of.dialogs.send(this.dialog, 'SUBSCRIBE', { fields }), expires);
  }

  #answered(answer: Answer, asked: number): void {
    const { response } = answer;
    const { status } = response;
    if (status < 300) {
      if (asked > 0) this.expireIn(Math.min(asked, lenient(response, EXPIRES) ?? asked));
      if (status === 204) this.#step(asked > 0 ? 'unneeded' : 'refused');
    } else if (status !== 408 && impactOf(answer) !== 'transaction') this.#step('refused');
    else this.#failed(response);
  }

  #failed(response: Response): void {
    this.#step('failed');
    const minimum = response.status === 423 ? lenient(response, MIN_EXPIRES) : undefined;
    if (minimum !== undefined && minimum > this.#of.expires) {
      this.#of.expires = minimum;
      this.#refreshIn(0);
    } else this.#refreshIn(retryAfterOf(response) ?? this.#of.retryAfter);
  }

  #refreshIn(seconds: number): void {
    this.#refreshing?.cancel();
    if (this.#state !== 'terminated')
      this.#refreshing = this.#of.clock.after(seconds * 1_000, () => void this.subscribe());
  }

  /** Seconds until its end. */
  get left(): number {
    return Math.max(0, (this.#until - this.#of.clock.now()) / 1_000);
  }

  #step(input: SubscriberInput, reason?: string, retryAfter?: number): void {
    const step = SUBSCRIBER[this.#state][input];
    if (step === undefined) return;
    const [next, timerN] = step;
    this.#state = next;
    this.#n?.cancel();
    if (timerN === 'start') this.#n = this.#of.clock.after(this.#of.timerN, () => this.#step('N'));
    if (next !== 'terminated') return;
    this.#expiry?.cancel();
    this.#refreshing?.cancel();
    this.#of.dialogs.detach(this.dialog, this);
    this.#of.ended(this, reason, retryAfter);
  }
}
