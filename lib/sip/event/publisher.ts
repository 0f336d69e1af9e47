import type { Clock, Timer } from '../clock.ts';
import { EXPIRES, MIN_EXPIRES, SIP_ETAG } from '../message/headers/index.ts';
import { Request } from '../message/request.ts';
import type { Response } from '../message/response.ts';
import { newCallId, newTag } from '../token.ts';
import type { Answer } from '../transaction/outgoing.ts';
import { PUBLISHER } from './publisher-machine.ts';
import type { PublisherEffect, PublisherInput, PublisherState } from './publisher-machine.ts';
import { lenient, retryAfterOf } from './lenient.ts';

export interface PublisherOptions {
  readonly clock: Clock;
  /** Sends a request outside of dialogs, challenges answered; it resolves always, without a server with 408 or 503. */
  readonly send: (request: Request) => Promise<Answer>;
  /** The resource: a URI. */
  readonly target: string;
  /** From without tag, as a field value. */
  readonly from: string;
  /** Event. */
  readonly event: string;
  /** Seconds asked for. */
  readonly expires?: number;
  /** Seconds until a failed PUBLISH is tried again, where the compositor doesn't say. */
  readonly retryAfter?: number;
  /** Not published: this status was the answer. */
  refused(status: number): void;
}

export interface EventState {
  readonly contentType: string;
  readonly body: Buffer;
}

/** Failures after which the same PUBLISH may work later. */
const TRANSIENT = new Set([408, 480, 500, 502, 503, 504]);

/** Keeps event state published (RFC 3903 §4): the newest is what the compositor has, or will have. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #callId = newCallId();
  readonly #tag = newTag();
  #sequence = 0;
  #expires: number;
  #state: PublisherState = 'idle';
  #wanted: EventState | undefined;
  /** What the compositor has, under that entity-tag. */
  #known: { readonly state: EventState | undefined; readonly entityTag: string } | undefined;
  /** Seconds. */
  #wait = 0;
  #refusal = 0;
  #timer: Timer | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#expires = options.expires ?? 3_600;
  }

  get state(): PublisherState {
    return this.#state;
  }

  publish(state: EventState): void {
    this.#wanted = state;
    this.#step('publish');
  }

  remove(): void {
    this.#wanted = undefined;
    this.#step('remove');
  }

  #step(input: PublisherInput): void {
    const step = PUBLISHER[this.#state][input];
    if (step === undefined) return;
    this.#state = step[0];
    this.#timer?.cancel();
    if (step[1] !== undefined) this.#perform(step[1]);
  }

  #perform(effect: PublisherEffect): void {
    const { clock } = this.#options;
    if (effect === 'rest' || effect === 'wait')
      this.#timer = clock.after(this.#wait * 1_000, () => this.#step('refresh'));
    else if (effect === 'send') void this.#send(this.#expires, this.#wanted);
    else if (effect === 'sendRemoval') void this.#send(0, undefined);
    else this.#options.refused(this.#refusal);
  }

  /** Nothing is to be removed that the compositor doesn't have. */
  async #send(expires: number, wanted: EventState | undefined): Promise<void> {
    if (wanted === undefined && this.#known === undefined) {
      this.#step('accepted');
      return;
    }
    const isKnown = this.#known?.state === wanted;
    const { response } = await this.#options.send(this.#request(expires, isKnown ? undefined : wanted));
    this.#step(response.status < 300 ? this.#accepted(response, wanted) : this.#failed(response));
  }

  #accepted(response: Response, wanted: EventState | undefined): PublisherInput {
    const entityTag = lenient(response, SIP_ETAG);
    this.#known = entityTag === undefined || wanted === undefined ? undefined : { state: wanted, entityTag };
    const granted = Math.min(this.#expires, lenient(response, EXPIRES) ?? this.#expires);
    this.#wait = granted - Math.min(60, granted / 2);
    return 'accepted';
  }

  #failed(response: Response): PublisherInput {
    const { status } = response;
    // RFC 3903 §5: the entity-tag is discarded, and the state published initially.
    const isUnmatched = status === 412 && this.#known !== undefined;
    const minimum = status === 423 ? (lenient(response, MIN_EXPIRES) ?? 0) : 0;
    if (isUnmatched) this.#known = undefined;
    if (isUnmatched || minimum > this.#expires) {
      this.#expires = Math.max(minimum, this.#expires);
      return 'again';
    }
    const retryAfter = retryAfterOf(response);
    if (retryAfter !== undefined || TRANSIENT.has(status)) {
      this.#wait = retryAfter ?? this.#options.retryAfter ?? 60;
      return 'failed';
    }
    this.#known = undefined;
    this.#refusal = status;
    return 'refused';
  }

  #request(expires: number, state: EventState | undefined): Request {
    const { target, from, event } = this.#options;
    const fields: (readonly [string, string])[] = [
      ['Max-Forwards', '70'],
      ['From', `${from};tag=${this.#tag}`],
      ['To', `<${target}>`],
      ['Call-ID', this.#callId],
      ['CSeq', `${(this.#sequence += 1)} PUBLISH`],
      ['Event', event],
      ['Expires', String(expires)],
    ];
    if (this.#known !== undefined) fields.push(['SIP-If-Match', this.#known.entityTag]);
    if (state !== undefined) fields.push(['Content-Type', state.contentType]);
    return Request.create('PUBLISH', target, fields, state?.body);
  }
}
