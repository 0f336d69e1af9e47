import { REFER_SUB, REFER_TO } from '../message/headers/index.ts';
import { BadMessage } from '../message/bad-message.ts';
import type { NameAddress } from '../message/name-address.ts';
import { reasonPhrase } from '../message/reason-phrases.ts';
import { Response } from '../message/response.ts';
import type { Request } from '../message/request.ts';
import { newTag } from '../token.ts';
import { refuse } from './answering.ts';
import type { Incoming } from './answering.ts';
import type { Notifier } from './notifier.ts';
import type { EventPackage, Refusal } from './package.ts';
import type { Subscription } from './subscription.ts';

/** How far the request that a REFER asked for has come: the newest status line of its responses. */
export interface Reference {
  status: number;
  reason: string;
}

export interface ReferOptions {
  /** Seconds that the implicit subscription lasts, if the reference takes that long. */
  readonly expires: number;
}

export const referDefaults: ReferOptions = { expires: 300 };

/** What a REFER asks for. */
export interface ReferRequest {
  readonly referTo: NameAddress;
  /** Whether progress is to be told (RFC 4488 §4). */
  readonly wantsProgress: boolean;
}

/** RFC 3515 §2.4.2. @throws {BadMessage} 400 without exactly one Refer-To */
export function readRefer(request: Request): ReferRequest {
  const referTo = request.get(REFER_TO);
  if (referTo === undefined) throw new BadMessage(400, 'Missing Refer-To');
  return { referTo, wantsProgress: request.get(REFER_SUB) !== false };
}

/** Tells whoever sent the REFER how the reference goes. */
export interface Progress {
  /** A response to the request that was made. A final one ends the subscription; then nothing more is told. */
  report(status: number, reason?: string): void;
}

/**
 * The event package `refer` (RFC 3515 §3): subscriptions are made by REFER alone, and a SUBSCRIBE outside of one gets 403
 * (§2.4.4). Add it to the notifier whose subscriptions these are.
 */
export class Refer implements EventPackage<Reference> {
  readonly name = 'refer';
  readonly mediaTypes = ['message/sipfrag'];
  readonly expires: EventPackage['expires'];
  readonly #notifier: Notifier;
  readonly #options: ReferOptions;

  constructor(notifier: Notifier, options: Partial<ReferOptions> = {}) {
    this.#notifier = notifier;
    this.#options = { ...referDefaults, ...options };
    const { expires } = this.#options;
    this.expires = { default: expires, minimum: 1, maximum: expires };
    notifier.add(this);
  }

  admit(): Promise<Refusal> {
    return Promise.resolve({ status: 403, reason: 'Only REFER makes these' });
  }

  state(subscription: Subscription<Reference>) {
    const { status, reason } = subscription.context;
    return { contentType: 'message/sipfrag;version=2.0', body: Buffer.from(`SIP/2.0 ${status} ${reason}\r\n`) };
  }

  /**
   * Accepts a REFER: answers it with 202, or with 200 and `Refer-Sub: false` where no progress is wanted. Undefined when it had to be
   * refused after all: then there is nothing to do.
   */
  accept(server: Incoming, { wantsProgress }: ReferRequest): Progress | undefined {
    const { request } = server;
    if (!wantsProgress) {
      const fields = [['Refer-Sub', 'false'] as const];
      server.respond(Response.to(request, 200, { toTag: newTag(), fields }));
      return { report: () => undefined };
    }
    const subscription = this.#notifier.imply(server, this, {
      resource: request.uriText,
      eventId: idOf(request),
      context: { status: 100, reason: 'Trying' },
      expires: this.#options.expires,
      status: 202,
    });
    if ('status' in subscription) {
      refuse(server, subscription);
      return undefined;
    }
    return { report: (status, reason = reasonPhrase(status)) => tell(subscription, { status, reason }) };
  }
}

/** RFC 3515 §2.4.6: the CSeq tells apart the REFERs of one dialog; one that makes a dialog is alone in it. */
const idOf = (request: Request): string | undefined =>
  request.to.tag === undefined ? undefined : String(request.cseq.number);

function tell(subscription: Subscription<Reference>, reference: Reference): void {
  if (subscription.state === 'terminated') return;
  subscription.context = reference;
  // RFC 3515 §2.4.7: the last one says noresource.
  if (reference.status >= 200) subscription.terminate('noresource');
  else subscription.changed();
}

/** The status that a body of type message/sipfrag begins with (RFC 3515 §2.4.5); undefined when it doesn't. */
export function readSipfrag(body: Buffer): Reference | undefined {
  const [, status, reason] = /^SIP\/2\.0 ([1-6]\d\d) ([^\r\n]*)/u.exec(body.subarray(0, 1_024).toString()) ?? [];
  return status === undefined || reason === undefined ? undefined : { status: Number(status), reason };
}
