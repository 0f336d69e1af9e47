import { calendarTargetOf, type Guestbook, mailboxOf } from '../../directory/calendar-users.ts';
import type { Principal } from '../../directory/principal.ts';
import { CONFERENCE_INFO, info, xcon, XCON } from '../../model/names.ts';
import type { XmlElement } from '../../xml/element.ts';
import { type Attendee, isSamePerson } from './attendee.ts';
import { isSameTime } from './events.ts';
import { withBase } from './moved-times.ts';
import type { Schedule } from './schedule.ts';
import { calendarSlices } from './slices.ts';
import { basesOf, freeTextOf, peopleOf, type SeenConference, subjectOf, timesOf } from './seen-conference.ts';

export { type Guestbook, principalOf } from '../../directory/calendar-users.ts';

/** The addresses that may stand for a user in calendars (RFC 6638 §2.4.1), the one that she is shown under first. */
export function calendarAddressesOf({ userId, addresses }: Principal): string[] {
  const mail = addresses.filter((one) => one.startsWith('mailto:'));
  const own = userId.includes('@') ? [userId.replace('xcon-userid:', 'mailto:')] : [];
  return [...new Set([...mail, ...own, ...addresses])];
}

export const isOwnAddress = (principal: Principal, address: string): boolean =>
  calendarAddressesOf(principal).some((own) => isSamePerson(own, address));

/** Whom the allowed-users-list names for an attendee: a user of the directory by an address of hers, others as they are. */
export async function targetsOf(attendees: readonly Attendee[], people: Guestbook): Promise<string[]> {
  const targets = new Set<string>();
  const slice = calendarSlices.begin();
  for (const { address } of attendees) {
    targets.add(await calendarTargetOf(address, people));
    await slice.rest();
  }
  return [...targets];
}

/** What a new conference gets: the `conference-info` of a create (RFC 6503 §5.3.4). */
export function newConference(schedule: Schedule, targets: readonly string[], domain: string): XmlElement {
  const { subject, description, base } = schedule;
  return info('conference-info', { entity: `xcon:AUTO_GENERATE_1@${domain}` }, [
    info('conference-description', {}, [
      ...(subject === undefined ? [] : [info('subject', {}, [subject])]),
      ...(description === undefined ? [] : [info('free-text', {}, [description])]),
      withBase(undefined, base),
    ]),
    ...(targets.length === 0 ? [] : [usersElement(targets.map(targetElement))]),
  ]);
}

/** What a schedule says without its people. */
export interface Words {
  readonly subject?: string | undefined;
  readonly description?: string | undefined;
  readonly base: string;
}

/**
 * What changes in a conference as its organizer sees it: the `conference-info` of an update (RFC 6503 §5.3.4), undefined
 * when the schedule says nothing new. What a schedule leaves out goes; without `targets` people stay as they are.
 */
export function changedConference(
  seen: SeenConference,
  said: Words,
  targets: readonly string[] | undefined,
): XmlElement | undefined {
  const words = changedWords(seen, said);
  const list = targets && listWith(seen, targets);
  const changes = [
    ...(words.length === 0 ? [] : [info('conference-description', {}, words)]),
    ...(list === undefined ? [] : [usersElement(list)]),
  ];
  return changes.length === 0 ? undefined : info('conference-info', { entity: seen.uri }, changes);
}

/** What changes in some occurrences of a series, or in what stands for them: these people come, and no others. */
export const changedOccurrences = (seen: SeenConference, said: Words, targets: readonly string[]): XmlElement =>
  info('conference-info', {}, [
    info('conference-description', {}, changedWords(seen, said)),
    usersElement(targets.map(targetElement)),
  ]);

const changedWords = (seen: SeenConference, { subject, description, base }: Words): XmlElement[] => [
  ...(subject === subjectOf(seen) ? [] : [textElement('subject', subject)]),
  ...(description === freeTextOf(seen) ? [] : [textElement('free-text', description)]),
  ...(isSameTime(basesOf(seen)[0] ?? '', base) ? [] : [withBase(timesOf(seen), base)]),
];

/** The allowed-users-list with these people; who is on it already stays as she is, and so do roles and domains. */
function listWith(seen: SeenConference, targets: readonly string[]): readonly XmlElement[] | undefined {
  const list = seen.document.first(CONFERENCE_INFO, 'users')?.first(XCON, 'allowed-users-list')?.all(XCON, 'target');
  const before = (list ?? []).map((element) => ({ element, uri: element.attribute('uri') ?? '' }));
  const entities = new Map<string, string>();
  for (const { entity, addresses } of peopleOf(seen).attendees)
    for (const one of addresses) entities.set(mailboxOf(one), entity);
  const personOf = (uri: string): string => entities.get(mailboxOf(uri)) ?? mailboxOf(uri);
  const asked = new Set(targets.map(personOf));
  const kept = before.filter(({ uri }) => !entities.has(mailboxOf(uri)) || asked.has(personOf(uri)));
  const there = new Set(kept.map(({ uri }) => personOf(uri)));
  const added = targets.filter((target) => !there.has(personOf(target)));
  if (added.length === 0 && kept.length === before.length) return undefined;
  return [...kept.map(({ element }) => element), ...added.map(targetElement)];
}

const textElement = (local: string, text: string | undefined): XmlElement =>
  info(local, {}, text === undefined ? [] : [text]);

const targetElement = (uri: string): XmlElement => xcon('target', { uri, method: 'dial-in' });

const usersElement = (targets: readonly XmlElement[]): XmlElement =>
  info('users', {}, [xcon('allowed-users-list', {}, targets)]);
