import ICAL from 'ical.js';
import { attendeeProperty, invited, organizerProperty } from '../event/attendee.ts';
import { copied, copiedProperty } from '../event/copied.ts';
import { conferenceProperties, emptyCalendar, joinLines } from '../event/events.ts';
import type { JoinAddress } from '../event/seen-conference.ts';
import type { DefiniteCalendar, OccurrenceId } from './definite.ts';
import type { Guest } from './invitation.ts';
import type { Revisions } from './revision.ts';
import { utcTime } from '../../schedule/written-times.ts';

/** What an event says beside its times. */
export interface EventWords {
  readonly title: string;
  readonly about?: string;
  readonly joins: readonly JoinAddress[];
}

export interface EventPeople {
  readonly organizer: { readonly address: string; readonly name?: string };
  readonly attendees: readonly (Pick<Guest, 'address' | 'name' | 'chairs'> & { readonly partstat?: string })[];
}

export interface Writing {
  readonly method?: string;
  readonly uid: string;
  /** Which events; `''` is the series. */
  readonly ids: readonly OccurrenceId[];
  readonly revisions: Revisions;
  /** Occurrences to which the reader does not come, beside those that do not take place. */
  readonly out?: readonly OccurrenceId[];
  /** Milliseconds since 1970. */
  readonly stamp: number;
  /** Of each event. */
  readonly people?: (id: OccurrenceId) => EventPeople;
}

/** Events as iCalendar; each with the words for it. */
export function eventText(
  calendar: DefiniteCalendar,
  wordsOf: (id: OccurrenceId) => EventWords,
  writing: Writing,
): string {
  const { events, excluded, zones, naming } = calendar;
  const object = calendarOf(writing, zones);
  for (const id of writing.ids) {
    const event = events.get(id);
    if (event === undefined) continue;
    const written = withWords(timesOf(event), wordsOf(id), writing, id);
    const out = new Set([...excluded, ...(writing.out ?? [])]);
    if (id === '') for (const gone of [...out].toSorted()) written.addProperty(naming('exdate', gone));
    object.addSubcomponent(written);
  }
  return `${object.toString()}\r\n`;
}

/** Its times alone. */
export function objectText({ events, excluded, zones, naming }: DefiniteCalendar): string {
  const object = calendarOf({}, zones);
  for (const [id, event] of events) {
    const times = timesOf(event);
    times.addPropertyWithValue('uid', 'series');
    if (id === '') for (const gone of excluded) times.addProperty(naming('exdate', gone));
    object.addSubcomponent(times);
  }
  return object.toString();
}

/** CANCEL of the whole, or of some occurrences (RFC 5546 §3.2.5). */
export function cancelText(calendar: DefiniteCalendar, words: EventWords, writing: Writing): string {
  const { events, zones, naming } = calendar;
  const object = calendarOf({ ...writing, method: 'CANCEL' }, zones);
  for (const id of writing.ids) {
    const event = events.get(id) ?? new ICAL.Component('vevent');
    const written = withWords(timesOf(event), { title: words.title, joins: [] }, writing, id);
    if (id !== '' && !events.has(id)) {
      const name = naming('recurrence-id', id);
      written.addProperty(name);
      written.addProperty(renamed(name, 'dtstart'));
    }
    written.updatePropertyWithValue('status', 'CANCELLED');
    object.addSubcomponent(written);
  }
  return `${object.toString()}\r\n`;
}

function calendarOf({ method }: Pick<Writing, 'method'>, zones: DefiniteCalendar['zones']): ICAL.Component {
  const object = emptyCalendar();
  if (method !== undefined) object.addPropertyWithValue('method', method);
  for (const zone of zones.values()) object.addSubcomponent(copied(zone));
  return object;
}

const TIMES = ['dtstart', 'dtend', 'duration', 'rrule', 'rdate', 'recurrence-id', 'status'];

function timesOf(event: ICAL.Component): ICAL.Component {
  const times = new ICAL.Component('vevent');
  for (const name of TIMES) for (const one of event.getAllProperties(name)) times.addProperty(copiedProperty(one));
  return times;
}

function withWords(
  event: ICAL.Component,
  { title, about, joins }: EventWords,
  { uid, revisions, stamp, people }: Writing,
  id: OccurrenceId,
): ICAL.Component {
  event.addPropertyWithValue('uid', uid);
  event.addPropertyWithValue('dtstamp', utcTime(stamp));
  event.addPropertyWithValue('sequence', (revisions[id] ?? revisions[''])?.sequence ?? 0);
  event.addPropertyWithValue('summary', title);
  const text = [about, joinLines(joins, true)].filter((one) => one !== undefined && one !== '').join('\n\n');
  if (text !== '') event.addPropertyWithValue('description', text);
  const [first] = joins;
  if (first !== undefined) event.addPropertyWithValue('location', first.uri);
  for (const one of conferenceProperties(joins)) event.addProperty(one);
  if (people === undefined) return event;
  const { organizer, attendees } = people(id);
  event.addProperty(organizerProperty({ ...organizer, address: `mailto:${organizer.address}` }));
  for (const one of attendees) event.addProperty(attendeeOf(one));
  return event;
}

function attendeeOf({ address, name, chairs, partstat = 'NEEDS-ACTION' }: EventPeople['attendees'][number]) {
  const user = invited({ address: `mailto:${address}`, ...(name !== undefined && { name }) });
  const rsvp = partstat === 'NEEDS-ACTION';
  return attendeeProperty({ ...user, partstat, rsvp, ...(chairs && { role: 'CHAIR' }) });
}

function renamed(property: ICAL.Property, name: string): ICAL.Property {
  const copy = property.toJSON() as unknown as unknown[];
  return new ICAL.Property(structuredClone([name, ...copy.slice(1)]) as never);
}
