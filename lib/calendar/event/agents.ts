import { type Attendee, attendeeOf, mailboxOf } from './attendee.ts';
import { scheduleOf } from './schedule.ts';
import { UnusableCalendar } from './unusable-calendar.ts';

/**
 * Whom an organizer's client tells itself, or nobody does, of any event in what it stored (SCHEDULE-AGENT of RFC 6638
 * §7.1): calendar addresses that we leave alone.
 */
export function toldByClient(stored: string): (address: string) => boolean {
  // Most clients leave that to the server, and what they stored need not be read.
  if (!/SCHEDULE-AGENT/i.test(stored.replace(/\r?\n[ \t]/g, ''))) return nobody;
  const others = attendeesIn(stored).filter(({ agent }) => agent !== 'SERVER');
  const mailboxes = new Set(others.map(({ address }) => mailboxOf(address)));
  return (address) => mailboxes.has(mailboxOf(address));
}

const nobody = (): boolean => false;

function attendeesIn(text: string): Attendee[] {
  try {
    const events = scheduleOf(text, WITHOUT_LIMITS).calendar.getAllSubcomponents('vevent');
    return events.flatMap((event) => event.getAllProperties('attendee').flatMap((one) => attendeeOf(one) ?? []));
  } catch (error) {
    if (error instanceof UnusableCalendar) return [];
    throw error;
  }
}

/** It was checked when it was stored. */
const WITHOUT_LIMITS = {
  ...{ length: Infinity, lines: Infinity, components: Infinity },
  ...{ depth: Infinity, attendees: Infinity },
};
