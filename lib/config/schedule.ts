import { lifeClockDefaults } from '../conference/life-clock.ts';
import { timeDefaults } from '../conference/times.ts';
import { namedZone } from '../schedule/zone.ts';
import { integer, readText, type Setting } from './setting.ts';
import { count, milliseconds, seconds } from './units.ts';

const zone: Setting<string> = {
  type: 'time zone',
  default: timeDefaults.zone,
  description: 'The zone of times that name none, in calendars that name none either: by its IANA or Windows name.',
  read(raw) {
    const name = readText(raw);
    if (namedZone(name) === undefined) throw new Error('is no time zone that is known');
    return name;
  },
};

/** Times of conferences. */
export const SCHEDULE_SETTINGS = {
  'schedule.zone': zone,
  'schedule.earlyJoin': integer(
    'How long before its start a conference may be joined, where can-join-after-offset does not say.',
    seconds(timeDefaults.earlyJoin),
  ),
  'schedule.overrun': integer(
    'How long a conference may last beyond its calendar end, where mixing-end-offset does not say.',
    seconds(timeDefaults.overrun),
  ),
  'schedule.entries': integer('Entries of one conference-time.', count(timeDefaults.entries)),
  'schedule.length': integer('Length of one iCalendar object.', { ...count(timeDefaults.length), unit: 'characters' }),
  'schedule.exceptions': integer(
    'Additional and excluded dates, and changed occurrences, of one entry.',
    count(timeDefaults.exceptions),
  ),
  'schedule.occurrences': integer(
    'COUNT of a rule, and its occurrences in the first 31 days; one more is refused.',
    count(timeDefaults.occurrences),
  ),
  'schedule.periods': integer(
    'Periods of a rule that are looked through for one occurrence; a rule without any in these is refused.',
    count(timeDefaults.periods),
  ),
  'schedule.compared': integer(
    'Occurrences that are looked at for overlaps when times are set.',
    count(timeDefaults.compared),
  ),
  'schedule.assumedLength': integer(
    'How long an occurrence without an end takes, as far as others plan around it.',
    seconds(timeDefaults.assumedLength),
  ),
  'schedule.horizon': integer('For how long ahead room is booked, and one may ask who is free.', {
    ...count(timeDefaults.horizon),
    unit: 'days',
    max: 4_000,
  }),
  'schedule.atOnce': integer(
    'Conferences that begin or end at once, and whose steps are claimed together.',
    count(lifeClockDefaults.atOnce),
  ),
  'schedule.lease': integer(
    'For how long no other clock gets a step that one has claimed and not taken, as when it died.',
    milliseconds(lifeClockDefaults.lease),
  ),
  'schedule.look': integer(
    'Between two looks at a clock that somebody may have set.',
    milliseconds(lifeClockDefaults.look),
  ),
  'schedule.late': integer('A step later than this is logged.', milliseconds(lifeClockDefaults.late)),
  'schedule.retry': integer('Until a step that failed is tried again.', milliseconds(lifeClockDefaults.retry)),
} satisfies Record<string, Setting<unknown>>;
