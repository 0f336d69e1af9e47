import type ICAL from 'ical.js';
import type { DefiniteCalendar, OccurrenceId } from './definite.ts';

/** SEQUENCE of an event as people were told it, and what raises it. */
export interface Revision {
  readonly sequence: number;
  readonly sign: string;
}
export type Revisions = Readonly<Record<OccurrenceId, Revision>>;

/** RFC 5546 §2.1.4: a change of one of these must raise SEQUENCE; EXDATE of the series stands beside them. */
const REVISING = ['dtstart', 'dtend', 'duration', 'rrule', 'rdate', 'status'];

/**
 * The numbers that events get now. A change of the series revises what changes its occurrences, too, so that none of these
 * falls behind it.
 */
export function revise(before: Revisions | undefined, { events, excluded }: DefiniteCalendar): Revisions {
  const told = before ?? {};
  const highest = Math.max(-1, ...Object.values(told).map(({ sequence }) => sequence));
  const revisions: Record<OccurrenceId, Revision> = {};
  let series = 0;
  for (const [id, event] of events) {
    const sign = id === '' ? [signOf(event), ...[...excluded].toSorted()].join(' ') : signOf(event);
    const known = told[id];
    if (id === '') {
      series = known?.sign === sign ? known.sequence : highest + 1;
      revisions[id] = { sequence: series, sign };
    } else if (known?.sign === sign) revisions[id] = { sequence: Math.max(known.sequence, series), sign };
    else {
      const isMoved = known !== undefined || !isAsPlanned(event, events.get(''));
      const after = Math.max(series, known?.sequence ?? 0);
      revisions[id] = { sequence: before === undefined || !isMoved ? after : after + 1, sign };
    }
  }
  return revisions;
}

/** CANCEL raises it (RFC 5546 §2.1.4), also where only one attendee is told. */
export function raised(revisions: Revisions): Revisions {
  const highest = Math.max(0, ...Object.values(revisions).map(({ sequence }) => sequence));
  return Object.fromEntries(Object.entries(revisions).map(([id, { sign }]) => [id, { sequence: highest + 1, sign }]));
}

const signOf = (event: ICAL.Component): string =>
  REVISING.flatMap((name) => event.getAllProperties(name).map((one) => one.toICALString()))
    .toSorted()
    .join(' ');

/** Whether what is said of an occurrence leaves its time as the series has it. */
function isAsPlanned(event: ICAL.Component, series: ICAL.Component | undefined): boolean {
  const said = (of: ICAL.Component | undefined, name: string): string => String(of?.getFirstPropertyValue(name) ?? '');
  return (
    said(event, 'dtstart') === said(event, 'recurrence-id') &&
    said(event, 'duration') === said(series, 'duration') &&
    said(event, 'dtend') === '' &&
    said(series, 'dtend') === ''
  );
}
