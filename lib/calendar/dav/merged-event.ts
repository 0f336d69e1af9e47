import ICAL from 'ical.js';
import { attendeeProperty, mailboxOf, organizerProperty } from '../event/attendee.ts';
import {
  copied,
  copiedProperty,
  type Events,
  onceEach,
  type ShownEvent,
  TIMES,
  timesIn,
  withoutJoinLines,
} from '../event/events.ts';
import { EventMoments } from './event-moments.ts';
import { type InvitedPeople, joinAddressesOf, peopleOf, subjectOf } from '../event/seen-conference.ts';

/**
 * An event as a client stored it with what the conference says now: property by property the client's stays as it came
 * unless the conference says something else, and what the client knows nothing of comes beside it.
 */
export function mergedCalendar(stored: string, { events, zones }: Events): ICAL.Component {
  const kept = ICAL.Component.fromString(stored.trim());
  const merged = new ICAL.Component('vcalendar');
  for (const property of kept.getAllProperties()) merged.addProperty(copiedProperty(property));
  for (const zone of onceEach([...zones, ...kept.getAllSubcomponents('vtimezone')])) merged.addSubcomponent(zone);
  const theirs = new EventMoments(kept);
  const byKey = new Map(kept.getAllSubcomponents('vevent').map((event) => [theirs.keyOf(event), event]));
  const now = new ICAL.Component('vcalendar');
  for (const one of [...zones, ...events.map(({ component }) => component)]) now.addSubcomponent(copied(one));
  const ours = new EventMoments(now);
  for (const [index, event] of now.getAllSubcomponents('vevent').entries()) {
    const [said, own] = [events[index], byKey.get(ours.keyOf(event))];
    if (said !== undefined) merged.addSubcomponent(own === undefined ? said.component : mergedEvent(own, said));
  }
  return merged;
}

/** Times together, the words, the people. */
function mergedEvent(own: ICAL.Component, { component: now, conference }: ShownEvent): ICAL.Component {
  const event = copied(own);
  const addresses = joinAddressesOf(conference);
  if (timesIn(own) !== timesIn(now)) replace(event, now, TIMES);
  // What a conference is called that has no name is nobody's word.
  if (textIn(own, 'summary') !== (subjectOf(conference) ?? '')) replace(event, now, ['summary']);
  const [theirs, ours] = [own, now].map((one) => withoutJoinLines(textIn(one, 'description'), addresses));
  if (theirs !== ours || event.getFirstProperty('description') === null) replace(event, now, ['description']);
  if (event.getFirstProperty('location') === null) replace(event, now, ['location']);
  const there = new Set(event.getAllProperties('conference').map((one) => String(one.getFirstValue())));
  for (const one of now.getAllProperties('conference'))
    if (!there.has(String(one.getFirstValue()))) event.addProperty(copiedProperty(one));
  mergePeople(event, peopleOf(conference));
  return event;
}

const textIn = (event: ICAL.Component, name: string): string =>
  (event.getFirstPropertyValue(name) ?? '').toString().trim();

function replace(event: ICAL.Component, now: ICAL.Component, names: readonly string[]): void {
  for (const name of names) {
    event.removeAllProperties(name);
    for (const one of now.getAllProperties(name)) event.addProperty(copiedProperty(one));
  }
}

/** Who is not invited any more goes, who is new comes, and an answer that the conference knows of counts. */
function mergePeople(event: ICAL.Component, { organizer, attendees }: InvitedPeople): void {
  const entities = new Map<string, string>();
  for (const { entity, addresses } of attendees) for (const one of addresses) entities.set(mailboxOf(one), entity);
  const byEntity = new Map(attendees.map((one) => [one.entity, one]));
  const missing = new Map(byEntity);
  const named = event.getFirstProperty('organizer')?.getFirstValue()?.toString();
  const organizers = new Set([...(organizer?.addresses ?? []), ...(named === undefined ? [] : [named])].map(mailboxOf));
  for (const property of event.getAllProperties('attendee')) {
    const mailbox = mailboxOf(String(property.getFirstValue()));
    const entity = entities.get(mailbox) ?? '';
    const known = byEntity.get(entity);
    missing.delete(entity);
    if (known !== undefined && known.partstat !== 'NEEDS-ACTION') property.setParameter('partstat', known.partstat);
    // Who invites stands among the invited for some clients.
    if (known === undefined && !organizers.has(mailbox)) event.removeProperty(property);
  }
  for (const one of missing.values()) event.addProperty(attendeeProperty(one));
  if (named === undefined && organizer !== undefined && attendees.length > 0)
    event.addProperty(organizerProperty(organizer));
}
