import { createHash } from 'node:crypto';
import { DESCRIPTION_SECTION } from '../../conference/lists.ts';
import type { Principal } from '../../directory/principal.ts';
import type { ConferenceObject } from '../../model/conference-object.ts';
import type { XconUri, XconUserId } from '../../model/identifiers.ts';
import { info } from '../../model/names.ts';
import type { UserRecord } from '../../model/user.ts';
import { scheduleDefaults } from '../../schedule/limits.ts';
import { RecurrenceSet } from '../../schedule/recurrence-set.ts';
import { toldByClient } from '../event/agents.ts';
import type { Guestbook } from '../event/request.ts';
import { basesOf, personOf, type SeenConference, subjectOf } from '../event/seen-conference.ts';
import { calendarSlices } from '../event/slices.ts';
import type { CancelledEvent, Inboxes } from './inbox.ts';
import { type Records, type StoredEvent, storedId } from './stored-event.ts';
import type { Reply, Tidings } from './tidings.ts';
import { defaultName } from './user-calendar.ts';

/** Who of our users was told of a conference, to how much of it she is invited, and what is said when it is no more. */
export interface Scheduled {
  readonly users: Readonly<Record<string, string>>;
  readonly was: CancelledEvent;
}

export interface SchedulingParts {
  readonly control: { durable(uri: XconUri): Promise<ConferenceObject | undefined> };
  readonly people: Guestbook;
  readonly events: Pick<Records<StoredEvent>, 'read'>;
  readonly scheduled: Pick<Records<Scheduled>, 'read' | 'keep' | 'forget'>;
  readonly inboxes: Inboxes;
  /** Resolves when what a user's client stores now is stored. */
  readonly settled: (user: XconUserId) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly wall: () => number;
}

interface Invited {
  readonly record: UserRecord;
  /** The series, and what of it is told apart. */
  readonly to: string;
}

/** Tells our users in their inboxes what changes of conferences say to them (RFC 6638 §3.2). */
export class Scheduling {
  readonly #parts: SchedulingParts;

  constructor(parts: SchedulingParts) {
    this.#parts = parts;
  }

  /** Resolves when all that several changes of one conference say is in the inboxes. */
  async tell(changes: readonly [Tidings, ...Tidings[]]): Promise<void> {
    const [{ uri }] = changes;
    const { control, scheduled } = this.#parts;
    const [object, before] = await Promise.all([control.durable(uri), scheduled.read(uri)]);
    const was = object && cancelledEventOf(object);
    if (before === undefined && was === undefined) return;
    const now = object && was ? await this.#invitedTo(object) : NOBODY;
    const organizers = object ? await this.#organizersOf(object) : [];
    const isTold = await this.#isToldByUs(uri, organizers);
    // Who changed it alone knows it.
    const authors = new Set(changes.filter(({ news }) => news).map(({ by }) => by));
    const isNews = (user: string): boolean => authors.size > 1 || (authors.size === 1 && !authors.has(user));
    const slice = calendarSlices.begin();
    const users: Record<string, string> = {};
    for (const [user, { to, record }] of now) {
      await slice.rest();
      if (!isTold(record)) continue;
      users[user] = to;
      if (before?.users[user] !== to || isNews(user)) await this.#deliver(user, uri, { method: 'REQUEST' });
    }
    for (const user of Object.keys(before?.users ?? {}) as XconUserId[]) {
      await slice.rest();
      if (before && !now.has(user)) await this.#deliver(user, uri, { method: 'CANCEL', was: before.was });
    }
    for (const { replies, by } of changes) for (const one of replies) await this.#reply(uri, one, by, organizers);
    await this.#remember(uri, before, was && { was, users });
  }

  #deliver(
    user: XconUserId,
    uri: XconUri,
    said: { method: 'REQUEST' } | { method: 'CANCEL'; was: CancelledEvent },
  ): Promise<void> {
    const at = this.#parts.wall();
    return this.#parts.inboxes.deliver(user, defaultName(uri), { uri, at, ...said });
  }

  /** REPLY to the organizers, of each attendee and occurrence the newest. */
  async #reply(
    uri: XconUri,
    { key, attendee, to, partstat }: Reply,
    by: string,
    organizers: readonly Principal[],
  ): Promise<void> {
    const sign = createHash('sha256').update(`${key} ${to}`).digest('hex').slice(0, 16);
    const name = defaultName(uri).replace(/\.ics$/, `-${sign}.ics`);
    const at = this.#parts.wall();
    for (const { userId } of organizers)
      if (userId !== by)
        await this.#parts.inboxes.deliver(userId, name, { uri, at, method: 'REPLY', attendee, to, partstat });
  }

  async #remember(uri: XconUri, before: Scheduled | undefined, now: Scheduled | undefined): Promise<void> {
    const { scheduled } = this.#parts;
    if (now === undefined) await scheduled.forget(uri);
    else if (JSON.stringify(now) !== JSON.stringify(before)) await scheduled.keep(uri, now);
  }

  /** Our users who are invited to the series or to what stands for some of its occurrences, but for organizers. */
  async #invitedTo(series: ConferenceObject): Promise<Map<XconUserId, Invited>> {
    const found = new Map<XconUserId, Invited>();
    const slice = calendarSlices.begin();
    const add = async (object: ConferenceObject, name: string): Promise<void> => {
      for (const [key, record] of object.users) {
        await slice.rest();
        if (record.facts.origin === 'joined' || record.facts.privilege === 'organizer') continue;
        const principal = await this.#principalOf(key, record);
        if (principal === undefined) continue;
        const known = found.get(principal.userId);
        found.set(principal.userId, { record, to: known === undefined ? name : `${known.to} ${name}` });
      }
    };
    await add(series, 'series');
    for (const { uri, from, to } of series.header.children ?? []) {
      const child = await this.#parts.control.durable(uri);
      if (child !== undefined) await add(child, `${from}${from === to ? '' : `-${to ?? ''}`}`);
    }
    return found;
  }

  async #organizersOf({ users }: ConferenceObject): Promise<Principal[]> {
    const found: Principal[] = [];
    for (const [key, record] of users) {
      if (record.facts.privilege !== 'organizer' || record.facts.origin === 'joined') continue;
      const principal = await this.#principalOf(key, record);
      if (principal !== undefined) found.push(principal);
    }
    return found;
  }

  async #principalOf(key: XconUserId, { facts }: UserRecord): Promise<Principal | undefined> {
    if (facts.alias !== undefined) return undefined;
    const { people } = this.#parts;
    const known = await people.principalById(key);
    if (known !== undefined) return known;
    for (const address of facts.addresses) {
      const found = await people.principalByAddress(address);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Whether an attendee is told by us and not by the client of an organizer, or by nobody (RFC 6638 §7.1). */
  async #isToldByUs(uri: XconUri, organizers: readonly Principal[]): Promise<(record: UserRecord) => boolean> {
    const { events, settled } = this.#parts;
    const stored = await Promise.all(
      organizers.map(async ({ userId }) => {
        await settled(userId);
        return events.read(storedId(userId, uri));
      }),
    );
    const byClients = stored.flatMap((event) => (event === undefined ? [] : [toldByClient(event.text)]));
    return ({ part }) =>
      !personOf(part.element).addresses.some((one) => byClients.some((isToldByClient) => isToldByClient(one)));
  }
}

const NOBODY: ReadonlyMap<XconUserId, Invited> = new Map();

/** What is said of a conference when it is over; undefined where it has no times. */
function cancelledEventOf(object: ConferenceObject): CancelledEvent | undefined {
  const description = object.sections.get(DESCRIPTION_SECTION)?.element;
  if (object.header.kind !== 'conference' || description === undefined) return undefined;
  const { uri, version } = object;
  const seen: SeenConference = { uri, version, document: info('conference-info', {}, [description]) };
  const [base] = basesOf(seen);
  if (base === undefined) return undefined;
  const organizer = [...object.users.values()].find(({ facts }) => facts.privilege === 'organizer');
  const sequence = Number(/^[ \t]*SEQUENCE:(\d{1,9})/im.exec(base)?.[1] ?? 0);
  try {
    const { start, origin } = new RecurrenceSet(base, { ...scheduleDefaults, length: Infinity });
    const { address, name } = organizer === undefined ? { address: '' } : personOf(organizer.part.element);
    return {
      subject: subjectOf(seen) ?? 'Conference',
      ...(address !== '' && { organizer: { address, ...(name !== undefined && { name }) } }),
      ...{ start, isDay: origin.isDay, sequence: sequence + 1 },
    };
  } catch {
    return undefined; // what was stored before it was checked
  }
}
