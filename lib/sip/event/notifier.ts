import type { Clock } from '../clock.ts';
import { Dialog } from '../dialog/dialog.ts';
import type { DialogLayer } from '../dialog/layer.ts';
import { newTag } from '../token.ts';
import { refuse } from './answering.ts';
import type { Incoming } from './answering.ts';
import type { EventPackage, Refusal } from './package.ts';
import type { Service, SubscriptionParts, SubscriptionRecord } from './service.ts';
import { Subscription } from './subscription.ts';
import { readTerms } from './terms.ts';

export interface NotifierLimits {
  /** Subscriptions at once; more get 503. */
  readonly subscriptions: number;
  /** Seconds after which those try again, and a refused NOTIFY is sent again, where the subscriber doesn't say. */
  readonly retryAfter: number;
  /** Refused NOTIFYs in a row that end a subscription. */
  readonly failures: number;
  /** Notifications per second: the highest minimum rate that a subscriber can demand (RFC 6446 §6.3). */
  readonly highestMinimum: number;
  /** So many CSeq are reserved with each record: after a restart NOTIFYs go on behind them. */
  readonly sequenceBlock: number;
}

export const notifierDefaults: NotifierLimits = {
  subscriptions: 200_000,
  retryAfter: 30,
  failures: 4,
  highestMinimum: 0.2,
  sequenceBlock: 1_000,
};

export interface NotifierOptions {
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly dialogs: Pick<DialogLayer, 'attach' | 'detach' | 'find' | 'named' | 'send' | 'usages'>;
  /** Our Contact in a new dialog, as a field value. */
  readonly contact: (server: Incoming) => string;
  /** Told of errors of packages and of the store behind them. */
  readonly report?: ((error: unknown) => void) | undefined;
  readonly limits?: Partial<NotifierLimits> | undefined;
}

/** Serves event packages to subscribers (RFC 6665 §4.2). */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #limits: NotifierLimits;
  readonly #services = new Map<string, Service<unknown>>();
  /** For 2xx to SUBSCRIBE and 489 (RFC 6665 §4.4.4, §4.2.1.1). */
  #allowEvents: readonly (readonly [name: string, value: string])[] = [];
  #size = 0;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#limits = { ...notifierDefaults, ...options.limits };
  }

  /** Subscriptions that there are. */
  get size(): number {
    return this.#size;
  }

  /** For Allow-Events (RFC 6665 §4.4.4). */
  get events(): readonly string[] {
    return [...this.#services.keys()];
  }

  add<Context>(pack: EventPackage<Context>): void {
    this.#services.set(pack.name, this.#serviceOf(pack));
    this.#allowEvents = [['Allow-Events', this.events.join(', ')]];
  }

  /** Takes a SUBSCRIBE that no subscription claims, outside of dialogs or in one that it is to share. */
  async subscribe(server: Incoming): Promise<void> {
    const refusal = await this.#open(server);
    if (refusal !== undefined) refuse(server, refusal);
  }

  /**
   * The subscription that a request of another method implies (RFC 6665 §4.2.1, REFER): answers it with this 2xx, unless it is
   * refused, and tells the state at once. `expires` in seconds.
   */
  imply<Context>(
    server: Incoming,
    pack: EventPackage<Context>,
    about: SubscriptionParts<Context> & { readonly expires: number; readonly status: number },
  ): Subscription<Context> | Refusal {
    const dialog = this.#dialogOf(server, pack);
    if (dialog === undefined) return { status: 481 };
    if (this.#isFull) return this.#full;
    const subscription = this.#make(this.#serviceOf(pack), dialog, about);
    dialog.refreshTarget(server.request);
    subscription.agree({ expires: about.expires, accept: undefined, rates: undefined, suppress: undefined });
    server.respond(dialog.response(server.request, about.status));
    subscription.begin();
    return subscription;
  }

  /** A subscription again from its record; undefined when its package is not served any more. It tells nothing by itself. */
  restore<Context>(record: SubscriptionRecord<Context>): Subscription<Context> | undefined {
    const service = this.#services.get(record.event) as Service<Context> | undefined;
    if (service === undefined) return undefined;
    const { callId, localTag, remoteTag, localSeq } = record.dialog;
    // A call may have brought it back already.
    const dialog = this.#options.dialogs.named(callId, localTag, remoteTag) ?? new Dialog(record.dialog);
    dialog.passOver(localSeq + this.#limits.sequenceBlock);
    const subscription = this.#make(service, dialog, record);
    subscription.resume(record);
    return subscription;
  }

  /** RFC 6665 §4.2.1.1, in this order. */
  async #open(server: Incoming): Promise<Refusal | undefined> {
    const { request } = server;
    const service = this.#services.get(request.event?.type ?? '');
    if (service === undefined) return { status: 489, fields: this.#allowEvents };
    const terms = readTerms(request, service.pack);
    if ('status' in terms) return terms;
    if (request.contacts.length !== 1) return { status: 400, reason: 'Not one Contact' };
    if (this.#isFull) return this.#full;
    const admission = await service.pack.admit(server);
    if ('status' in admission) return admission;
    const dialog = this.#dialogOf(server, service.pack);
    if (dialog === undefined) return { status: 481 };
    // Another SUBSCRIBE for the same was admitted meanwhile, in the dialog that both share.
    const isShared = request.to.tag !== undefined;
    if (isShared && this.#options.dialogs.usages(dialog).some((usage) => usage.claims(request))) return { status: 491 };
    const { context, pending } = admission;
    const about = { resource: request.uriText, eventId: request.event?.id, context, pending };
    const subscription = this.#make(service, dialog, about);
    dialog.refreshTarget(request);
    subscription.agree(terms);
    if (terms.expires > 0) {
      try {
        await subscription.keep();
      } catch (error) {
        subscription.dialogEnded();
        throw error;
      }
    }
    const own = service.pack.fields?.(subscription) ?? [];
    const fields = [['Expires', String(terms.expires)] as const, ...this.#allowEvents, ...own];
    server.respond(dialog.response(request, 200, { fields }));
    subscription.begin();
    return undefined;
  }

  get #full(): Refusal {
    return { status: 503, fields: [['Retry-After', String(this.#limits.retryAfter)]] };
  }

  get #isFull(): boolean {
    return this.#size >= this.#limits.subscriptions;
  }

  #serviceOf<Context>(pack: EventPackage<Context>): Service<Context> {
    const { clock, date, dialogs } = this.#options;
    const closed = () => {
      this.#size -= 1;
    };
    return { clock, date, dialogs, pack, limits: this.#limits, closed, report: this.#report };
  }

  /** The one that the request belongs to, or a new one (RFC 3261 §12.1.1). */
  #dialogOf(server: Incoming, pack: Pick<EventPackage, 'contact'>): Dialog | undefined {
    const { request, flow } = server;
    if (request.to.tag !== undefined) return this.#options.dialogs.find(request);
    const contact = pack.contact?.(server) ?? this.#options.contact(server);
    return Dialog.ofRequest(request, newTag(), contact, flow);
  }

  #make<Context>(service: Service<Context>, dialog: Dialog, about: SubscriptionParts<Context>): Subscription<Context> {
    const subscription = new Subscription(service, dialog, about);
    this.#options.dialogs.attach(dialog, subscription);
    this.#size += 1;
    return subscription;
  }

  readonly #report = (error: unknown): void => this.#options.report?.(error);
}
