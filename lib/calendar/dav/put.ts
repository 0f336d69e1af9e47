import { Refusal } from '../../conference/refusal.ts';
import type { XconUri } from '../../model/identifiers.ts';
import { info } from '../../model/names.ts';
import type { Attendee } from '../event/attendee.ts';
import { EventMoments } from '../event/event-moments.ts';
import { type SeenChild, withoutJoinLines } from '../event/events.ts';
import { occurrenceChanges, parted, seriesChange, shownByMoment } from '../event/occurrence-changes.ts';
import { calendarText } from '../event/octets.ts';
import { changedConference, isOwnAddress, newConference, targetsOf } from '../event/request.ts';
import { type Schedule, scheduleOf } from '../event/schedule.ts';
import { calendarSlices } from '../event/slices.ts';
import { joinAddressesOf, peopleOf, type SeenConference, seenIn } from '../event/seen-conference.ts';
import { answer } from './attendee-answers.ts';
import { forbidden, notFound } from './dav-error.ts';
import { bodyOf, type DavAnswer, type DavRequest } from './dav-request.ts';
import { cal, dav, href } from './names.ts';
import { checkTags } from './preconditions.ts';
import type { CalendarItem, UserCalendar } from './user-calendar.ts';

/** PUT of an event schedules a conference, or changes it (RFC 4791 §5.3.2). */
export async function put(request: DavRequest): Promise<DavAnswer> {
  const { place, exchange, asking, calendars, limits } = request;
  if (place.kind === 'message' || place.kind === 'inbox')
    throw forbidden(dav('need-privileges'), 'Only the server puts messages into an inbox.');
  if (place.kind !== 'event') throw notFound();
  const type = exchange.request.headers['content-type'] ?? 'text/calendar';
  if (!/^text\/calendar\s*(;|$)/i.test(type))
    throw forbidden(cal('supported-calendar-data'), 'Events are text/calendar.');
  const text = calendarText(await bodyOf(request));
  // Large events take their time: what else there is to do has a turn between one step and the next.
  const slice = calendarSlices.begin();
  const schedule = scheduleOf(text, limits.event);
  if (schedule.method !== undefined)
    throw forbidden(cal('valid-calendar-object-resource'), 'A stored event has no METHOD (RFC 4791 §4.1).');
  // What could not be shown again is not taken.
  EventMoments.of(schedule.calendar);
  await slice.rest();
  const calendar = await calendars.of(asking.principal);
  const item = calendar.named(place.name);
  checkTags(exchange.request.headers, item);
  refuseTakenUid(calendar, schedule.uid, item);
  const known = item ?? calendar.withTimesOf(schedule.uid);
  const uri = known === undefined ? await create(request, schedule) : await change(request, known, schedule);
  const revision = calendar.revisionOf(uri) + 1;
  await calendars.store(asking.principal, {
    user: place.user,
    uri,
    name: place.name,
    uid: schedule.uid,
    revision,
    text,
  });
  const now = calendar.item(uri);
  if (now === undefined) return { status: 201 };
  await slice.rest();
  const isAsSent = (await request.showing.text(asking, now)) === text;
  return {
    status: item === undefined ? 201 : 204,
    // Who gets no ETag reads the event again (RFC 4791 §5.3.4).
    headers: { 'Schedule-Tag': now.scheduleTag, ...(isAsSent && { ETag: now.etag }) },
  };
}

function refuseTakenUid(calendar: UserCalendar, uid: string, item: CalendarItem | undefined): void {
  const other = calendar.withUid(uid);
  if (other !== undefined && other.uri !== item?.uri && other.stored)
    throw forbidden(cal('no-uid-conflict', [href(other.name)]), 'Another event of the calendar has this UID.');
}

async function create(request: DavRequest, schedule: Schedule): Promise<XconUri> {
  const { asking, control, domain, calendars, limits } = request;
  const slice = calendarSlices.begin();
  refuseForeignOrganizer(request, schedule);
  if ((await calendars.of(asking.principal)).size >= limits.conferences)
    throw forbidden(cal('max-resource-size'), `A calendar has at most ${limits.conferences} conferences.`);
  const targets = await targetsIn(request, invitedIn(schedule));
  await slice.rest();
  const { base, apart } = parted(schedule);
  const document = newConference({ ...schedule, base }, targets, domain);
  const planned: SeenConference = { uri: '' as XconUri, version: 0, document };
  const occurrences = await occurrenceChanges(planned, schedule, apart, (one) => targetsIn(request, one));
  await slice.rest();
  return (await control.create(asking.call, { document }, { occurrences })).uri;
}

/** Only who organizes an event makes a conference of it (RFC 6638 §3.2.4.1). */
function refuseForeignOrganizer({ asking }: DavRequest, { organizer }: Schedule): void {
  if (organizer !== undefined && !isOwnAddress(asking.principal, organizer.address))
    throw forbidden(
      cal('allowed-organizer-scheduling-object-change'),
      'The ORGANIZER is somebody else: only your own events become conferences here.',
    );
}

const invitedIn = ({ attendees, changes }: Schedule): readonly Attendee[] => [
  ...attendees,
  ...changes.flatMap((one) => (one.differs ? [] : one.attendees)),
];

/** Whom the allowed-users-list names for them; who asks has the conference anyway. */
const targetsIn = ({ asking, people }: DavRequest, attendees: readonly Attendee[]): Promise<string[]> =>
  targetsOf(
    attendees.filter(({ address }) => !isOwnAddress(asking.principal, address)),
    people,
  );

async function change(request: DavRequest, item: CalendarItem, schedule: Schedule): Promise<XconUri> {
  const { asking, control, showing } = request;
  const children = await showing.children(asking, item);
  // Who is asked to some occurrences alone changes nothing for the others.
  if (!item.whole) {
    await asOrganizer(false, () => answer(request, undefined, childrenByMoment(children), schedule));
    return item.uri;
  }
  const slice = calendarSlices.begin();
  const seen = seenIn(await control.retrieve(asking.call, item.uri));
  await slice.rest();
  const { base, apart, dropped } = parted(schedule, seen, children);
  const { subject, description = '' } = schedule;
  const plain = withoutJoinLines(description, joinAddressesOf(seen));
  const said = { subject, base, description: plain === '' ? undefined : plain };
  const isOrganizer = organizes(request, seen);
  const targets = isOrganizer ? await targetsIn(request, invitedIn(schedule)) : undefined;
  await slice.rest();
  const changes = changedConference(seen, said, targets);
  await slice.rest();
  await asOrganizer(isOrganizer, async () => {
    const occurrences = isOrganizer
      ? await occurrenceChanges(seen, schedule, apart, (one) => targetsIn(request, one))
      : [];
    const told = seriesChange(occurrences, isOrganizer ? dropped : []);
    if (changes !== undefined || told !== undefined)
      await control.update(asking.call, item.uri, changes ?? info('conference-info'), told);
    if (!isOrganizer) await answer(request, seen, childrenByMoment(children), schedule);
  });
  return item.uri;
}

/** What stands for the occurrences of an event that names them. */
function childrenByMoment(children: readonly SeenChild[]): (key: string) => SeenConference | undefined {
  const [first, ...others] = children;
  const events = first && shownByMoment(first, others).events;
  return (key) => events?.get(key)?.conference;
}

/** What an attendee keeps for herself, such as alarms, is no change of the conference (RFC 6638 §3.2.2.1). */
async function asOrganizer(isOrganizer: boolean, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isOrganizer || !(error instanceof Refusal)) throw error;
    throw forbidden(cal('allowed-attendee-scheduling-object-change'), error.message);
  }
}

const organizes = ({ asking }: DavRequest, seen: SeenConference): boolean =>
  peopleOf(seen).organizers.some(({ entity }) => entity === asking.principal.userId);
