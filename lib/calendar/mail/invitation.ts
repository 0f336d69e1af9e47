import { DESCRIPTION_SECTION } from '../../conference/lists.ts';
import { hidesAttendees } from '../../conference/views.ts';
import { appearanceOf } from '../../conference/visibility.ts';
import type { ConferenceObject } from '../../model/conference-object.ts';
import type { XconUri, XconUserId } from '../../model/identifiers.ts';
import { CONFERENCE_INFO, info, POLICY } from '../../model/names.ts';
import { rolesOf, type UserRecord } from '../../model/user.ts';
import type { ScheduleLimits } from '../../schedule/limits.ts';
import { UnusableTime } from '../../schedule/unusable-time.ts';
import { answerOf } from '../event/answer.ts';
import {
  basesOf,
  freeTextOf,
  type JoinAddress,
  joinAddressesOf,
  type SeenConference,
  subjectOf,
} from '../event/seen-conference.ts';
import { definite, type DefiniteCalendar } from './definite.ts';

/** Somebody with a mail address who is to come. */
export interface Guest {
  readonly key: XconUserId;
  /** Without a scheme, lower case. */
  readonly address: string;
  readonly name?: string;
  /** Organizes the conference, and knows its PIN. */
  readonly chairs: boolean;
  readonly partstat: string;
  /** Whether others may know that she is invited. */
  readonly shown: boolean;
  /** She hears of it from others than us. */
  readonly exempt?: boolean;
}

/** A conference as its people are told of it. */
export interface Invitation {
  readonly uri: XconUri;
  readonly version: number;
  readonly organizer: { readonly key: XconUserId; readonly name?: string };
  readonly title: string;
  readonly about?: string;
  /** With the PINs of all. */
  readonly joins: readonly JoinAddress[];
  /** By UID. */
  readonly events: ReadonlyMap<string, DefiniteCalendar>;
  readonly guests: readonly Guest[];
}

/** Our attribute of `conference-description`: `none` where its people are invited by others than us. */
export const INVITATIONS = 'invitations';

/** Whether its people hear of it from us. */
export const invitesByMail = (object: ConferenceObject): boolean =>
  object.sections.get(DESCRIPTION_SECTION)?.element.attribute(INVITATIONS, POLICY) !== 'none';

/** Undefined where nobody can be invited: there are no times, or nobody organizes it. */
export function invitationOf(object: ConferenceObject, limits: ScheduleLimits): Invitation | undefined {
  const people = [...object.users].filter(([, { facts }]) => facts.origin !== 'joined' && facts.alias === undefined);
  const organizer = people.find(([, { part }]) => rolesOf(part.element).includes('organizer'));
  const description = object.sections.get(DESCRIPTION_SECTION)?.element;
  if (object.header.kind !== 'conference' || organizer === undefined || description === undefined) return undefined;
  const { uri, version } = object;
  const seen: SeenConference = { uri, version, document: info('conference-info', {}, [description]) };
  const events = calendarsOf(seen, limits);
  if (events.size === 0) return undefined;
  const about = freeTextOf(seen);
  const hides = hidesAttendees(object);
  const name = nameOf(organizer[1]);
  return {
    uri,
    version,
    organizer: { key: organizer[0], ...(name !== undefined && { name }) },
    title: subjectOf(seen) ?? 'Conference',
    ...(about !== undefined && { about }),
    joins: joinAddressesOf(seen),
    events,
    guests: people.flatMap(([key, record]) => guestOf(key, record, hides) ?? []),
  };
}

function calendarsOf(seen: SeenConference, limits: ScheduleLimits): Map<string, DefiniteCalendar> {
  const calendars = new Map<string, DefiniteCalendar>();
  for (const [index, base] of basesOf(seen).entries()) {
    const calendar = readable(base, limits);
    const uid = index === 0 ? seen.uri : `${seen.uri}#${index + 1}`; // as in feeds
    if (calendar !== undefined) calendars.set(uid, calendar);
  }
  return calendars;
}

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

function guestOf(key: XconUserId, record: UserRecord, hides: boolean): Guest | undefined {
  const { facts, part } = record;
  const address = facts.addresses.find((one) => /^mailto:[^@\s]+@[^@\s]+$/.test(one))?.slice('mailto:'.length);
  if (address === undefined) return undefined;
  const name = nameOf(record);
  const chairs = facts.privilege === 'organizer';
  return {
    key,
    address,
    ...(name !== undefined && { name }),
    chairs,
    partstat: chairs ? 'ACCEPTED' : answerOf(part.element),
    shown: appearanceOf(facts, 'invited', hides) === 'plain',
  };
}

const nameOf = ({ part }: UserRecord): string | undefined =>
  part.element.first(CONFERENCE_INFO, 'display-text')?.text.trim() || undefined;
