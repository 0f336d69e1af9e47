import ICAL from 'ical.js';

/** Occurrences of a rule that are passed over, at most, on the way to one that is looked for. */
const MOST_STEPS: Readonly<Record<string, number>> = { DAILY: 500, WEEKLY: 500, MONTHLY: 400, YEARLY: 100 };

/** Parts of a rule (RFC 5545 §3.3.10), in alphabetical order, that leave it an occurrence in nearly every period. */
const SIMPLE: Readonly<Record<string, readonly string[]>> = {
  DAILY: [''],
  WEEKLY: ['', 'BYDAY'],
  MONTHLY: ['', 'BYDAY', 'BYMONTHDAY'],
  YEARLY: ['', 'BYDAY', 'BYMONTH', 'BYMONTHDAY', 'BYDAY BYMONTH', 'BYMONTH BYMONTHDAY'],
};
const ENTRY = /^(?:[+-]?[1-5]?(?:MO|TU|WE|TH|FR|SA|SU)|[+-]?\d{1,2})$/;
const MOST_INTERVAL = 60;
const MOST_ENTRIES = 62;
/** Additional and excluded dates of an event. */
const MOST_DATES = 400;
/** Rules of all its time zones; each is followed through centuries. */
const MOST_ZONE_RULES = 4;

/**
 * How far the rule of an event is followed; not at all where the library might search for ever for an occurrence that
 * there never is (the 30th of February), or too long for others to wait.
 */
export function stepsThrough(event: ICAL.Component): number {
  const [rule, ...others] = rulesOf(event);
  const properties = [...event.getAllProperties('rdate'), ...event.getAllProperties('exdate')];
  const dates = properties.reduce((count, property) => count + property.getValues().length, 0);
  if (others.length > 0 || dates > MOST_DATES) return 0;
  if (rule === undefined) return MOST_DATES;
  return isSimple(rule) ? (MOST_STEPS[rule.freq] ?? 0) : 0;
}

/** Whether what an object says of its time zones (RFC 5545 §3.6.5) can be followed. */
export function hasSimpleZones(calendar: ICAL.Component): boolean {
  const zones = calendar.getAllSubcomponents('vtimezone');
  const rules = zones.flatMap((zone) => zone.getAllSubcomponents().flatMap(rulesOf));
  return rules.length <= MOST_ZONE_RULES && rules.every((rule) => rule.freq === 'YEARLY' && isSimple(rule));
}

const DAY = 86_400_000;
const DAYS: Readonly<Record<string, number>> = { DAILY: 1, WEEKLY: 7 };

/** The time on the clock, in milliseconds as if it were UTC. */
export const wallOf = ({ year, month, day, hour, minute, second }: ICAL.Time): number =>
  Date.UTC(year, month - 1, day, hour, minute, second);

/** From where an event is followed to find what comes after a moment on the clock; what is long over is not passed. */
export function laterStart({ component, startDate }: ICAL.Event, after: number): ICAL.Time {
  const [rule] = rulesOf(component);
  if (rule === undefined || rule.count) return startDate;
  const last = rule.until ? Math.min(after, wallOf(rule.until)) : after;
  const days = (DAYS[rule.freq] ?? Infinity) * rule.interval;
  const periods = Math.floor((last - wallOf(startDate)) / DAY / days) - 1;
  if (periods <= 0) return startDate;
  const later = startDate.clone();
  later.adjust(periods * days, 0, 0, 0);
  return later;
}

const rulesOf = (component: ICAL.Component): ICAL.Recur[] =>
  component.getAllProperties('rrule').map((property) => property.getFirstValue() as ICAL.Recur);

function isSimple({ freq, interval, parts }: ICAL.Recur): boolean {
  const entries = Object.values(parts as Readonly<Record<string, readonly unknown[]>>);
  return (
    interval <= MOST_INTERVAL &&
    SIMPLE[freq]?.includes(Object.keys(parts).sort().join(' ')) === true &&
    entries.every((part) => part.length <= MOST_ENTRIES && part.every((entry) => ENTRY.test(String(entry))))
  );
}
