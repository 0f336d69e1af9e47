import { LRUCache } from 'lru-cache';

/** Zones are named by those who send them, so of names without end only some are remembered. */
const formats = new LRUCache<string, { readonly format: Intl.DateTimeFormat | undefined }>({ max: 200 });
const LONGEST_NAME = 64;

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (zone.length > LONGEST_NAME) return undefined;
  let known = formats.get(zone);
  if (known === undefined) formats.set(zone, (known = { format: makeFormat(zone) }));
  return known.format;
}

/** Whether it is the name of an IANA time zone. */
export const isZone = (name: string): boolean => formatOf(name) !== undefined;

function makeFormat(timeZone: string): Intl.DateTimeFormat | undefined {
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

/**
 * The instant at which clocks in an IANA time zone show a wall time, both in milliseconds since 1970, the wall time as if
 * it were UTC; the wall time itself where the zone is not known. A time that is skipped in spring counts from before the
 * gap, of one that comes twice in autumn the first is meant (RFC 5545 §3.3.5).
 */
export function instantIn(zone: string, wall: number): number {
  const format = formatOf(zone);
  if (format === undefined) return wall;
  const day = 86_400_000;
  const before = offsetAt(format, wall - day);
  const after = offsetAt(format, wall + day);
  const early = wall - before;
  return before === after || offsetAt(format, early) === before || offsetAt(format, wall - after) !== after
    ? early
    : wall - after;
}

/** How far the clocks of a zone are ahead of UTC, in milliseconds. */
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
