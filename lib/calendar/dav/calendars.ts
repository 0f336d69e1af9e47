import { LRUCache } from 'lru-cache';
import type { Change } from '../../conference/changes.ts';
import { identitiesOfUser } from '../../conference/identities.ts';
import { DESCRIPTION_SECTION, targetsOf, USERS_SECTION } from '../../conference/lists.ts';
import type { PlannedConference } from '../../conference/planning.ts';
import type { LoggedChange, PartChange } from '../../conference/repository.ts';
import type { Principal } from '../../directory/principal.ts';
import type { ConferenceObject } from '../../model/conference-object.ts';
import type { XconUri, XconUserId } from '../../model/identifiers.ts';
import { XCON } from '../../model/names.ts';
import { ChangeRecord, type KeptChanges } from './change-record.ts';
import { type KeptAddresses, KnownAddresses, signOf } from './known-addresses.ts';
import type { DavLimits } from './limits.ts';
import type { Records, StoredEvent } from './stored-event.ts';
import { storedId } from './stored-event.ts';
import { isPlanned } from './tidings.ts';
import { type CalendarItem, type CalendarSources, UserCalendar } from './user-calendar.ts';

export interface CalendarsParts {
  readonly control: {
    planned(principal: Principal, page: { after: string; limit: number }): Promise<PlannedConference[]>;
    durable(uri: XconUri): Promise<ConferenceObject | undefined>;
    onChange(listener: (change: Change) => void): void;
  };
  readonly events: Records<StoredEvent>;
  readonly changes: KeptChanges;
  readonly addresses: Records<KeptAddresses>;
  readonly limits: Pick<DavLimits, 'calendars' | 'conferences' | 'changes'>;
}

/** What happened in a calendar since a token. */
export interface CalendarChanges {
  readonly changed: readonly { readonly item: CalendarItem; readonly number: number }[];
  /** Names of resources that are there no more. */
  readonly gone: readonly { readonly name: string; readonly number: number }[];
}

interface OpenCalendar {
  readonly calendar: UserCalendar;
  readonly opened: Promise<void>;
  /** Under which addresses it was read. */
  readonly sign: string;
}

/** The calendars of users, those in use in memory, and what changed in them. */
export class Calendars {
  readonly #parts: CalendarsParts;
  readonly #record: ChangeRecord;
  readonly #addresses: KnownAddresses;
  readonly #open: LRUCache<XconUserId, OpenCalendar>;

  constructor(parts: CalendarsParts) {
    this.#parts = parts;
    this.#record = new ChangeRecord(parts.limits.changes);
    this.#addresses = new KnownAddresses(parts.addresses);
    this.#open = new LRUCache({ max: parts.limits.calendars });
    parts.control.onChange((change) => this.#follow(change));
  }

  /** Takes up what is known of earlier lives; false where that is nothing. */
  restore(): Promise<boolean> {
    return this.#record.restore(this.#parts.changes);
  }

  /** What happened between what is known and the end of an earlier life. */
  recover(change: LoggedChange): void {
    const { uri, header, version, parts } = change;
    if (header.kind !== 'conference') return;
    const series = header.stands?.series ?? uri;
    // The log does not say who had it.
    if (version === 0 || parts.some(losesDomain)) this.#record.forget();
    else if (isPlanned(change)) this.#record.note(series, { departed: parts.flatMap(departedIn) });
    for (const part of parts)
      if (isGuest(part)) this.#record.note(series, { user: part.key as XconUserId, departed: departedIn(part) });
  }

  /** Resolves when what was told is known after the next start. */
  keep(ended = false): Promise<void> {
    return this.#record.keep(this.#parts.changes, ended);
  }

  get token(): string {
    return this.#record.token;
  }

  tokenAt(number: number): string {
    return this.#record.tokenAt(number);
  }

  async of(principal: Principal): Promise<UserCalendar> {
    const { userId } = principal;
    const sign = signOf(principal);
    let held = this.#open.get(userId);
    if (held === undefined || held.sign !== sign) {
      const calendar = new UserCalendar(principal);
      const opened = this.#read(calendar, principal);
      const own: OpenCalendar = (held = { calendar, opened, sign });
      this.#open.set(userId, own);
      opened.catch(() => this.#open.peek(userId) === own && this.#open.delete(userId));
    }
    await held.opened;
    return held.calendar;
  }

  async #read(calendar: UserCalendar, principal: Principal): Promise<void> {
    const { now, before, isNew } = await this.#addresses.compare(principal);
    await calendar.open(this.#sourcesOf(principal), this.#parts.limits.conferences, now.changes);
    if (before !== undefined) await this.#tellAnew(calendar, before);
    if (isNew) await this.#addresses.keep(principal, now);
  }

  #sourcesOf(principal: Principal): CalendarSources {
    const { control, events } = this.#parts;
    return {
      planned: (page) => control.planned(principal, page),
      durable: (uri) => control.durable(uri),
      stored: () => this.#recalled(events.startingWith(`${principal.userId} `)),
    };
  }

  /** Under other addresses a user may see more of a conference or less: all of hers is told anew, and what is hers no more. */
  async #tellAnew(calendar: UserCalendar, before: Principal): Promise<void> {
    const user = before.userId;
    const old = new UserCalendar(before);
    await old.open(this.#sourcesOf(before), this.#parts.limits.conferences);
    for (const uri of old.uris)
      if (calendar.item(uri) === undefined) this.#record.note(uri, { user, departed: [user] });
    for (const uri of calendar.uris) this.#record.note(uri, { user });
    await this.keep();
  }

  async *#recalled(slices: AsyncIterable<readonly StoredEvent[]>): AsyncGenerator<readonly StoredEvent[]> {
    for await (const slice of slices) {
      for (const { uri, user, epoch } of slice) if (epoch !== undefined) this.#record.recall(uri, user, epoch);
      yield slice;
    }
  }

  /** Undefined where the token says nothing any more (RFC 6578 §3.2). */
  async since(principal: Principal, token: string): Promise<CalendarChanges | undefined> {
    const calendar = await this.of(principal);
    const noted = this.#record.since(token);
    if (noted === undefined) return undefined;
    const names = new Set(identitiesOfUser(principal));
    const changed = new Map<XconUri, { item: CalendarItem; number: number }>();
    const gone = new Map<string, { name: string; number: number }>();
    for (const { uri, number, user, departed = [] } of noted) {
      if (user !== undefined && user !== principal.userId) continue;
      const item = calendar.item(uri);
      if (item !== undefined) changed.set(uri, { item, number });
      else if (departed.some((name) => names.has(name))) {
        const name = calendar.nameOf(uri);
        if (calendar.named(name) === undefined) gone.set(name, { name, number });
      }
    }
    return { changed: [...changed.values()], gone: [...gone.values()] };
  }

  /** Keeps what a client stored; its calendar knows of it when it is durable. */
  async store(principal: Principal, event: StoredEvent): Promise<void> {
    const calendar = await this.of(principal);
    const { epoch } = this.#record;
    await this.#parts.events.keep(storedId(event.user, event.uri), { ...event, epoch });
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
    this.#record.note(header.stands?.series ?? uri, { departed: goneIn(change) });
    for (const { calendar } of this.#open.values()) calendar.apply(change);
  }

  /** Who comes by herself has the conference in her calendar as long as she is there. */
  #followGuests(change: Change, before: ConferenceObject, after: ConferenceObject): void {
    const users = change.touched.filter(
      ({ kind, key }) => kind === 'user' && before.users.has(key as XconUserId) !== after.users.has(key as XconUserId),
    );
    if (users.length === 0 || !hasTimes(after)) return;
    const series = after.header.stands?.series ?? after.uri;
    for (const { key } of users) {
      const user = key as XconUserId;
      const facts = (after.users.get(user) ?? before.users.get(user))?.facts;
      if (facts?.alias !== undefined) continue;
      this.#record.note(series, { user, ...(!after.users.has(user) && { departed: [user] }) });
      this.#open.peek(user)?.calendar.apply(change);
    }
  }
}

const hasTimes = (object: ConferenceObject): boolean =>
  object.sections.get(DESCRIPTION_SECTION)?.element.first(XCON, 'conference-time') !== undefined;

/** Under which names a conference is found no more. */
function goneIn({ before, after, touched }: Change): string[] {
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

/** The same of a part in the change log. */
const departedIn = ({ kind, key, before, after, factsBefore }: PartChange): string[] =>
  kind === 'user' && before !== undefined && after === undefined ? [key, ...(factsBefore?.addresses ?? [])] : [];

const isGuest = ({ kind, before, after, facts, factsBefore }: PartChange): boolean => {
  const known = facts ?? factsBefore;
  const comesOrGoes = kind === 'user' && (before === undefined) !== (after === undefined);
  return comesOrGoes && known?.origin === 'joined' && known.alias === undefined;
};

/** Whether a list named whole domains: which of them it names no more is not told from its text. */
const losesDomain = ({ kind, key, before }: PartChange): boolean =>
  kind === 'section' && key === USERS_SECTION && before?.includes('*@') === true;
