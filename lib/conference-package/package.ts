import type { Call } from '../conference/calls.ts';
import { Refusal as Refused } from '../conference/refusal.ts';
import type { Principal } from '../directory/principal.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import type { NotificationService } from '../notification/service.ts';
import type { Format } from '../notification/watching.ts';
import type { Clock } from '../sip/clock.ts';
import type { Incoming } from '../sip/event/answering.ts';
import type { Admission, EventPackage, ExpiresLimits, Notification, Refusal } from '../sip/event/package.ts';
import type { Subscription } from '../sip/event/subscription.ts';
import type { Uri } from '../sip/message/uri.ts';
import { Acknowledged } from './acknowledged.ts';
import { conferenceAt, conferenceOf, FOCUS, idOf, sipUriOf } from './addresses.ts';
import { ConferenceLists, type ListedConferences } from './conference-lists.ts';
import { formatOf, MEDIA_TYPES, takesPhoneFormat } from './formats.ts';
import { ListWatch } from './list-watch.ts';
import { askedList, type AskedList } from './lists.ts';
import { type ConferencePackageLimits, conferencePackageDefaults } from './limits.ts';
import { type PhoneProfile, phoneProfileOf } from './phone-profiles.ts';
import { refusalOf } from './refusals.ts';
import type { SubscriptionRepository } from './repository.ts';
import { SharedAddresses, type SharedConferences } from './shared-address.ts';
import { type Senders, type Subscribing, subscribersCall, subscribing } from './subscribing.ts';
import { Telling } from './telling.ts';
import { ConferenceWatch, type Next, versionNow, type Watch } from './watch.ts';

/** What is stored with a subscription. */
export interface Context extends Subscribing {
  /** Absent for a list. */
  readonly conference?: XconUri;
  readonly list?: AskedList;
  readonly format: Format;
  readonly profile?: PhoneProfile;
  /** The protocol of the flow that it came by. */
  readonly protocol?: string;
  /** What the subscriber had acknowledged when this was stored, if that is what he has as long as nothing changes. */
  readonly acknowledged?: string | undefined;
  /** Of the last document when this was stored; a block of versions from there on is its own, also after a restart. */
  readonly version?: number;
}

export interface ConferencePackageParts {
  readonly notification: NotificationService;
  readonly conferences: ListedConferences & SharedConferences;
  readonly senders: Senders;
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

/** One watcher, and what he has. */
interface Entry {
  readonly watch: Watch;
  /** Names the last document that he acknowledged. It tells no other's, so that it tells nothing of changes that he may not see. */
  entityTag?: string | undefined;
}

/** The event package `conference` (RFC 4575, RFC 6502) over the conference notification service. */
export class ConferencePackage implements EventPackage<Context> {
  readonly name = 'conference';
  readonly mediaTypes = MEDIA_TYPES;
  readonly expires: ExpiresLimits;
  readonly #limits: ConferencePackageLimits;
  readonly #lists: ConferenceLists;
  readonly #shared: SharedAddresses;
  readonly #parts: ConferencePackageParts;
  readonly #watches = new Map<Subscription<Context>, Entry>();
  readonly #entering = new Map<Subscription<Context>, Promise<Entry | undefined>>();
  readonly #acknowledged: Acknowledged<Subscription<Context>>;
  #onEmpty: () => void = () => undefined;
  readonly #resumed = new WeakSet<Subscription<Context>>();

  constructor(parts: ConferencePackageParts) {
    this.#parts = parts;
    this.#limits = { ...conferencePackageDefaults, ...parts.limits };
    this.expires = this.#limits.expires;
    const { conferences, people, report, notification } = parts;
    this.#acknowledged = new Acknowledged(parts.clock, this.#limits.acknowledged, (one) => this.#keepAcknowledged(one));
    this.#shared = new SharedAddresses({ conferences, notification, report });
    this.#lists = new ConferenceLists(conferences, (uri) => sipUriOf(uri, people.domain), report);
  }

  /** RFC 4662 §4.2. */
  fields({ context }: Subscription<Context>): readonly (readonly [string, string])[] {
    return context.list === undefined ? [] : [['Require', 'eventlist']];
  }

  contact(server: Incoming): string {
    if (this.#isList(server)) return this.#parts.contact(server, this.#limits.lists.user, '');
    const uri = this.#conferenceOf(server);
    const id = uri === undefined ? 'plenary' : idOf(uri);
    return `${this.#parts.contact(server, id, `;conf-id=${id}`)}${FOCUS}`;
  }

  async admit(server: Incoming): Promise<Admission<Context> | Refusal> {
    const conference = this.#isList(server) ? undefined : this.#conferenceOf(server);
    if (conference === undefined && !this.#isList(server)) return { status: 404 };
    const { senders, people } = this.#parts;
    const subscriber = await subscribing(server, senders, people);
    if ('status' in subscriber) return subscriber;
    const asked = conference === undefined ? askedList(server.request, this.#limits.lists.entries) : undefined;
    if (asked !== undefined && 'status' in asked) return asked;
    const format = formatOf(server.request.header('Accept') && server.request.headers('Accept').join(', '));
    if (format === undefined) return { status: 406 };
    const profile = phoneProfileOf(server.request.header('User-Agent'), this.#limits.profiles);
    try {
      const call = await subscribersCall(subscriber, people);
      if (conference !== undefined && call !== undefined) await this.#shared.check(call, conference);
    } catch (error) {
      return refusalOf(error);
    }
    const what = { ...(conference !== undefined && { conference }), ...(asked !== undefined && { list: asked }) };
    return {
      context: { format, profile, protocol: server.flow.protocol, version: versionNow(), ...what, ...subscriber },
    };
  }

  async keep(subscription: Subscription<Context>): Promise<void> {
    const { accept, context } = subscription;
    const format = accept === undefined ? context.format : (formatOf(accept) ?? context.format);
    const watch = this.#watches.get(subscription)?.watch;
    if (watch !== undefined) watch.format = format;
    const version = watch instanceof ConferenceWatch ? watch.version : context.version;
    // Not a spread, after which each context would have a hidden class of its own.
    const kept = { format, acknowledged: undefined, ...(version !== undefined && { version }) };
    subscription.context = Object.assign({}, context, kept);
    this.#acknowledged.delete(subscription);
    await this.#parts.repository.keep(subscription.id, subscription.toJSON());
  }

  /** RFC 6665 §4.2.1.2: everything after a SUBSCRIBE, then what changed. */
  state(
    subscription: Subscription<Context>,
    isAsked: boolean,
  ): Notification | undefined | Promise<Notification | undefined> {
    const entry = this.#watches.get(subscription);
    if (entry === undefined) return this.#firstState(subscription, isAsked);
    const next = entry.watch.next(isAsked);
    if (next instanceof Promise) return next.then((one) => this.#told(subscription, entry.watch, one));
    return this.#told(subscription, entry.watch, next);
  }

  delivered(subscription: Subscription<Context>, notification: Notification): void {
    const entry = this.#watches.get(subscription);
    if (entry !== undefined) entry.entityTag = notification.entityTag;
    if (notification instanceof Telling) notification.acknowledge();
    if (entry?.watch instanceof ConferenceWatch) this.#acknowledged.add(subscription);
  }

  /** Larger than a datagram may be, for who refuses TCP (RFC 3261 §18.1.1): something smaller, or nothing for some time. */
  tooLarge(subscription: Subscription<Context>): void {
    const watch = this.#watches.get(subscription)?.watch;
    const isSmaller =
      watch instanceof ConferenceWatch && watch.shrink(takesPhoneFormat(subscription.accept), this.#limits.datagram);
    if (isSmaller) subscription.context = { ...subscription.context, format: watch.format };
    else {
      // The last NOTIFY has no body then.
      watch?.end();
      subscription.terminate('probation', this.#limits.tooLargeRetry);
    }
  }

  /** RFC 5839: what he has, as long as there is nothing newer to see. */
  async entityTag(subscription: Subscription<Context>): Promise<string | undefined> {
    const entry = this.#watches.get(subscription);
    return (await entry?.watch.isCurrent()) === true ? entry?.entityTag : undefined;
  }

  ended(subscription: Subscription<Context>): void {
    const watch = this.#watches.get(subscription)?.watch;
    if (watch !== undefined) this.#leave(watch);
    this.#watches.delete(subscription);
    this.#acknowledged.delete(subscription);
    if (this.#watches.size === 0) this.#onEmpty();
    this.#parts.repository.forget(subscription.id).catch(this.#parts.report);
  }

  /** Goes on with a subscription of before a restart: tells all once, unless it is certain that the subscriber has it. */
  resume(subscription: Subscription<Context>): void {
    this.#resumed.add(subscription);
    if (subscription.context.acknowledged === undefined) subscription.changed();
    else void this.#resumeWatching(subscription);
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
    return this.#conferenceBy(request.uri);
  }

  #conferenceBy(uri: Uri): XconUri | undefined {
    const { people } = this.#parts;
    return conferenceOf(uri, people.domain, (domain) => people.servesDomain(domain));
  }

  #isList({ request: { uri } }: Incoming): boolean {
    return uri.kind === 'sip' && uri.user === this.#limits.lists.user && !uri.parameters.has('conf-id');
  }

  async #firstState(subscription: Subscription<Context>, isAsked: boolean): Promise<Notification | undefined> {
    const watch = (await this.#entryOf(subscription))?.watch;
    return watch && this.#told(subscription, watch, await watch.next(isAsked));
  }

  #told(subscription: Subscription<Context>, watch: Watch, next: Next | undefined): Notification | undefined {
    // It was a poll, or has ended while we asked.
    if (!this.#watches.has(subscription)) this.#leave(watch);
    return next && new Telling(next, this.fields(subscription));
  }

  #leave(watch: Watch): void {
    watch.end();
    if (watch instanceof ConferenceWatch) this.#shared.leave(watch);
    if (watch instanceof ListWatch) this.#lists.close(watch);
  }

  async #resumeWatching(subscription: Subscription<Context>): Promise<void> {
    try {
      const watch = (await this.#entryOf(subscription))?.watch;
      if (watch instanceof ConferenceWatch && watch.acknowledged !== undefined) return;
    } catch (error) {
      this.#parts.report(error);
    }
    subscription.changed();
  }

  /** The record with what was acknowledged; CSeq and versions are no less than those that it reserved before. */
  async #keepAcknowledged(subscription: Subscription<Context>): Promise<void> {
    const watch = this.#watches.get(subscription)?.watch;
    if (!(watch instanceof ConferenceWatch) || watch.acknowledged === undefined) return;
    const record = subscription.toJSON();
    const { version, acknowledged } = watch;
    const context = Object.assign({}, record.context, { version, acknowledged });
    await this.#parts.repository.keep(subscription.id, { ...record, context }).catch(this.#parts.report);
  }

  async #entryOf(subscription: Subscription<Context>): Promise<Entry | undefined> {
    const known = this.#watches.get(subscription);
    if (known !== undefined) return known;
    const entering = this.#entering.get(subscription) ?? this.#enter(subscription);
    this.#entering.set(subscription, entering);
    return entering.finally(() => this.#entering.delete(subscription));
  }

  async #enter(subscription: Subscription<Context>): Promise<Entry | undefined> {
    const call = await subscribersCall(subscription.context, this.#parts.people);
    if (call === undefined) return undefined;
    try {
      const watch = await this.#watch(subscription, call);
      const entry: Entry = { watch };
      if (subscription.state !== 'terminated') this.#watches.set(subscription, entry);
      return entry;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      subscription.terminate(error.reason === 'no-such-conference' ? 'noresource' : 'rejected');
      return undefined;
    }
  }

  async #watch(subscription: Subscription<Context>, call: Call): Promise<Watch> {
    const { conference, format, profile, protocol, version: last, acknowledged: known } = subscription.context;
    const entity = subscription.resource;
    if (conference === undefined) return this.#list(subscription, call);
    const watch = new ConferenceWatch({
      version: last && last + (this.#resumed.has(subscription) ? this.#limits.versionBlock : 0),
      ...{ call, format, conference, entity, subscriber: subscription, profile, protocol, known },
    });
    await this.#shared.attend(watch);
    return watch;
  }

  async #list(subscription: Subscription<Context>, call: Call): Promise<ListWatch> {
    const { clock, people, report } = this.#parts;
    const { list: { uris } = {}, format, user } = subscription.context;
    const list = new ListWatch({
      entity: subscription.resource,
      domain: people.domain,
      subscriber: subscription,
      version: this.#resumed.has(subscription) ? versionNow() : 0,
      ...this.#limits.lists,
      isOpen: uris === undefined,
      ...{ call, format, addresses: this.#shared, clock, report },
    });
    if (uris === undefined) await this.#lists.fill(list, call, user);
    for (const uri of uris ?? [])
      await list.add(
        uri,
        conferenceAt(uri, (one) => this.#conferenceBy(one)),
      );
    return list;
  }
}
