import ICAL from 'ical.js';
import { mailboxOf } from '../../directory/calendar-users.ts';

export { mailboxOf };

/** A calendar user (RFC 5545 §3.3.3): her address is a URI, mostly `mailto:`. */
export interface CalendarUser {
  readonly address: string;
  readonly name?: string;
}

/** Who is asked to come (RFC 5545 §3.8.4.1); the values of parameters are upper case. */
export interface Attendee extends CalendarUser {
  readonly role: string;
  readonly partstat: string;
  readonly rsvp: boolean;
  /** INDIVIDUAL, GROUP, RESOURCE, ROOM. */
  readonly kind: string;
  /** Who tells her (RFC 6638 §7.1): SERVER, CLIENT, NONE. */
  readonly agent: string;
}

const DEFAULTS = {
  role: 'REQ-PARTICIPANT',
  partstat: 'NEEDS-ACTION',
  rsvp: false,
  kind: 'INDIVIDUAL',
  agent: 'SERVER',
};

/** Somebody who has not answered yet. */
export const invited = (user: CalendarUser): Attendee => ({ ...DEFAULTS, ...user });

/** Of ORGANIZER or ATTENDEE; undefined where it names nobody. */
export function calendarUserOf(property: ICAL.Property): CalendarUser | undefined {
  const address: unknown = property.getFirstValue();
  if (typeof address !== 'string' || !/^[a-z][a-z0-9+.-]*:./i.test(address.trim())) return undefined;
  const name = property.getFirstParameter('cn');
  return { address: address.trim(), ...(name && { name }) };
}

export function attendeeOf(property: ICAL.Property): Attendee | undefined {
  const user = calendarUserOf(property);
  const parameter = (name: string, otherwise: string): string =>
    (property.getFirstParameter(name) || otherwise).toUpperCase();
  return (
    user && {
      ...user,
      role: parameter('role', DEFAULTS.role),
      partstat: parameter('partstat', DEFAULTS.partstat),
      rsvp: parameter('rsvp', 'FALSE') === 'TRUE',
      kind: parameter('cutype', DEFAULTS.kind),
      agent: parameter('schedule-agent', DEFAULTS.agent),
    }
  );
}

/** ORGANIZER as it is written. */
export function organizerProperty({ address, name }: CalendarUser): ICAL.Property {
  const property = new ICAL.Property('organizer');
  property.setValue(address);
  if (name !== undefined) property.setParameter('cn', unquoted(name));
  return property;
}

/** ATTENDEE as it is written; what is the default is left out. */
export function attendeeProperty({ address, name, role, partstat, rsvp, kind, agent }: Attendee): ICAL.Property {
  const property = new ICAL.Property('attendee');
  property.setValue(address);
  if (name !== undefined) property.setParameter('cn', unquoted(name));
  if (kind !== DEFAULTS.kind) property.setParameter('cutype', kind);
  if (role !== DEFAULTS.role) property.setParameter('role', role);
  property.setParameter('partstat', partstat);
  if (rsvp) property.setParameter('rsvp', 'TRUE');
  if (agent !== DEFAULTS.agent) property.setParameter('schedule-agent', agent);
  return property;
}

/** The values of parameters know no quotes and no control characters (RFC 5545 §3.2). */
const unquoted = (text: string): string => text.replace(/"/g, "'").replace(/[\0-\x1f\x7f]+/g, ' ');

/** Whether two calendar addresses are of one person. */
export const isSamePerson = (one: string, other: string): boolean => mailboxOf(one) === mailboxOf(other);
