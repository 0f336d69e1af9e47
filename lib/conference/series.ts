import type { OccurrenceRange } from '../model/conference-object.ts';

// A series is one conference object. Some of its occurrences may be represented by a dependent child, made of it (RFC 5239
// §7.4); a child may have children in turn. The ranges of siblings are apart, and within that of their parent.

/** Ids are moments in UTC, so that their order is that of texts. */
export const covers = (one: OccurrenceRange, other: OccurrenceRange): boolean =>
  one.from <= other.from && (one.to === undefined || (other.to !== undefined && other.to <= one.to));

export const isSameRange = (one: OccurrenceRange, other: OccurrenceRange): boolean =>
  one.from === other.from && one.to === other.to;

export const overlap = (one: OccurrenceRange, other: OccurrenceRange): boolean =>
  (other.to === undefined || one.from <= other.to) && (one.to === undefined || other.from <= one.to);
