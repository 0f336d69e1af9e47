import { capacityDefaults } from '../conference/capacity.ts';
import { integer, type Setting } from './setting.ts';
import { count } from './units.ts';

/** Room for conferences. */
export const CAPACITY_SETTINGS = {
  'capacity.conferences': integer('Conferences at once, on this server.', count(capacityDefaults.conferences)),
  'capacity.participants': integer(
    'Participants of all conferences at once: of each its maximum-user-count, else who is invited, else who is in.',
    count(capacityDefaults.participants),
  ),
  'capacity.userConferences': integer(
    'Conferences at once that one user made.',
    count(capacityDefaults.userConferences),
  ),
  'capacity.userParticipants': integer(
    'Participants at once of the conferences that one user made.',
    count(capacityDefaults.userParticipants),
  ),
  'capacity.occurrences': integer(
    'Occurrences of one conference for which room is booked ahead, within `schedule.horizon`.',
    count(capacityDefaults.occurrences),
  ),
  'capacity.remembered': integer(
    'Days, of users and of the server, whose bookings are kept in memory, 2.3 kB each.',
    count(capacityDefaults.remembered),
  ),
  'capacity.ahead': integer(
    'Conferences for which room is booked at once when the horizon moves, or when all is counted anew.',
    count(capacityDefaults.ahead),
  ),
  'capacity.share': integer('Of the time, that booking ahead takes; the rest is for those who ask for something.', {
    default: capacityDefaults.share,
    unit: '%',
    min: 1,
    max: 100,
  }),
} satisfies Record<string, Setting<unknown>>;
