import { DESCRIPTION_SECTION } from '../../conference/lists.ts';
import { hidesAttendees } from '../../conference/views.ts';
import { appearanceOf } from '../../conference/visibility.ts';
import type { ConferenceObject } from '../../model/conference-object.ts';
import type { XconUri, XconUserId } from '../../model/identifiers.ts';
import { CONFERENCE_INFO, info, POLICY } from '../../model/names.ts';
import { rolesOf, type UserRecord } from '../../model/user.ts';
import type { ScheduleLimits } from '../../schedule/limits.ts';
import { UnusableTime } from '../../schedule/unusable-time.ts';
import { namedZone } from '../../schedule/zone.ts';
import { answerOf, answersOf } from '../event/answer.ts';
import { uidOf } from '../event/events.ts';
import {
  basesOf,
  freeTextOf,
  type JoinAddress,
  joinAddressesOf,
  type SeenConference,
  subjectOf,
} from '../event/seen-conference.ts';
import { definite, type DefiniteCalendar, type OccurrenceId } from './definite.ts';
import { withOccurrence, withoutRange } from './parts-of-series.ts';

/** Somebody with a mail address who is to come. */
export interface Guest {
  readonly key: XconUserId;
  /** Without a scheme, lower case. */
  readonly address: string;
  readonly name?: string;
  /** Organizes the conference, and knows its PIN. */
  readonly chairs: boolean;
  readonly partstat: string;
  /** To single occurrences, by their ids. */
  readonly answers?: ReadonlyMap<OccurrenceId, string>;
  /** Of her clocks, where she has said it. */
  readonly zone?: string;
  /** Whether others may know that she is invited. */
  readonly shown: boolean;
  /** She hears of it from others than us. */
  readonly exempt?: boolean;
}

/** What is said of a series, or of one of its occurrences that is another. */
export interface Said {
  readonly title: string;
  readonly about?: string;
  readonly guests: readonly Guest[];
}

/** One series or single event. */
export interface InvitedEvent {
  readonly calendar: DefiniteCalendar;
  /** `''` is there; an occurrence that is not is as the series. */
  readonly said: ReadonlyMap<OccurrenceId, Said>;
}

/** A conference as its people are told of it. */
export interface Invitation {
  readonly uri: XconUri;
  readonly version: number;
  readonly organizer: { readonly key: XconUserId; readonly name?: string };
  readonly title: string;
  /** With the PINs of all. */
  readonly joins: readonly JoinAddress[];
  /** By UID. */
  readonly events: ReadonlyMap<string, InvitedEvent>;
}

/** Somebody whom a conference asks to come now (RFC 6501 §4.6.3), by mail. */
export interface Referral extends Omit<Invitation, 'events'> {
  readonly guest: Guest;
  /** The occurrence that goes on; undefined where the conference has no times. */
  readonly occurrence?: ConferenceObject['header']['occurrence'];
}

/** Our attribute of `conference-description`: `none` where its people are invited by others than us. */
export const INVITATIONS = 'invitations';

/** Whether its people hear of it from us. */
export const invitesByMail = (object: ConferenceObject): boolean =>
  object.sections.get(DESCRIPTION_SECTION)?.element.attribute(INVITATIONS, POLICY) !== 'none';

/** Conference objects as they are now. */
export type Durable = (uri: XconUri) => Promise<ConferenceObject | undefined>;

/** Undefined where nobody can be invited: there are no times, or nobody organizes it. */
export async function invitationOf(
  object: ConferenceObject,
  durable: Durable,
  limits: ScheduleLimits,
): Promise<Invitation | undefined> {
  const seen = seenOf(object);
  const about = seen && aboutOf(object, seen);
  if (seen === undefined || about === undefined) return undefined;
  const events = await eventsOf(object, seen, durable, limits);
  return events.size === 0 ? undefined : { ...about, events };
}

/** Undefined for somebody who has no mail address. */
export function referralOf(object: ConferenceObject, user: XconUserId): Referral | undefined {
  const seen = seenOf(object);
  const about = seen && aboutOf(object, seen);
  const record = object.users.get(user);
  const guest = record && guestOf(user, record, false);
  const { occurrence } = object.header;
  return about && guest && { ...about, guest, ...(occurrence && { occurrence }) };
}

function aboutOf(object: ConferenceObject, seen: SeenConference): Omit<Invitation, 'events'> | undefined {
  const organizer = peopleIn(object).find(([, { part }]) => rolesOf(part.element).includes('organizer'));
  if (object.header.kind !== 'conference' || organizer === undefined) return undefined;
  const name = nameOf(organizer[1]);
  return {
    uri: object.uri,
    version: object.version,
    organizer: { key: organizer[0], ...(name !== undefined && { name }) },
    title: titleOf(seen),
    joins: joinAddressesOf(seen),
  };
}

/**
 * The events of a conference and of what stands for some of its occurrences (RFC 5239 §7.4): a single occurrence is one of
 * the series, several are a series of their own, for calendar programs do not know the one that goes on as another.
 */
async function eventsOf(
  object: ConferenceObject,
  seen: SeenConference,
  durable: Durable,
  limits: ScheduleLimits,
): Promise<Map<string, InvitedEvent>> {
  const events = new Map<string, InvitedEvent>();
  for (const [index, base] of basesOf(seen).entries()) {
    const calendar = readable(base, limits);
    if (calendar !== undefined)
      events.set(uidOf(object.uri, index), { calendar, said: new Map([['', saidOf(object, seen)]]) });
  }
  for (const { uri, from, to, entry } of object.header.children ?? []) {
    const child = await durable(uri);
    const told = child && seenOf(child);
    // What stands for occurrences itself has one entry.
    const uid = uidOf(object.uri, object.header.stands === undefined ? entry : 0);
    const series = events.get(uid);
    if (series === undefined || child === undefined || told === undefined) continue;
    const { calendar, said } = series;
    if (from === to) {
      const own = readable(basesOf(told)[0] ?? '', limits);
      if (own === undefined) continue;
      const next = withOccurrence(calendar, from, own);
      events.set(uid, { calendar: next, said: new Map([...said, [from, saidOf(child, told)]]) });
    } else {
      events.set(uid, { calendar: withoutRange(calendar, { from, ...(to !== undefined && { to }) }, limits), said });
      for (const [own, event] of await eventsOf(child, told, durable, limits)) events.set(own, event);
    }
  }
  return events;
}

function seenOf({ uri, version, sections }: ConferenceObject): SeenConference | undefined {
  const description = sections.get(DESCRIPTION_SECTION)?.element;
  return description && { uri, version, document: info('conference-info', {}, [description]) };
}

const titleOf = (seen: SeenConference): string => subjectOf(seen) ?? 'Conference';

function saidOf(object: ConferenceObject, seen: SeenConference): Said {
  const about = freeTextOf(seen);
  const hides = hidesAttendees(object);
  const guests = peopleIn(object).flatMap(([key, record]) => guestOf(key, record, hides) ?? []);
  return { title: titleOf(seen), ...(about !== undefined && { about }), guests };
}

/** Who is named or invited; guests of an occurrence are not. */
const peopleIn = ({ users }: ConferenceObject): [XconUserId, UserRecord][] =>
  [...users].filter(([, { facts }]) => facts.origin !== 'joined' && facts.alias === undefined);

/** What was stored before it was checked is as no time; so is what began in 1970, a client's word for now. */
function readable(base: string, limits: ScheduleLimits): DefiniteCalendar | undefined {
  try {
    const calendar = definite(base, limits);
    return calendar !== undefined && calendar.start >= FIRST ? calendar : undefined;
  } catch (error) {
    if (error instanceof UnusableTime) return undefined;
    throw error;
  }
}

const FIRST = Date.UTC(1971, 0);

const NONE: ReadonlyMap<OccurrenceId, string> = new Map();

function guestOf(key: XconUserId, record: UserRecord, hides: boolean): Guest | undefined {
  const { facts, part } = record;
  const address = facts.addresses.find((one) => /^mailto:[^@\s]+@[^@\s]+$/.test(one))?.slice('mailto:'.length);
  if (address === undefined) return undefined;
  const name = nameOf(record);
  const chairs = facts.privilege === 'organizer';
  const zone = part.element.first(POLICY, 'zone')?.text.trim() ?? '';
  return {
    key,
    address,
    ...(name !== undefined && { name }),
    chairs,
    ...(namedZone(zone) !== undefined && { zone }),
    partstat: chairs ? 'ACCEPTED' : answerOf(part.element),
    answers: chairs ? NONE : answersOf(part.element),
    shown: appearanceOf(facts, 'invited', hides) === 'plain',
  };
}

const nameOf = ({ part }: UserRecord): string | undefined =>
  part.element.first(CONFERENCE_INFO, 'display-text')?.text.trim() || undefined;
