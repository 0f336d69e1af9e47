import { davDefaults } from '../calendar/dav/limits.ts';
import { calendarDefaults } from '../calendar/event/limits.ts';
import { feedDefaults } from '../calendar/feed-server.ts';
import { integer, type Setting } from './setting.ts';
import { bytes, count, milliseconds, seconds } from './units.ts';

const characters = (value: number) => ({ ...count(value), unit: 'characters' });

/** Calendars that clients synchronise (CalDAV) or read at a secret URL, and events that anybody sends. */
export const CALENDAR_SETTINGS = {
  'calendar.length': integer(
    'Length of an event that a client stores or a mail brings. It is shown with what the conference says beside it, so it may be shown longer.',
    characters(calendarDefaults.length),
  ),
  'calendar.lines': integer('Lines of it.', count(calendarDefaults.lines)),
  'calendar.components': integer('Components of it: events, alarms, time zones.', count(calendarDefaults.components)),
  'calendar.depth': integer('Components of it inside one another.', count(calendarDefaults.depth)),
  'calendar.attendees': integer(
    'Attendees of it. Five hundred who are new hold all others up for about 50 ms.',
    count(calendarDefaults.attendees),
  ),
  'calendar.bodyBytes': integer('Body of a CalDAV request.', bytes(davDefaults.bodyBytes, 1_000)),
  'calendar.elements': integer('XML elements of a CalDAV request.', count(davDefaults.elements)),
  'calendar.results': integer('Events that one CalDAV report shows or names.', count(davDefaults.results)),
  'calendar.instances': integer('Occurrences that one CalDAV report expands.', count(davDefaults.instances)),
  'calendar.conferences': integer('Conferences in the calendar of a user.', count(davDefaults.conferences)),
  'calendar.calendars': integer(
    'Calendars that are kept in memory; more are read again.',
    count(davDefaults.calendars),
  ),
  'calendar.changes': integer(
    'Changed conferences that are remembered; a client that missed more compares its whole calendar.',
    count(davDefaults.changes),
  ),
  'calendar.inbox': integer(
    'Scheduling messages in the CalDAV inbox of a user; the oldest go.',
    count(davDefaults.inbox),
  ),
  'calendar.rest': integer(
    'How long after a change inboxes get what it says, with all that has changed until then.',
    milliseconds(davDefaults.rest),
  ),
  'calendar.readyLength': integer('Events that are kept ready to be sent.', characters(davDefaults.readyLength)),
  'calendar.properties': integer(
    'What clients keep on one calendar, such as its colour.',
    characters(davDefaults.properties),
  ),

  'calendars.perUser': integer('Secret calendar URLs that one user may have.', count(feedDefaults.perUser)),
  'calendars.conferences': integer('Conferences in one calendar, at most.', count(feedDefaults.conferences)),
  'calendars.refresh': integer('How often calendars are asked to look again.', seconds(feedDefaults.refresh)),
} satisfies Record<string, Setting<unknown>>;
