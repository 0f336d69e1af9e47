import { LRUCache } from 'lru-cache';
import type { Change } from '../../conference/changes.ts';
import { identitiesOfUser } from '../../conference/identities.ts';
import { targetsOf } from '../../conference/lists.ts';
import type { PlannedConference } from '../../conference/planning.ts';
import type { Principal } from '../../directory/principal.ts';
import type { ConferenceObject } from '../../model/conference-object.ts';
import type { XconUri, XconUserId } from '../../model/identifiers.ts';
import { ChangeRecord, type KeptChanges } from './change-record.ts';
import type { DavLimits } from './limits.ts';
import type { Records, StoredEvent } from './stored-event.ts';
import { storedId } from './stored-event.ts';
import { type CalendarItem, UserCalendar } from './user-calendar.ts';

export interface CalendarsParts {
  readonly control: {
    planned(principal: Principal, page: { after: string; limit: number }): Promise<PlannedConference[]>;
    durable(uri: XconUri): Promise<ConferenceObject | undefined>;
    onChange(listener: (change: Change) => void): void;
  };
  readonly log: { newestPosition(): Promise<number> };
  readonly events: Records<StoredEvent>;
  readonly changes: Records<KeptChanges>;
  readonly limits: Pick<DavLimits, 'calendars' | 'conferences' | 'changes'>;
}

/** What happened in a calendar since a token. */
export interface CalendarChanges {
  readonly changed: readonly { readonly item: CalendarItem; readonly number: number }[];
  /** Names of resources that are there no more. */
  readonly gone: readonly { readonly name: string; readonly number: number }[];
}

/** The calendars of users, those in use in memory, and what changed in them. */
export class Calendars {
  readonly #parts: CalendarsParts;
  readonly #record: ChangeRecord;
  readonly #open: LRUCache<XconUserId, { readonly calendar: UserCalendar; readonly opened: Promise<void> }>;

  constructor(parts: CalendarsParts) {
    this.#parts = parts;
    this.#record = new ChangeRecord(parts.limits.changes);
    this.#open = new LRUCache({ max: parts.limits.calendars });
    parts.control.onChange((change) => this.#follow(change));
  }

  /** Takes up what was known before an orderly end. */
  async open(): Promise<void> {
    await this.#record.restore(this.#parts.changes, await this.#parts.log.newestPosition());
  }

  async close(): Promise<void> {
    await this.#record.keep(this.#parts.changes, await this.#parts.log.newestPosition());
  }

  get token(): string {
    return this.#record.token;
  }

  tokenAt(number: number): string {
    return this.#record.tokenAt(number);
  }

  async of(principal: Principal): Promise<UserCalendar> {
    const { control, events, limits } = this.#parts;
    const { userId } = principal;
    let held = this.#open.get(userId);
    if (held === undefined) {
      const calendar = new UserCalendar(principal);
      const opened = calendar.open(
        {
          planned: (page) => control.planned(principal, page),
          durable: (uri) => control.durable(uri),
          stored: () => events.startingWith(`${userId} `),
        },
        limits.conferences,
      );
      this.#open.set(userId, (held = { calendar, opened }));
      opened.catch(() => this.#open.delete(userId));
    }
    await held.opened;
    return held.calendar;
  }

  /** Undefined where the token says nothing any more (RFC 6578 §3.2). */
  async since(principal: Principal, token: string): Promise<CalendarChanges | undefined> {
    const calendar = await this.of(principal);
    const noted = this.#record.since(token);
    if (noted === undefined) return undefined;
    const names = new Set(identitiesOfUser(principal));
    const changed = new Map<XconUri, { item: CalendarItem; number: number }>();
    const gone: { name: string; number: number }[] = [];
    for (const { uri, number, user, departed = [] } of noted) {
      if (user !== undefined && user !== principal.userId) continue;
      const item = calendar.item(uri);
      if (item !== undefined) changed.set(uri, { item, number });
      else if (departed.some((name) => names.has(name))) {
        const name = calendar.nameOf(uri);
        if (calendar.named(name) === undefined) gone.push({ name, number });
      }
    }
    return { changed: [...changed.values()], gone };
  }

  /** Keeps what a client stored; its calendar knows of it when it is durable. */
  async store(principal: Principal, event: StoredEvent): Promise<void> {
    const calendar = await this.of(principal);
    await this.#parts.events.keep(storedId(event.user, event.uri), event);
    calendar.remember(event);
    this.#record.note(event.uri, { user: event.user });
  }

  stored(user: XconUserId, uri: XconUri): Promise<StoredEvent | undefined> {
    return this.#parts.events.read(storedId(user, uri));
  }

  #follow(change: Change): void {
    const { uri, before, after } = change;
    const header = (after ?? before)?.header;
    if (header?.kind !== 'conference') return;
    if (before !== undefined && after !== undefined && before.header.planned === after.header.planned) {
      this.#followGuests(change, before, after);
      return;
    }
    this.#record.note(header.stands?.series ?? uri, { departed: departedIn(change) });
    for (const { calendar } of this.#open.values()) calendar.apply(change);
  }

  /** Who comes by herself has the conference in her calendar as long as she is there. */
  #followGuests(change: Change, before: ConferenceObject, after: ConferenceObject): void {
    for (const { kind, key } of change.touched) {
      const user = key as XconUserId;
      const open = kind === 'user' ? this.#open.peek(user) : undefined;
      if (open === undefined || before.users.has(user) === after.users.has(user)) continue;
      const series = after.header.stands?.series ?? after.uri;
      this.#record.note(series, { user, ...(!after.users.has(user) && { departed: [user] }) });
      open.calendar.apply(change);
    }
  }
}

/** Under which names a conference is found no more. */
function departedIn({ before, after, touched }: Change): string[] {
  if (before === undefined) return [];
  if (after === undefined) return [...before.users.keys(), ...before.addresses.keys(), ...domainsOf(before)];
  const users = touched.filter(({ kind, key }) => kind === 'user' && !after.users.has(key as XconUserId));
  const domains = domainsOf(after);
  return [
    ...users.flatMap(({ key }) => [key, ...(before.users.get(key as XconUserId)?.facts.addresses ?? [])]),
    ...[...domainsOf(before)].filter((one) => !domains.has(one)),
  ];
}

const domainsOf = (object: ConferenceObject): Set<string> =>
  new Set([...targetsOf(object, 'allowed-users-list')].filter((target) => target.startsWith('*@')));
