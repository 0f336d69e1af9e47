import ICAL from 'ical.js';
import { type Calendar, instantOf, type Moment } from './calendar.ts';
import type { RuleLimits } from './rule.ts';
import { Rule } from './rule.ts';
import { UnusableTime } from './unusable-time.ts';

const DAY = 86_400_000;

/** Days by the clock and milliseconds beyond (RFC 5545 §3.8.5.3: of DTEND the exact length, of DURATION the nominal one). */
export interface Length {
  readonly days: number;
  readonly exact: number;
}

/** When an event that begins then ends; undefined when it says nothing of its end. */
export function endOf({ wall, zone }: Moment, length: Length | undefined): number | undefined {
  return length && zone.instantOf(wall + length.days * DAY) + length.exact;
}

/** One VEVENT: the series, or what differs in one or more of its occurrences. */
export interface PlannedEvent {
  readonly component: ICAL.Component;
  readonly uid: string;
  readonly start: Moment;
  readonly length: Length | undefined;
  readonly cancelled: boolean;
  /** The occurrence that it changes. */
  readonly recurrence: Moment | undefined;
  /** And all after it. */
  readonly andFuture: boolean;
  /** Which of two that say the same counts: SEQUENCE, then DTSTAMP. */
  readonly revision: readonly [number, string];
}

/** @throws {UnusableTime} */
export function readEvent(component: ICAL.Component, calendar: Calendar): PlannedEvent {
  const started = component.getFirstProperty('dtstart');
  const changed = component.getFirstProperty('recurrence-id');
  const recurrence = changed === null ? undefined : calendar.moment(changed);
  const cancelled = textOf(component, 'status').toUpperCase() === 'CANCELLED';
  const start = started === null ? (cancelled ? recurrence : undefined) : calendar.moment(started);
  if (start === undefined) throw new UnusableTime('malformed', 'An event needs a DTSTART.');
  return {
    component,
    start,
    recurrence,
    cancelled,
    uid: textOf(component, 'uid'),
    length: lengthOf(component, start, calendar),
    andFuture: (changed?.getFirstParameter('range') ?? '').toUpperCase() === 'THISANDFUTURE',
    revision: [Number(textOf(component, 'sequence')) || 0, textOf(component, 'dtstamp')],
  };
}

const textOf = (component: ICAL.Component, name: string): string => String(component.getFirstPropertyValue(name) ?? '');

function lengthOf(component: ICAL.Component, start: Moment, calendar: Calendar): Length | undefined {
  const ended = component.getFirstProperty('dtend');
  const duration = component.getFirstPropertyValue('duration');
  if (ended === null && duration === null) return start.isDay ? { days: 1, exact: 0 } : undefined;
  if (ended !== null && duration !== null) throw inconsistent('An event has a DTEND or a DURATION, not both.');
  if (ended === null) return lengthIn(duration);
  const end = calendar.moment(ended);
  if (end.isDay !== start.isDay) throw inconsistent('DTSTART and DTEND are both days or both times.');
  const exact = instantOf(end) - instantOf(start);
  if (exact < 0) throw inconsistent('DTEND is before DTSTART.');
  if (exact === 0) return undefined;
  return start.isDay ? { days: Math.round((end.wall - start.wall) / DAY), exact: 0 } : { days: 0, exact };
}

function lengthIn(duration: unknown): Length | undefined {
  if (!(duration instanceof ICAL.Duration)) throw new UnusableTime('malformed', 'DURATION is no duration.');
  if (duration.isNegative) throw inconsistent('DURATION is negative.');
  const { weeks, days, hours, minutes, seconds } = duration;
  const exact = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return duration.toSeconds() === 0 ? undefined : { days: weeks * 7 + days, exact };
}

/** How long a period of RDATE lasts. */
export function lengthOfPeriod(value: unknown): Length | undefined {
  if (!(value instanceof ICAL.Period)) return undefined;
  const duration: unknown = value.getDuration();
  return duration instanceof ICAL.Duration ? { days: 0, exact: duration.toSeconds() * 1000 } : undefined;
}

/**
 * The rules of an event.
 * @param start where they begin on the clock
 * @throws {UnusableTime}
 */
export function rulesOf({ component }: PlannedEvent, start: Moment, limits: RuleLimits): Rule[] {
  return component.getAllProperties('rrule').map((property) => {
    const recur = property.getFirstValue();
    if (!(recur instanceof ICAL.Recur)) throw new UnusableTime('malformed', 'RRULE is no rule.');
    return new Rule(recur, start.wall, start.zone, limits);
  });
}

const inconsistent = (message: string): UnusableTime => new UnusableTime('inconsistent', message);
