import type { Call } from '../conference/calls.ts';
import { Refusal as Refused, type Reason } from '../conference/refusal.ts';
import type { Principal } from '../directory/principal.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import type { NotificationService } from '../notification/service.ts';
import type { Format } from '../notification/watching.ts';
import type { Clock } from '../sip/clock.ts';
import type { Incoming } from '../sip/event/answering.ts';
import type { Admission, EventPackage, ExpiresLimits, Notification, Refusal } from '../sip/event/package.ts';
import type { Subscription } from '../sip/event/subscription.ts';
import { newEntityTag } from '../sip/token.ts';
import { conferenceOf, FOCUS, idOf } from './addresses.ts';
import { bodyOf } from './document.ts';
import { formatOf, mediaTypeOf, MEDIA_TYPES } from './formats.ts';
import type { SubscriptionRepository } from './repository.ts';
import { ConferenceWatch, type Next } from './watch.ts';

/** What is stored with a subscription. */
export interface Context {
  readonly conference: XconUri;
  readonly user: XconUserId;
  /** Addresses of a user whom the directory does not know. */
  readonly addresses?: readonly string[];
  readonly format: Format;
  /** An address, for limits on attempts. */
  readonly source: string;
}

export interface ConferencePackageLimits {
  readonly expires: ExpiresLimits;
}

/** RFC 4575 §3.3: an hour. */
export const conferencePackageDefaults: ConferencePackageLimits = {
  expires: { default: 3_600, minimum: 60, maximum: 86_400 },
};

export interface ConferencePackageParts {
  readonly notification: NotificationService;
  /** Who sends a SUBSCRIBE outside of dialogs. */
  readonly senders: {
    identify(server: Incoming): Promise<{ readonly principal: Principal; readonly source: string } | Refusal>;
  };
  readonly people: {
    readonly domain: string;
    servesDomain(domain: string): boolean;
    principalById(userId: XconUserId): Promise<Principal | undefined>;
  };
  readonly repository: SubscriptionRepository;
  readonly clock: Clock;
  /** A Contact over the flow of a request, as a field value. */
  readonly contact: (server: Incoming, user: string, parameters: string) => string;
  readonly report: (error: unknown) => void;
  readonly limits?: Partial<ConferencePackageLimits>;
}

/**
 * A version that no subscriber of before a restart has seen (RFC 4575 §4.3: 32 bits, until 2053): quarters of seconds
 * since 2020, for nobody is told more often.
 */
const versionNow = (): number => Math.floor((Date.now() - Date.UTC(2020)) / 250);

/** One watcher, and what he has. */
interface Entry {
  readonly watch: ConferenceWatch;
  /** Of the last document that he acknowledged. */
  version: number;
  /** Names that document. It tells no other's, so that it tells nothing of changes that he may not see. */
  entityTag?: string | undefined;
}

/** The event package `conference` (RFC 4575, RFC 6502) over the conference notification service. */
export class ConferencePackage implements EventPackage<Context> {
  readonly name = 'conference';
  readonly mediaTypes = MEDIA_TYPES;
  readonly expires: ExpiresLimits;
  readonly #parts: ConferencePackageParts;
  readonly #watches = new Map<Subscription<Context>, Entry>();
  #onEmpty: () => void = () => undefined;
  readonly #told = new WeakMap<Notification, Next>();

  constructor(parts: ConferencePackageParts) {
    this.#parts = parts;
    this.expires = { ...conferencePackageDefaults, ...parts.limits }.expires;
  }

  contact(server: Incoming): string {
    const uri = this.#conferenceOf(server);
    const id = uri === undefined ? 'plenary' : idOf(uri);
    return `${this.#parts.contact(server, id, `;conf-id=${id}`)}${FOCUS}`;
  }

  async admit(server: Incoming): Promise<Admission<Context> | Refusal> {
    const conference = this.#conferenceOf(server);
    if (conference === undefined) return { status: 404 };
    const sender = await this.#parts.senders.identify(server);
    if ('status' in sender) return sender;
    const { principal, source } = sender;
    try {
      await this.#parts.notification.check(callOf(principal, source), conference);
    } catch (error) {
      return refusalOf(error);
    }
    const { userId: user, addresses } = principal;
    const isKnown = (await this.#parts.people.principalById(user)) !== undefined;
    const format = formatOf(server.request.header('Accept') && server.request.headers('Accept').join(', '));
    if (format === undefined) return { status: 406 };
    return { context: { conference, user, format, source, ...(!isKnown && { addresses }) } };
  }

  async keep(subscription: Subscription<Context>): Promise<void> {
    const { accept, context } = subscription;
    const format = accept === undefined ? context.format : (formatOf(accept) ?? context.format);
    if (format !== context.format) subscription.context = { ...context, format };
    const entry = this.#watches.get(subscription);
    if (entry !== undefined) entry.watch.format = format;
    await this.#parts.repository.keep(subscription.id, subscription.toJSON());
  }

  /** RFC 6665 §4.2.1.2: everything after a SUBSCRIBE, then what changed. */
  async state(subscription: Subscription<Context>, isAsked: boolean): Promise<Notification | undefined> {
    const entry = await this.#entryOf(subscription);
    const next = await entry?.watch.next(isAsked);
    if (entry === undefined || next?.notification.content === undefined) return undefined;
    const { format, content } = next.notification;
    const root = { entity: subscription.resource, version: entry.version + 1 };
    const notification = {
      contentType: mediaTypeOf(format, content.kind),
      body: bodyOf(format, content, root, subscription.context.conference),
      entityTag: newEntityTag(),
    };
    this.#told.set(notification, next);
    return notification;
  }

  delivered(subscription: Subscription<Context>, notification: Notification): void {
    const entry = this.#watches.get(subscription);
    if (entry !== undefined) {
      entry.version += 1;
      entry.entityTag = notification.entityTag;
    }
    this.#told.get(notification)?.acknowledge();
  }

  /** RFC 5839: what he has, as long as there is nothing newer to see. */
  async entityTag(subscription: Subscription<Context>): Promise<string | undefined> {
    const entry = this.#watches.get(subscription);
    return (await entry?.watch.watching?.isCurrent()) === true ? entry?.entityTag : undefined;
  }

  ended(subscription: Subscription<Context>): void {
    this.#watches.get(subscription)?.watch.end();
    this.#watches.delete(subscription);
    if (this.#watches.size === 0) this.#onEmpty();
    this.#parts.repository.forget(subscription.id).catch(this.#parts.report);
  }

  /** Goes on with a subscription of before a restart: tells all once, for nobody knows what was told last. */
  resume(subscription: Subscription<Context>): void {
    subscription.changed();
  }

  /** Ends every subscription; resolves when the last NOTIFYs are answered, or after `grace` milliseconds. */
  async close(grace: number): Promise<void> {
    for (const subscription of this.#watches.keys()) subscription.terminate('deactivated');
    if (this.#watches.size === 0) return;
    await new Promise<void>((done) => {
      this.#onEmpty = done;
      this.#parts.clock.after(grace, done);
    });
  }

  /** SUBSCRIBE in the dialog of an INVITE goes to our Contact there, one outside to the conference's URI. */
  #conferenceOf({ request }: Incoming): XconUri | undefined {
    const { people } = this.#parts;
    return conferenceOf(request.uri, people.domain, (domain) => people.servesDomain(domain));
  }

  async #entryOf(subscription: Subscription<Context>): Promise<Entry | undefined> {
    const known = this.#watches.get(subscription);
    if (known !== undefined) return known;
    const { conference, user, addresses, format, source } = subscription.context;
    const listed = await this.#parts.people.principalById(user);
    const principal = listed ?? (addresses && { userId: user, addresses, systemAdministrator: false });
    if (principal === undefined) return undefined;
    const watch = new ConferenceWatch(callOf(principal, source), format, subscription);
    try {
      watch.watching = await this.#parts.notification.attend(conference, watch);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      subscription.terminate(error.reason === 'no-such-conference' ? 'noresource' : 'rejected');
      return undefined;
    }
    const entry: Entry = { watch, version: versionNow() };
    // It may have ended while we asked.
    if (subscription.state === 'terminated') watch.watching.cancel();
    else this.#watches.set(subscription, entry);
    return entry;
  }
}

const callOf = (principal: Principal, source: string): Call => ({
  caller: { kind: 'user', principal },
  source,
  profile: 'standard',
});

const STATUS: Partial<Record<Reason, number>> = {
  'no-such-conference': 404,
  'conference-password-required': 403,
  'wrong-conference-password': 403,
  'resources-exhausted': 503,
};

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Refused)) throw error;
  return { status: STATUS[error.reason] ?? 403 };
}
