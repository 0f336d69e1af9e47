import ICAL from 'ical.js';
import { momentOf, utcTime } from '../../schedule/written-times.ts';
import { ALL } from '../event/answer.ts';
import { attendeeProperty, type CalendarUser, invited, organizerProperty } from '../event/attendee.ts';
import { emptyCalendar, type Events } from '../event/events.ts';
import { calendarAddressesOf } from '../event/request.ts';
import { timesLike } from '../event/occurrence-times.ts';
import type { DavRequest } from './dav-request.ts';
import { EventMoments } from '../event/event-moments.ts';
import type { InboxMessage } from './inbox.ts';

/** A message as its reader gets it (RFC 5546 §3.2); undefined where she does not see any more what it is about. */
export async function messageText(request: DavRequest, message: InboxMessage): Promise<string | undefined> {
  const { calendars, asking, showing } = request;
  const calendar = await calendars.of(asking.principal);
  const item = calendar.item(message.uri);
  const uid = calendar.uidOf(message.uri);
  if (message.method === 'CANCEL') return textOf('CANCEL', [cancellation(message, uid, asking)]);
  if (item === undefined) return undefined;
  const shown = await showing.events(asking, item);
  if (shown === undefined) return undefined;
  if (message.method === 'REPLY') return textOf('REPLY', [reply(message, uid, asking, shown)], zonesOf(message, shown));
  return textOf(
    'REQUEST',
    shown.events.map(({ component }) => component),
    shown.zones,
  );
}

type Of<Method extends InboxMessage['method']> = Extract<InboxMessage, { method: Method }>;
type Asking = DavRequest['asking'];

function textOf(method: string, events: readonly ICAL.Component[], zones: readonly ICAL.Component[] = []): string {
  const calendar = emptyCalendar();
  calendar.addPropertyWithValue('method', method);
  for (const one of [...zones, ...events]) calendar.addSubcomponent(one);
  return `${calendar.toString()}\r\n`;
}

function eventOf(uid: string, at: number): ICAL.Component {
  const event = new ICAL.Component('vevent');
  event.addPropertyWithValue('uid', uid);
  event.addPropertyWithValue('dtstamp', utcTime(at));
  return event;
}

const ownUser = ({ principal }: Asking): CalendarUser => ({
  address: calendarAddressesOf(principal)[0] ?? principal.userId,
  ...(principal.displayText !== undefined && { name: principal.displayText }),
});

/** RFC 5546 §3.2.5. */
function cancellation({ at, was }: Of<'CANCEL'>, uid: string, asking: Asking): ICAL.Component {
  const event = eventOf(uid, at);
  const start = utcTime(was.start);
  start.isDate = was.isDay;
  event.addPropertyWithValue('dtstart', start);
  event.addPropertyWithValue('sequence', was.sequence);
  event.addPropertyWithValue('status', 'CANCELLED');
  event.addPropertyWithValue('summary', was.subject);
  if (was.organizer !== undefined) event.addProperty(organizerProperty(was.organizer));
  event.addProperty(attendeeProperty(invited(ownUser(asking))));
  return event;
}

/** RFC 5546 §3.2.3. */
function reply(
  { at, attendee, to, partstat }: Of<'REPLY'>,
  uid: string,
  asking: Asking,
  { events, zones, floating }: Events,
): ICAL.Component {
  const event = eventOf(uid, at);
  const components = events.map(({ component }) => component);
  const [series] = components;
  const sequence = Number(series?.getFirstPropertyValue('sequence') ?? 0);
  event.addPropertyWithValue('sequence', sequence);
  event.addPropertyWithValue('summary', series?.getFirstPropertyValue('summary')?.toString() ?? 'Conference');
  if (to !== ALL) {
    const [start] = ['dtstart', 'recurrence-id'].flatMap((name) => series?.getFirstProperty(name) ?? []);
    const moment = start && new EventMoments(components, zones, floating).momentOf(start);
    if (start && moment) event.addProperty(timesLike(start, moment)('recurrence-id', momentOf(to)));
  }
  event.addProperty(organizerProperty(ownUser(asking)));
  event.addProperty(attendeeProperty({ ...invited(attendee), partstat }));
  event.addPropertyWithValue('request-status', '2.0;Success');
  return event;
}

/** An answer to the whole names no time. */
const zonesOf = ({ to }: Of<'REPLY'>, { zones }: Events): readonly ICAL.Component[] => (to === ALL ? [] : zones);
