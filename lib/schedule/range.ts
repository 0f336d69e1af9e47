import type { OccurrenceRange } from '../model/conference-object.ts';

// Ids are moments in UTC, so that their order is that of texts. Entries of one conference-time may have the same ids.

/** Whether an occurrence of the same entry is one of a range. */
export const includes = ({ from, to }: OccurrenceRange, id: string): boolean =>
  from <= id && (to === undefined || id <= to);

const isSameEntry = (one: OccurrenceRange, other: OccurrenceRange): boolean => (one.entry ?? 0) === (other.entry ?? 0);

/** Whether every occurrence of another is one of a range. */
export const covers = (one: OccurrenceRange, other: OccurrenceRange): boolean =>
  isSameEntry(one, other) &&
  one.from <= other.from &&
  (one.to === undefined || (other.to !== undefined && other.to <= one.to));

export const isSameRange = (one: OccurrenceRange, other: OccurrenceRange): boolean =>
  isSameEntry(one, other) && one.from === other.from && one.to === other.to;

export const overlap = (one: OccurrenceRange, other: OccurrenceRange): boolean =>
  isSameEntry(one, other) &&
  (other.to === undefined || one.from <= other.to) &&
  (one.to === undefined || other.from <= one.to);

/** A range alone, as it is stored. */
export const rangeOf = ({ from, to, entry = 0 }: OccurrenceRange): OccurrenceRange => ({
  from,
  ...(to !== undefined && { to }),
  ...(entry > 0 && { entry }),
});
