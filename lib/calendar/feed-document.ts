import ICAL from 'ical.js';
import { CONFERENCE_INFO, XCON } from '../model/names.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { XmlElement } from '../xml/element.ts';

/** A conference as its reader may see it: `conference-info`. */
export interface SeenConference {
  readonly uri: XconUri;
  readonly version: number;
  readonly document: XmlElement;
}

/** What of an event says when it takes place; all else is ours to say. */
const TIMES = ['dtstart', 'dtend', 'duration', 'rrule', 'rdate', 'exdate', 'recurrence-id', 'status', 'sequence'];

/** Linphone's word for "now": no date of a calendar. */
const FIRST_YEAR = 1971;

/** The conferences that have times as one iCalendar object (RFC 5545); `refresh` in seconds is a hint (RFC 7986 §5.7). */
export function feedDocument(conferences: readonly SeenConference[], name: string, refresh: number): string {
  const calendar = new ICAL.Component(['vcalendar', [], []]);
  calendar.addPropertyWithValue('version', '2.0');
  calendar.addPropertyWithValue('prodid', '-//Plenary//Conference feed//EN');
  calendar.addPropertyWithValue('name', name);
  calendar.addPropertyWithValue('x-wr-calname', name);
  const interval = ICAL.Duration.fromSeconds(refresh);
  const hint = calendar.addPropertyWithValue('refresh-interval', interval.toString());
  hint.setParameter('value', 'DURATION');
  calendar.addPropertyWithValue('x-published-ttl', interval.toString());
  const zones = new Set<string>();
  for (const conference of conferences) addEvents(calendar, conference, zones);
  return `${calendar.toString()}\r\n`;
}

function addEvents(calendar: ICAL.Component, conference: SeenConference, zones: Set<string>): void {
  const description = conference.document.first(CONFERENCE_INFO, 'conference-description');
  const entries = description?.first(XCON, 'conference-time')?.all(XCON, 'entry') ?? [];
  for (const [index, entry] of entries.entries()) {
    const base = componentOf(entry.first(XCON, 'base')?.text ?? '');
    for (const zone of base?.getAllSubcomponents('vtimezone') ?? []) {
      const id = String(zone.getFirstPropertyValue('tzid'));
      if (!zones.has(id)) calendar.addSubcomponent(new ICAL.Component(structuredClone(zone.toJSON()) as unknown[]));
      zones.add(id);
    }
    for (const event of base?.getAllSubcomponents('vevent') ?? []) {
      const shown = description && eventOf(event, conference, description, index);
      if (shown !== undefined) calendar.addSubcomponent(shown);
    }
  }
}

function componentOf(text: string): ICAL.Component | undefined {
  try {
    return ICAL.Component.fromString(text.trim());
  } catch {
    return undefined; // what people stored need not be iCalendar
  }
}

function eventOf(
  event: ICAL.Component,
  { uri }: SeenConference,
  description: XmlElement,
  index: number,
): ICAL.Component | undefined {
  const start = event.getFirstPropertyValue('dtstart');
  if (!(start instanceof ICAL.Time) || start.year < FIRST_YEAR) return undefined;
  const shown = new ICAL.Component('vevent');
  for (const name of TIMES) {
    for (const property of event.getAllProperties(name)) {
      shown.addProperty(new ICAL.Property(structuredClone(property.toJSON()) as never));
    }
  }
  const text = (local: string): string | undefined =>
    description.first(CONFERENCE_INFO, local)?.text.trim() || undefined;
  const sip = description.first(CONFERENCE_INFO, 'conf-uris')?.elements[0]?.first(CONFERENCE_INFO, 'uri')?.text.trim();
  // The same in every feed, and for the same conference for ever.
  shown.addPropertyWithValue('uid', index === 0 ? uri : `${uri}#${index + 1}`);
  shown.addPropertyWithValue('dtstamp', stampOf(event, start));
  shown.addPropertyWithValue('summary', text('subject') ?? text('display-text') ?? 'Conference');
  const words = [text('free-text'), sip && `Join: ${sip}`].filter((one) => one !== undefined && one !== '');
  if (words.length > 0) shown.addPropertyWithValue('description', words.join('\n\n'));
  if (sip !== undefined) {
    shown.addPropertyWithValue('location', sip);
    const conference = shown.addPropertyWithValue('conference', sip);
    conference.setParameter('value', 'URI');
    conference.setParameter('label', 'SIP');
  }
  return shown;
}

/** When the event was said, in UTC; the feed of the same conferences is the same text. */
function stampOf(event: ICAL.Component, start: ICAL.Time): ICAL.Time {
  const stamp = event.getFirstPropertyValue('dtstamp');
  const said = stamp instanceof ICAL.Time ? stamp : start;
  return ICAL.Time.fromJSDate(said.toJSDate(), true);
}
