import ICAL from 'ical.js';
import { LRUCache } from 'lru-cache';
import { namedZone, type Zone } from './zone.ts';
import { timeOf } from './written-times.ts';

/** Years after the first that are written out where a zone changes its clocks by no simple rule. */
const YEARS = 12;
const DAY = 86_400_000;
/** Clocks that are changed are not changed back before that. */
const WEEK = 7 * DAY;
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** Clocks are changed: at `wall` on the clock that went before; offsets are milliseconds ahead of UTC. */
interface Onset {
  readonly wall: number;
  readonly before: number;
  readonly after: number;
}

/** As jCal, by name and year. */
const remembered = new LRUCache<string, readonly unknown[]>({ max: 100 });

/**
 * A zone that is known by name as iCalendar describes it (RFC 5545 §3.6.5), from the year of a moment on; undefined for a
 * name that is not known.
 */
export function zoneDescription(name: string, from: number): ICAL.Component | undefined {
  const zone = namedZone(name);
  if (zone === undefined) return undefined;
  const year = new Date(from).getUTCFullYear();
  const key = `${year} ${name}`;
  let known = remembered.get(key);
  if (known === undefined) remembered.set(key, (known = described(zone, name, year - 1).toJSON() as unknown[]));
  return new ICAL.Component(structuredClone(known) as unknown[]);
}

function described(zone: Zone, name: string, first: number): ICAL.Component {
  const onsets = onsetsOf(zone, Date.UTC(first, 0), Date.UTC(first + YEARS, 0));
  const offsets =
    onsets.length === 0 ? [offsetOf(zone, Date.UTC(first, 0))] : onsets.flatMap(({ before, after }) => [before, after]);
  const standard = Math.min(...offsets);
  const component = new ICAL.Component('vtimezone');
  component.addPropertyWithValue('tzid', name);
  const observances =
    onsets.length === 0
      ? [observance('standard', [{ wall: Date.UTC(1970, 0), before: standard, after: standard }])]
      : groupsOf(onsets, first).map((group) =>
          observance((group[0]?.after ?? standard) > standard ? 'daylight' : 'standard', group),
        );
  for (const one of observances) component.addSubcomponent(one);
  return component;
}

const offsetOf = (zone: Zone, instant: number): number => zone.wallOf(instant) - instant;

function onsetsOf(zone: Zone, from: number, to: number): Onset[] {
  const onsets: Onset[] = [];
  for (let day = from; day < to; day += WEEK) {
    const [before, after] = [offsetOf(zone, day), offsetOf(zone, day + WEEK)];
    if (before === after) continue;
    let [low, high] = [day, day + WEEK];
    while (high - low > 1_000) {
      const middle = low + Math.floor((high - low) / 2_000) * 1_000;
      if (offsetOf(zone, middle) === before) low = middle;
      else high = middle;
    }
    onsets.push({ wall: high + before, before, after });
  }
  return onsets;
}

/** Onsets of one kind together; what was right in the first year stands before them where nothing changed in it. */
function groupsOf(onsets: readonly Onset[], first: number): Onset[][] {
  const groups = new Map<string, Onset[]>();
  for (const one of onsets) {
    const key = `${one.before} ${one.after}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const [earliest] = onsets;
  const since = Date.UTC(first, 0);
  if (earliest !== undefined && earliest.wall > Date.UTC(first + 1, 0))
    return [[{ wall: since, before: earliest.before, after: earliest.before }], ...groups.values()];
  return [...groups.values()];
}

function observance(kind: 'standard' | 'daylight', onsets: readonly Onset[]): ICAL.Component {
  const [first, ...more] = onsets;
  const component = new ICAL.Component(kind);
  if (first === undefined) return component;
  component.addPropertyWithValue('dtstart', timeOf(first.wall));
  component.addPropertyWithValue('tzoffsetfrom', ICAL.UtcOffset.fromSeconds(first.before / 1_000));
  component.addPropertyWithValue('tzoffsetto', ICAL.UtcOffset.fromSeconds(first.after / 1_000));
  const rule = ruleOf(onsets);
  if (rule !== undefined) component.addPropertyWithValue('rrule', ICAL.Recur.fromString(rule));
  else for (const { wall } of more) component.addPropertyWithValue('rdate', timeOf(wall));
  return component;
}

/** The yearly rule that clocks follow in all those years: on the nth or last such day of a month. */
function ruleOf(onsets: readonly Onset[]): string | undefined {
  const dates = onsets.map(({ wall }) => new Date(wall));
  const [first] = dates;
  if (first === undefined || onsets.length < YEARS - 1) return undefined;
  const agree = (of: (date: Date) => number): boolean => dates.every((date) => of(date) === of(first));
  const regular =
    agree((date) => date.getUTCMonth()) && agree((date) => date.getUTCDay()) && agree((date) => date.getTime() % DAY);
  if (!regular || new Set(dates.map((date) => date.getUTCFullYear())).size !== dates.length) return undefined;
  const nth = (date: Date): number => Math.ceil(date.getUTCDate() / 7);
  const left = (date: Date): number =>
    new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  const isLast = dates.every((date) => date.getUTCDate() > left(date) - 7);
  const place = isLast ? -1 : agree(nth) ? nth(first) : undefined;
  if (place === undefined) return undefined;
  return `FREQ=YEARLY;BYMONTH=${first.getUTCMonth() + 1};BYDAY=${place}${WEEKDAYS[first.getUTCDay()] ?? 'SU'}`;
}
