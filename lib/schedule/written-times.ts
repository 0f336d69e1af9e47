import ICAL from 'ical.js';

// Moments, as iCalendar writes them; all are milliseconds since 1970.

/** After so many years the calendar begins anew. */
const CYCLE = { years: 400, length: 146_097 * 86_400_000 };

/** The fields of a time, in milliseconds as if it were UTC. A cycle later, for `Date.UTC` takes the year 50 for 1950. */
export const fieldsOf = ({ year, month, day, hour, minute, second }: ICAL.Time): number =>
  Date.UTC(year + CYCLE.years, month - 1, day, hour, minute, second) - CYCLE.length;

/** A moment as iCalendar writes it in UTC. */
export const stamp = (at: number): string => new Date(at).toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '');

/** When that is; NaN for what is written otherwise. */
export const momentOf = (stamped: string): number =>
  STAMP.test(stamped) ? Date.parse(stamped.replace(STAMP, '$1-$2-$3T$4:$5:$6Z')) : NaN;

const STAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** A moment in UTC. */
export const utcTime = (at: number): ICAL.Time => ICAL.Time.fromJSDate(new Date(at), true);

/** A time on the clock, which stands in milliseconds as if it were UTC. */
export function timeOf(wall: number, isDate = false): ICAL.Time {
  const date = new Date(wall);
  return new ICAL.Time(
    {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      ...(!isDate && { hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds() }),
      isDate,
    },
    ICAL.Timezone.localTimezone,
  );
}
