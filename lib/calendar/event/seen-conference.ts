import type { ObjectAnswer } from '../../conference/calls.ts';
import { mailboxOf } from '../../directory/calendar-users.ts';
import type { XconUri } from '../../model/identifiers.ts';
import { CONFERENCE_INFO, PREFIXES, XCON } from '../../model/names.ts';
import type { XmlElement } from '../../xml/element.ts';
import { parseFragment } from '../../xml/parse.ts';
import { answerOf, answersOf } from './answer.ts';
import { type Attendee, type CalendarUser, invited } from './attendee.ts';

/** A conference as its reader may see it: `conference-info`. */
export interface SeenConference {
  readonly uri: XconUri;
  readonly version: number;
  readonly document: XmlElement;
}

/** What the conference control shows of a conference. */
export function seenIn({ uri, version, view }: ObjectAnswer): SeenConference {
  const text = Buffer.concat([START, ...view.content, END]);
  return { uri, version, document: parseFragment(text, PREFIXES, WITHOUT_LIMITS) };
}

const START = Buffer.from('<info:conference-info>');
const END = Buffer.from('</info:conference-info>');
const WITHOUT_LIMITS = { bytes: Infinity, depth: Infinity, elements: Infinity, attributes: Infinity };

/** A way to come in: an address and, where the reader may know it, the PIN (conference-password). */
export interface JoinAddress {
  readonly uri: string;
  readonly pin?: string;
}

/** How a conference names somebody: by her XCON-USERID, and everything that is she. */
export interface Named {
  readonly entity: string;
  /** Her XCON-USERID and her addresses. */
  readonly addresses: readonly string[];
}

/** Who is in the calendar of a conference. */
export interface InvitedPeople {
  readonly organizer?: CalendarUser & Named;
  /** All who have that role. */
  readonly organizers: readonly (CalendarUser & Named)[];
  readonly attendees: readonly (Attendee & Named & { readonly asksAgain?: true })[];
}

const descriptionOf = ({ document }: SeenConference): XmlElement | undefined =>
  document.first(CONFERENCE_INFO, 'conference-description');

const textOf = (element: XmlElement | undefined, local: string): string | undefined =>
  element?.first(CONFERENCE_INFO, local)?.text.trim() || undefined;

export function subjectOf(conference: SeenConference): string | undefined {
  const description = descriptionOf(conference);
  return textOf(description, 'subject') ?? textOf(description, 'display-text');
}

/** What the conference is about, at length. */
export const freeTextOf = (conference: SeenConference): string | undefined =>
  textOf(descriptionOf(conference), 'free-text');

export const timesOf = (conference: SeenConference): XmlElement | undefined =>
  descriptionOf(conference)?.first(XCON, 'conference-time');

/** The iCalendar objects of its `conference-time`. */
export const basesOf = (conference: SeenConference): string[] =>
  (timesOf(conference)?.all(XCON, 'entry') ?? []).map((entry) => entry.first(XCON, 'base')?.text ?? '');

/** The SIP address first, then others such as tel (RFC 6501 §4.2.6). */
export function joinAddressesOf(conference: SeenConference): JoinAddress[] {
  const entries = descriptionOf(conference)?.first(CONFERENCE_INFO, 'conf-uris')?.all(CONFERENCE_INFO, 'entry') ?? [];
  return entries.flatMap((entry) => {
    const uri = textOf(entry, 'uri');
    const purpose = textOf(entry, 'purpose') ?? 'participation';
    const pin = entry.first(XCON, 'conference-password')?.text.trim();
    return uri === undefined || purpose !== 'participation' ? [] : [{ uri, ...(pin && { pin }) }];
  });
}

const remembered = new WeakMap<XmlElement, InvitedPeople>();

/** The organizer, and everybody who is on the allowed-users-list where the reader sees it, else whom he sees. */
export function peopleOf({ document }: SeenConference): InvitedPeople {
  let people = remembered.get(document);
  if (people === undefined) remembered.set(document, (people = peopleIn(document)));
  return people;
}

function peopleIn(document: XmlElement): InvitedPeople {
  const users = document.first(CONFERENCE_INFO, 'users');
  const targets = users?.first(XCON, 'allowed-users-list')?.all(XCON, 'target');
  const listed = targets && new Set(targets.map((target) => mailboxOf(target.attribute('uri') ?? '')));
  const seen = (users?.all(CONFERENCE_INFO, 'user') ?? []).map((user) => ({
    ...personOf(user),
    partstat: answerOf(user),
    asksAgain: [...answersOf(user).values()].includes('NEEDS-ACTION'),
    organizes: rolesOf(user).includes('organizer'),
  }));
  const organizers = seen.filter(({ organizes }) => organizes);
  const [organizer] = organizers;
  const isInvited = ({ addresses }: Named): boolean =>
    listed === undefined || addresses.some((one) => listed.has(mailboxOf(one)));
  const shown = ({ entity, addresses, address, name }: CalendarUser & Named): CalendarUser & Named => ({
    ...{ entity, addresses, address },
    ...(name !== undefined && { name }),
  });
  return {
    ...(organizer && { organizer: shown(organizer) }),
    organizers: organizers.map(shown),
    attendees: seen
      .filter((user) => user !== organizer && isInvited(user))
      .map((user) => ({
        ...invited(shown(user)),
        ...shown(user),
        partstat: user.partstat,
        ...(user.asksAgain && { asksAgain: true as const }),
      })),
  };
}

/** How calendars name who a `user` is. */
export function personOf(user: XmlElement): CalendarUser & Named {
  const entity = user.attribute('entity') ?? '';
  const addresses = addressesOf(user);
  const name = textOf(user, 'display-text');
  return {
    entity,
    addresses: [entity, ...addresses],
    address: addresses.find((one) => /^mailto:/i.test(one)) ?? addresses[0] ?? entity,
    ...(name !== undefined && { name }),
  };
}

/** What each `user` answered, by her XCON-USERID; only of those who answered. */
export function answersIn({ document }: SeenConference): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const users = document.first(CONFERENCE_INFO, 'users')?.all(CONFERENCE_INFO, 'user') ?? [];
  return new Map(
    users
      .map((user): [string, ReadonlyMap<string, string>] => [user.attribute('entity') ?? '', answersOf(user)])
      .filter(([, answers]) => answers.size > 0),
  );
}

const addressesOf = (user: XmlElement): string[] =>
  (user.first(CONFERENCE_INFO, 'associated-aors')?.all(CONFERENCE_INFO, 'entry') ?? [])
    .map((entry) => textOf(entry, 'uri') ?? '')
    .filter((address) => address !== '');

const rolesOf = (user: XmlElement): string[] =>
  (user.first(CONFERENCE_INFO, 'roles')?.all(CONFERENCE_INFO, 'entry') ?? []).map((role) => role.text.trim());
