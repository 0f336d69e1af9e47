import { LRUCache } from 'lru-cache';
import { findIana } from 'windows-iana';

/** Times on the clock stand in milliseconds as if they were UTC. */
export interface Zone {
  /**
   * When clocks show it. A time that is skipped in spring counts from before the gap, of one that comes twice in autumn
   * the first is meant (RFC 5545 §3.3.5).
   */
  instantOf(wall: number): number;
  /** What clocks show then. */
  wallOf(instant: number): number;
}

export const UTC: Zone = { instantOf: (wall) => wall, wallOf: (instant) => instant };

/** Zones are named by those who send them, so of names without end only some are remembered. */
const known = new LRUCache<string, { readonly zone: Zone | undefined }>({ max: 200 });
const LONGEST_NAME = 64;

/** The zone that has an IANA name or one of Windows. */
export function namedZone(name: string): Zone | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  let found = known.get(name);
  if (found === undefined) known.set(name, (found = { zone: ianaZone(name) ?? windowsZone(name) }));
  return found.zone;
}

function windowsZone(name: string): Zone | undefined {
  const [known] = findIana(name);
  return known === undefined ? undefined : ianaZone(known);
}

/** By their one name: each can be written in many ways. */
const iana = new Map<string, Zone>();

function ianaZone(name: string): Zone | undefined {
  const format = formatOf(name);
  const canonical = format?.resolvedOptions().timeZone;
  if (format === undefined || canonical === undefined) return undefined;
  let zone = iana.get(canonical);
  if (zone === undefined) iana.set(canonical, (zone = zoneOfOffsets((instant) => offsetAt(format, instant))));
  return zone;
}

const DAY = 86_400_000;

/** Days whose offsets one zone remembers. */
const DAYS = 1_000;

/** The zone whose clocks are so many milliseconds ahead of UTC. */
export function zoneOfOffsets(offsetAt: (instant: number) => number): Zone {
  const remembered = new Map<number, number>();
  const atDay = (day: number): number => {
    let known = remembered.get(day);
    if (known === undefined) {
      if (remembered.size >= DAYS) remembered.clear();
      remembered.set(day, (known = offsetAt(day * DAY)));
    }
    return known;
  };
  // Clocks are changed at most once a day.
  const offset = (instant: number): number => {
    const day = Math.floor(instant / DAY);
    const known = atDay(day);
    return known === atDay(day + 1) ? known : offsetAt(instant);
  };
  return {
    wallOf: (instant) => instant + offset(instant),
    instantOf(wall) {
      const before = offset(wall - DAY);
      const after = offset(wall + DAY);
      const early = wall - before;
      return before === after || offset(early) === before || offset(wall - after) !== after ? early : wall - after;
    },
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    const numeric = 'numeric';
    const fields = {
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    } as const;
    return new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', calendar: 'iso8601', ...fields });
  } catch {
    return undefined;
  }
}

function offsetAt(format: Intl.DateTimeFormat, instant: number): number {
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const field = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const shown = Date.UTC(
    field('year'),
    field('month') - 1,
    field('day'),
    field('hour'),
    field('minute'),
    field('second'),
  );
  return shown - Math.floor(instant / 1000) * 1000;
}
