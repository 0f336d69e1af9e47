import { eventStreamDefaults } from '../event-stream/server.ts';
import { notificationDefaults } from '../notification/service.ts';
import { integer, type Setting } from './setting.ts';
import { bytes, count, milliseconds, seconds } from './units.ts';

/** How those who watch conferences are told. */
export const NOTIFICATION_SETTINGS = {
  'notification.minInterval': integer(
    'Between two notifications to one watcher (RFC 4575 §3.9).',
    milliseconds(notificationDefaults.minInterval),
  ),
  'notification.urgentInterval': integer(
    'The same for important news: of the conference, of a moderator, of the watcher himself.',
    milliseconds(notificationDefaults.urgentInterval),
  ),
  'notification.inFlight': integer(
    'Whole documents on their way to all watchers together.',
    bytes(notificationDefaults.inFlight, 1_000),
  ),
  'notification.maxBody': integer(
    'Largest `conference-info+xml`; of larger conferences telephones are told of themselves and of the moderators only.',
    bytes(notificationDefaults.maxBody, 1_000),
  ),
  'notification.history': integer(
    'Versions back from which a watcher is told the difference; who is farther back is told all.',
    count(notificationDefaults.history),
  ),
  'notification.bodies': integer(
    'Documents and differences that are kept for the next watcher who needs the same.',
    count(notificationDefaults.bodies),
  ),
  'notification.tags': integer(
    'Classes of readers whose names in the ids of events are kept.',
    count(notificationDefaults.tags),
  ),
  'notification.turn': integer(
    'How long telling watchers may hold everything else up at a time. Longer turns keep answers waiting, which are then asked for again.',
    milliseconds(notificationDefaults.turn),
  ),
  'notification.perTurn': integer(
    'Watchers who are told at a time: fewer than the 32 datagrams that are read at a time, so that their answers are heard.',
    count(notificationDefaults.perTurn),
  ),
  'events.connections': integer('Streams of events at once.', count(eventStreamDefaults.connections)),
  'events.perUser': integer('Streams of events at once of one user.', count(eventStreamDefaults.perUser)),
  'events.heartbeat': integer(
    'Between two signs of life on a silent stream.',
    milliseconds(eventStreamDefaults.heartbeat),
  ),
  'events.sessionTime': integer(
    'How long a page may use the token that it got for credentials.',
    seconds(eventStreamDefaults.sessionTime),
  ),
  'events.sessions': integer('Such tokens at once.', count(eventStreamDefaults.sessions)),
} satisfies Record<string, Setting<unknown>>;
