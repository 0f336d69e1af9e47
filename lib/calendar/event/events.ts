import ICAL from 'ical.js';
import { scheduleDefaults } from '../../schedule/limits.ts';
import { type Occurrence, RecurrenceSet } from '../../schedule/recurrence-set.ts';
import { momentOf, utcTime } from '../../schedule/written-times.ts';
import { namedZone } from '../../schedule/zone.ts';
import { zoneDescription } from '../../schedule/zone-description.ts';
import { attendeeProperty, organizerProperty } from './attendee.ts';
import { copied, copiedProperty } from './copied.ts';
import { floatingZone, located } from './located.ts';
import {
  basesOf,
  freeTextOf,
  type InvitedPeople,
  type JoinAddress,
  joinAddressesOf,
  peopleOf,
  type SeenConference,
  subjectOf,
} from './seen-conference.ts';

/** The space that begins a folded line counts, too (RFC 5545 §3.1); ical.js leaves it out. */
ICAL.foldLength = 74;

/** What of an event says when it takes place; all else is ours to say. */
export const TIMES = [
  ...['dtstart', 'dtend', 'duration', 'rrule', 'rdate', 'exdate', 'recurrence-id', 'status', 'sequence'],
] as const;

/** Linphone's word for "now": no date of a calendar. */
const FIRST_YEAR = 1971;

/** What stands for some occurrences of a series; `endless`: for all from its first one on. */
export interface SeenChild extends SeenConference {
  readonly endless?: boolean;
  /** Which entry of the times of the series plans them, counted from 0. */
  readonly entry?: number;
}

export interface EventOptions {
  /** UID of the events; else the conference's own, the same for ever. */
  readonly uid?: string;
  /** Dependent children of the series (RFC 5239 §7.4): what they change is shown as events with RECURRENCE-ID. */
  readonly children?: readonly SeenChild[];
  /** Whether organizer and attendees are named. */
  readonly people?: boolean;
  /** Whether the PIN is told, where the reader of the conference sees it. */
  readonly pins?: boolean;
  /** Times that name no zone are shown in the one in which they are meant: this one, where their object says no other. */
  readonly floatingIn?: string;
}

/** An event, and the conference of which it shows the times: the series, or what stands for some of its occurrences. */
export interface ShownEvent {
  readonly component: ICAL.Component;
  readonly conference: SeenConference;
}

/** Events and the time zones that they name. */
export interface Events {
  readonly events: readonly ShownEvent[];
  readonly zones: readonly ICAL.Component[];
  /** X-WR-TIMEZONE, in which times are meant that name no zone. */
  readonly floating?: ICAL.Property;
}

/** The conference as iCalendar shows it (RFC 5545 §3.6.1); nothing where it has no times. */
export function eventsOf(conference: SeenConference, options: EventOptions = {}): Events {
  const { uid = conference.uri, children = [] } = options;
  const bases = basesOf(conference).map(componentOf);
  const events: ShownEvent[] = [];
  for (const [index, base] of bases.entries()) {
    const own = uidOf(uid, index);
    for (const event of base?.getAllSubcomponents('vevent') ?? []) {
      const component = shownEvent(meant(event, options), conference, own, options);
      if (component !== undefined) events.push({ component, conference });
    }
  }
  const changed = children.flatMap((child) =>
    eventsOf(child, { ...options, uid: uidOf(uid, child.entry), children: [] }).events.flatMap((one) =>
      occurrencesOf(one, child, options),
    ),
  );
  const replaced = new Set(changed.map(({ component }) => placeOf(component)));
  const zones = [...bases, ...children.flatMap(basesOf).map(componentOf)].flatMap(
    (base) => base?.getAllSubcomponents('vtimezone') ?? [],
  );
  const shown = [...events.filter(({ component }) => !replaced.has(placeOf(component))), ...changed];
  const floating = bases[0]?.getFirstProperty('x-wr-timezone') ?? undefined;
  return { events: shown, zones: withNamedZones(onceEach(zones), shown), ...(floating && { floating }) };
}

const meant = (event: ICAL.Component, { floatingIn }: EventOptions): ICAL.Component =>
  floatingIn === undefined ? event : located(event, floatingZone(event.parent, floatingIn));

/** Zones that events name and that no client described, for each is to be described (RFC 5545 §3.6.5). */
function withNamedZones(described: ICAL.Component[], events: readonly ShownEvent[]): ICAL.Component[] {
  const names = new Set(described.map((zone) => String(zone.getFirstPropertyValue('tzid'))));
  const added: ICAL.Component[] = [];
  for (const { component } of events) {
    for (const property of component.getAllProperties()) {
      const name = property.getFirstParameter('tzid');
      if (!name || names.has(name)) continue;
      names.add(name);
      const start = component.getFirstPropertyValue('dtstart');
      const zone = zoneDescription(name, Date.UTC(start instanceof ICAL.Time ? start.year : 1971, 0, 2));
      if (zone !== undefined) added.push(zone);
    }
  }
  return [...described, ...added];
}

/** Each entry of the times is a series of its own. */
export const uidOf = (uid: string, entry = 0): string => (entry === 0 ? uid : `${uid}#${entry + 1}`);

/** What names the place of an event among those of all entries. */
const placeOf = (event: ICAL.Component): string =>
  `${String(event.getFirstPropertyValue('uid'))} ${recurrenceOf(event) ?? ''}`;

/** What stands for some occurrences up to a last one: iCalendar knows only single ones, and all from one on. */
function occurrencesOf(shown: ShownEvent, child: SeenChild, { floatingIn }: EventOptions): ShownEvent[] {
  const { component } = shown;
  if (recurrenceOf(component) === undefined) return [];
  const isRange = component.getFirstProperty('rrule') !== null;
  if (!isRange) return [shown];
  for (const name of ['rrule', 'exdate', 'rdate']) component.removeAllProperties(name);
  if (child.endless === true) return [shown];
  return occurrencesIn(basesOf(child)[0] ?? '', floatingIn).map(({ id, start, end }) => {
    const one = copied(component);
    for (const name of ['dtstart', 'duration', 'dtend', 'recurrence-id']) one.removeAllProperties(name);
    one.addPropertyWithValue('recurrence-id', utcTime(momentOf(id)));
    one.addPropertyWithValue('dtstart', utcTime(start));
    if (end !== undefined) one.addPropertyWithValue('dtend', utcTime(end));
    return { ...shown, component: one };
  });
}

/** Occurrences of one child that are shown one by one, at most. */
const MOST = scheduleDefaults.exceptions;

function occurrencesIn(base: string, zone = scheduleDefaults.zone): Occurrence[] {
  const found: Occurrence[] = [];
  try {
    for (const one of new RecurrenceSet(base, { ...scheduleDefaults, zone }).from(-Infinity)) {
      if (found.push(one) === MOST) break;
    }
  } catch {
    return []; // what was stored before it was checked
  }
  return found;
}

/** One conference as one iCalendar object. */
export function calendarOf(conference: SeenConference, options: EventOptions = {}): ICAL.Component {
  return calendarWith(eventsOf(conference, options));
}

export function calendarWith({ events, zones, floating }: Events): ICAL.Component {
  const calendar = emptyCalendar();
  if (floating !== undefined) calendar.addProperty(copiedProperty(floating));
  for (const one of [...zones, ...events.map(({ component }) => component)]) calendar.addSubcomponent(one);
  return calendar;
}

export function emptyCalendar(): ICAL.Component {
  const calendar = new ICAL.Component('vcalendar');
  calendar.addPropertyWithValue('version', '2.0');
  calendar.addPropertyWithValue('prodid', '-//Plenary//Conferences//EN');
  return calendar;
}

/** Time zones, each name once. */
export function onceEach(zones: readonly ICAL.Component[]): ICAL.Component[] {
  const byName = new Map(zones.map((zone) => [String(zone.getFirstPropertyValue('tzid')), zone]));
  return [...byName.values()].map(copied);
}

/** The occurrence that an event changes, as it is written; undefined of the series itself. */
export const recurrenceOf = (event: ICAL.Component): string | undefined =>
  event.getFirstProperty('recurrence-id')?.toICALString();

/** What an event says of when it takes place, as a text that can be compared. */
export const timesIn = (event: ICAL.Component): string =>
  TIMES.flatMap((name) => event.getAllProperties(name).map((one) => one.toICALString()))
    .toSorted()
    .join('\n');

/** Whether two iCalendar objects say the same of when something takes place, whatever else they say. */
export function isSameTime(one: string, other: string): boolean {
  const [first, second] = [one, other]
    .map(componentOf)
    .map(
      (base) => base && [...eventTimes(base), ...ownZones(base), String(base.getFirstPropertyValue('x-wr-timezone'))],
    );
  return first !== undefined && second !== undefined && first.toSorted().join() === second.toSorted().join();
}

const eventTimes = (base: ICAL.Component): string[] => base.getAllSubcomponents('vevent').map(timesIn);

/** Zones that only the object itself describes. */
const ownZones = (base: ICAL.Component): string[] =>
  base
    .getAllSubcomponents('vtimezone')
    .filter((zone) => namedZone(String(zone.getFirstPropertyValue('tzid'))) === undefined)
    .map((zone) => zone.toString());

/** How a person reads of the ways to come in. */
export const joinLines = (addresses: readonly JoinAddress[], pins: boolean): string =>
  addresses.map(({ uri, pin }) => `Join: ${uri}${pins && pin !== undefined ? `  PIN: ${pin}` : ''}`).join('\n');

/** What a description says beside the ways to come in that were written below it. */
export function withoutJoinLines(description: string, addresses: readonly JoinAddress[]): string {
  const lines = [true, false]
    .map((pins) => joinLines(addresses, pins))
    .find((one) => one !== '' && description.endsWith(one));
  return (lines === undefined ? description : description.slice(0, -lines.length)).trim();
}

/** CONFERENCE (RFC 7986 §5.11) for each way to come in. */
export function conferenceProperties(addresses: readonly JoinAddress[]): ICAL.Property[] {
  return addresses.map(({ uri }) => {
    const property = new ICAL.Property('conference');
    property.setValue(uri);
    const isPhone = /^tel:/i.test(uri);
    property.setParameter('feature', isPhone ? 'PHONE' : 'AUDIO');
    property.setParameter('label', isPhone ? 'Telephone' : 'SIP');
    property.setParameter('value', 'URI'); // last, as it is written again by who reads it
    return property;
  });
}

function componentOf(text: string): ICAL.Component | undefined {
  try {
    return ICAL.Component.fromString(text.trim());
  } catch {
    return undefined; // what people stored need not be iCalendar
  }
}

function shownEvent(
  event: ICAL.Component,
  conference: SeenConference,
  uid: string,
  { people = false, pins = false }: EventOptions,
): ICAL.Component | undefined {
  const start = event.getFirstPropertyValue('dtstart') ?? event.getFirstPropertyValue('recurrence-id');
  if (!(start instanceof ICAL.Time) || start.year < FIRST_YEAR) return undefined;
  const shown = new ICAL.Component('vevent');
  shown.addPropertyWithValue('uid', uid);
  shown.addPropertyWithValue('dtstamp', stampOf(event, start));
  for (const name of TIMES) for (const one of event.getAllProperties(name)) shown.addProperty(copiedProperty(one));
  shown.addPropertyWithValue('summary', subjectOf(conference) ?? 'Conference');
  const addresses = joinAddressesOf(conference);
  const words = [freeTextOf(conference), joinLines(addresses, pins)].filter((one) => one !== undefined && one !== '');
  if (words.length > 0) shown.addPropertyWithValue('description', words.join('\n\n'));
  const [first] = addresses;
  if (first !== undefined) shown.addPropertyWithValue('location', first.uri);
  for (const one of conferenceProperties(addresses)) shown.addProperty(one);
  if (people) addPeople(shown, peopleOf(conference));
  return shown;
}

/** Only who invites somebody is an organizer (RFC 5545 §3.8.4.3). */
function addPeople(event: ICAL.Component, { organizer, attendees }: InvitedPeople): void {
  if (attendees.length === 0) return;
  if (organizer !== undefined) event.addProperty(organizerProperty(organizer));
  for (const one of attendees) event.addProperty(attendeeProperty(one));
}

/** When the event was said, in UTC: the same conference is the same text. */
function stampOf(event: ICAL.Component, start: ICAL.Time): ICAL.Time {
  const stamp = event.getFirstPropertyValue('dtstamp');
  const said = stamp instanceof ICAL.Time ? stamp : start;
  return ICAL.Time.fromJSDate(said.toJSDate(), true);
}
