import type { Call } from '../conference/calls.ts';
import type { Change, ChangeListener } from '../conference/changes.ts';
import { classOf, shownUser, type Sight } from '../conference/sight.ts';
import { mainConferenceOf } from '../conference/sidebars.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { Contents } from './content.ts';
import { Subscription, type Watched } from './subscription.ts';
import { Turns } from './turns.ts';
import { WatchedConference } from './watched-conference.ts';
import type { Clock, Watcher } from './watching.ts';

export interface NotificationLimits {
  /** Between two notifications to one watcher, in milliseconds (RFC 4575 §3.9 recommends 5 s). */
  readonly minInterval: number;
  /** The same for important news: of conferences, of moderators, of the watcher himself. */
  readonly urgentInterval: number;
  /** Bytes of documents on their way to all watchers together. */
  readonly inFlight: number;
  /** Bytes of the largest document for telephones; above it they are told of themselves and of the moderators only. */
  readonly maxBody: number;
  /** Versions back from which a difference can be told; who is farther back is told all. */
  readonly history: number;
  /** Bodies kept for the next watcher who needs the same. */
  readonly bodies: number;
  /** Classes of readers whose names in tags are kept. */
  readonly tags: number;
  /** Milliseconds that telling watchers may hold the event loop before everybody else gets a turn. */
  readonly turn: number;
  /** Watchers that are told in one turn. */
  readonly perTurn: number;
}

export const notificationDefaults: NotificationLimits = {
  minInterval: 5_000,
  urgentInterval: 500,
  inFlight: 64 * 2 ** 20,
  maxBody: 2 ** 20,
  history: 1_000,
  bodies: 1_000,
  tags: 1_000,
  turn: 1,
  perTurn: 24,
};

/** The conference control, as far as watchers need it. */
export interface WatchableControl {
  watch(call: Call, uri: XconUri): Promise<Sight>;
  sight(call: Call, object: ConferenceObject): Sight | undefined | Promise<Sight | undefined>;
  onChange(listener: ChangeListener): void;
}

export interface NotificationParts {
  readonly control: WatchableControl;
  readonly clock: Clock;
  readonly limits?: Partial<NotificationLimits>;
  readonly onError: (error: unknown) => void;
}

/** A conference that is watched, and what all subscriptions to it need of it. */
interface Followed {
  readonly conference: WatchedConference;
  readonly watched: Watched;
}

/** The conference notification service (RFC 4353 §4.4, RFC 5239 §8.2): who is told what, and when. */
export class NotificationService {
  readonly #control: WatchableControl;
  readonly #clock: Clock;
  readonly #limits: NotificationLimits;
  readonly #contents: Contents;
  readonly #turns: Turns;
  readonly #watched = new Map<XconUri, Followed>();
  #underWay = 0;
  #blocked: (() => void)[] = [];

  constructor({ control, clock, limits, onError }: NotificationParts) {
    this.#control = control;
    this.#clock = clock;
    this.#limits = { ...notificationDefaults, ...limits };
    this.#contents = new Contents(this.#limits);
    this.#turns = new Turns(this.#limits.turn, this.#limits.perTurn, onError);
    control.onChange((change) => this.#changed(change));
  }

  /**
   * Watches a conference; the first notification comes at once. `known` is the tag of what the watcher has already, as
   * after a restart: then he is told only what is new. `accepted` is called before anything is delivered.
   * @throws {Refusal} when the watcher may not
   */
  async subscribe(uri: XconUri, watcher: Watcher, known?: string, accepted?: () => void): Promise<Subscription> {
    const { subscription, isCurrent } = await this.#open(uri, watcher, known);
    accepted?.();
    if (!isCurrent) subscription.wake(true);
    return subscription;
  }

  /**
   * The same for a watcher who looks first: changes are told to who has looked once, or has what `known` names.
   * @throws {Refusal} when the watcher may not
   */
  async attend(uri: XconUri, watcher: Watcher, known?: string): Promise<Subscription> {
    const { subscription, isCurrent } = await this.#open(uri, watcher, known);
    if (subscription.told !== undefined && !isCurrent) subscription.wake(true);
    return subscription;
  }

  async #open(
    uri: XconUri,
    watcher: Watcher,
    known?: string,
  ): Promise<{ subscription: Subscription; isCurrent: boolean }> {
    const sight = await this.#control.watch(watcher.call, uri);
    const { conference, watched } = this.#follow(sight.object);
    const isKnown = known === this.#contents.tagOf(sight);
    const subscription = new Subscription(watcher, watched, isKnown ? sight : undefined);
    conference.subscriptions.add(subscription);
    return { subscription, isCurrent: isKnown && conference.object === sight.object };
  }

  /** @throws {Refusal} when somebody may not watch a conference */
  async check(call: Call, uri: XconUri): Promise<void> {
    await this.#control.watch(call, uri);
  }

  /** Somebody begins or ends to talk: who wants to know and sees her is told, once for all who see her alike. */
  talks(uri: XconUri, user: XconUserId, talking: boolean): void {
    const names = new Map<string, string | undefined>();
    for (const { watcher, told } of this.#watched.get(uri)?.conference.subscriptions ?? []) {
      if (watcher.talking === undefined || told === undefined) continue;
      const seen = told.reader.self === user ? user : `${told.object.version} ${classOf(told)}`;
      if (!names.has(seen)) names.set(seen, shownUser(told, user)?.attribute('entity'));
      const name = names.get(seen);
      if (name !== undefined) watcher.talking({ user: name, talking });
    }
  }

  /** Who watches a conference. */
  subscriptions(uri: XconUri): readonly Subscription[] {
    return [...(this.#watched.get(uri)?.conference.subscriptions ?? [])];
  }

  /** Every conference that somebody watches, with the newest version and who watches. */
  *watched(): Generator<{ readonly object: ConferenceObject; readonly subscriptions: Iterable<Subscription> }> {
    for (const { conference } of this.#watched.values()) yield conference;
  }

  #follow(object: ConferenceObject): Followed {
    let followed = this.#watched.get(object.uri);
    if (followed === undefined) {
      const conference = new WatchedConference(object, this.#limits.history);
      followed = { conference, watched: this.#watchedOf(conference) };
      this.#watched.set(object.uri, followed);
    }
    return followed;
  }

  #watchedOf(conference: WatchedConference): Watched {
    const { minInterval, urgentInterval } = this.#limits;
    return {
      contents: this.#contents,
      clock: this.#clock,
      pace: { minInterval },
      urgentInterval,
      sight: ({ call }) => {
        const sight = this.#control.sight(call, conference.object);
        return sight instanceof Promise ? sight : sight && conference.shared(sight);
      },
      touchedSince: (version) => conference.touchedSince(version),
      turn: (work) => this.#turns.push(work),
      admit: (bytes, again) => this.#admit(bytes, again),
      forget: (one) => this.#forget(conference, one),
    };
  }

  #forget(conference: WatchedConference, subscription: Subscription): void {
    conference.subscriptions.delete(subscription);
    if (conference.subscriptions.size === 0) this.#watched.delete(conference.object.uri);
  }

  /** A sidebar shows in its main conference too. */
  #changed(change: Change): void {
    const main = change.after && mainConferenceOf(change.after);
    if (main !== undefined) this.#wake(main, change);
    const conference = this.#watched.get(change.uri)?.conference;
    if (conference === undefined) return;
    const { after } = change;
    if (after === undefined) for (const subscription of conference.subscriptions) subscription.delete();
    else if (conference.follow({ ...change, after })) this.#wake(change.uri, change);
  }

  #wake(uri: XconUri, change: Change): void {
    const concerned = whoIsConcerned(change);
    for (const subscription of this.#watched.get(uri)?.conference.subscriptions ?? []) {
      const { self } = subscription;
      subscription.wake(concerned === 'all' || (self !== undefined && concerned.has(self)));
    }
  }

  /** A document larger than all the room goes alone. */
  #admit(bytes: number, again: () => void): (() => void) | undefined {
    if (bytes > 0 && this.#underWay > 0 && this.#underWay + bytes > this.#limits.inFlight) {
      this.#blocked.push(again);
      return undefined;
    }
    this.#underWay += bytes;
    return () => {
      this.#underWay -= bytes;
      if (bytes === 0) return;
      const blocked = this.#blocked;
      this.#blocked = [];
      for (const next of blocked) next();
    };
  }
}

/**
 * For whom a change is important: for all what is said of the conference itself, of a moderator or of an administrator;
 * for a user what is said of her.
 */
function whoIsConcerned({ before, after, touched }: Change): 'all' | ReadonlySet<string> {
  const users = new Set<string>();
  for (const { kind, key } of touched) {
    if (kind !== 'user') return 'all';
    const facts = [before, after].map((object) => object?.users.get(key as XconUserId)?.facts);
    if (facts.some((one) => one?.privilege !== undefined)) return 'all';
    users.add(key);
  }
  return users;
}
