import ICAL from 'ical.js';
import { copied, recurrenceOf } from '../event/events.ts';
import { type Schedule, scheduleOf } from '../event/schedule.ts';
import { UnusableCalendar } from '../event/unusable-calendar.ts';

/** Undefined for what is no event of a calendar. */
export function readable(text: string): Schedule | undefined {
  try {
    return scheduleOf(text);
  } catch (error) {
    if (error instanceof UnusableCalendar) return undefined;
    throw error;
  }
}

/** The addresses of ORGANIZER: some calendars send answers to one of their own, and name hers by EMAIL (RFC 7986 §6.2). */
export function organizersOf({ calendar, organizer }: Schedule): string[] {
  const named = calendar.getFirstSubcomponent('vevent')?.getFirstProperty('organizer')?.getFirstParameter('email');
  return [...(organizer ? [organizer.address] : []), ...(named ? [`mailto:${named}`] : [])];
}

/** SEQUENCE and DTSTAMP. */
export type Revision = readonly [sequence: number, stamp: string];

/** The newest of its events. */
export const revisionOf = (events: readonly ICAL.Component[]): Revision => {
  const revisions = events.map((event): Revision => {
    const stamp: unknown = event.getFirstPropertyValue('dtstamp');
    return [
      Number(event.getFirstPropertyValue('sequence') ?? 0),
      stamp instanceof ICAL.Time ? stamp.toICALString() : '',
    ];
  });
  return revisions.reduce<Revision>((one, other) => (isLater(other, one) ? other : one), [0, '']);
};

/** RFC 5546 §2.1.5; what says the same again is not later. */
export const isLater = ([sequence, stamp]: Revision, [other, before]: Revision): boolean =>
  sequence > other || (sequence === other && stamp > before);

/** What was said before, with what is said of single occurrences now. */
export function merged(text: string, { calendar, method }: Schedule): string {
  const all = ICAL.Component.fromString(text);
  for (const event of calendar.getAllSubcomponents('vevent')) {
    const name = recurrenceOf(event);
    for (const old of all.getAllSubcomponents('vevent')) if (recurrenceOf(old) === name) all.removeSubcomponent(old);
    const added = copied(event);
    if (method === 'CANCEL') added.updatePropertyWithValue('status', 'CANCELLED');
    all.addSubcomponent(added);
  }
  all.updatePropertyWithValue('method', 'REQUEST');
  return all.toString();
}
