import ICAL from 'ical.js';
import { Rule, type RuleLimits } from './rule.ts';
import { fieldsOf } from './written-times.ts';
import { UnusableTime } from './unusable-time.ts';
import { type Zone, zoneOfOffsets } from './zone.ts';

/** One STANDARD or DAYLIGHT: from its onsets on, clocks are so far ahead of UTC (milliseconds). */
interface Observance {
  readonly start: number;
  readonly before: number;
  readonly offset: number;
  readonly rule: Rule | undefined;
  /** Further onsets, in order. */
  readonly dates: readonly number[];
}

const MOST_OBSERVANCES = 200;

/** What an object itself says of a zone (RFC 5545 §3.6.5). @throws {UnusableTime} */
export function describedZone(component: ICAL.Component, limits: RuleLimits): Zone {
  const described = component.getAllSubcomponents();
  if (described.length === 0 || described.length > MOST_OBSERVANCES)
    throw new UnusableTime('malformed', `A VTIMEZONE has 1 to ${String(MOST_OBSERVANCES)} observances.`);
  const observances = described.map((one) => observanceOf(one, limits)).toSorted((a, b) => a.start - b.start);
  return zoneOfOffsets((instant) => offsetAt(observances, instant));
}

function observanceOf(component: ICAL.Component, limits: RuleLimits): Observance {
  const start = component.getFirstPropertyValue('dtstart');
  const [before, offset] = ['tzoffsetfrom', 'tzoffsetto'].map((name) => component.getFirstPropertyValue(name));
  if (!(start instanceof ICAL.Time) || !(before instanceof ICAL.UtcOffset) || !(offset instanceof ICAL.UtcOffset))
    throw new UnusableTime('malformed', 'An observance of a VTIMEZONE has DTSTART, TZOFFSETFROM and TZOFFSETTO.');
  const recur = component.getFirstPropertyValue('rrule');
  if (recur instanceof ICAL.Recur && recur.freq !== 'YEARLY')
    throw new UnusableTime('too-much', 'The rules of a VTIMEZONE are yearly.');
  const onsets = component.getAllProperties('rdate').flatMap((property): unknown[] => property.getValues());
  const ahead = before.toSeconds() * 1000;
  const clock: Zone = { instantOf: (wall) => wall - ahead, wallOf: (instant) => instant + ahead };
  const first = fieldsOf(start);
  return {
    start: first,
    before: ahead,
    offset: offset.toSeconds() * 1000,
    rule: recur instanceof ICAL.Recur ? new Rule(recur, first, clock, limits) : undefined,
    dates: onsets
      .filter((one) => one instanceof ICAL.Time)
      .map(fieldsOf)
      .toSorted((a, b) => a - b),
  };
}

/** That of the observance whose onset is the last before; onsets are on the clock that went before. */
function offsetAt(observances: readonly Observance[], instant: number): number {
  let latest = -Infinity;
  let offset = observances[0]?.before ?? 0;
  for (const one of observances) {
    const wall = instant + one.before;
    if (wall < one.start) continue;
    const onset = Math.max(
      one.start,
      one.rule?.upTo(wall) ?? -Infinity,
      one.dates.findLast((at) => at <= wall) ?? -Infinity,
    );
    if (onset - one.before < latest) continue;
    latest = onset - one.before;
    ({ offset } = one);
  }
  return offset;
}
