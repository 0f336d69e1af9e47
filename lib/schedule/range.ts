import type { OccurrenceRange } from '../model/conference-object.ts';

// Ids are moments in UTC, so that their order is that of texts.

/** Whether every occurrence of another is one of a range. */
export const covers = (one: OccurrenceRange, other: OccurrenceRange): boolean =>
  one.from <= other.from && (one.to === undefined || (other.to !== undefined && other.to <= one.to));

export const isSameRange = (one: OccurrenceRange, other: OccurrenceRange): boolean =>
  one.from === other.from && one.to === other.to;

export const overlap = (one: OccurrenceRange, other: OccurrenceRange): boolean =>
  (other.to === undefined || one.from <= other.to) && (one.to === undefined || other.from <= one.to);
