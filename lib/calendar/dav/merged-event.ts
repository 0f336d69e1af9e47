import ICAL from 'ical.js';
import { attendeeProperty, type CalendarUser, mailboxOf, organizerProperty } from '../event/attendee.ts';
import { copiedProperty } from '../event/copied.ts';
import { type Events, type ShownEvent, TIMES, withoutJoinLines } from '../event/events.ts';
import { EventMoments, plannedIn } from '../event/event-moments.ts';
import { type InvitedPeople, joinAddressesOf, peopleOf, subjectOf } from '../event/seen-conference.ts';

/**
 * An event as a client stored it with what the conference says now: property by property the client's stays as it came
 * unless the conference says something else, and what the client knows nothing of comes beside it.
 */
export function mergedCalendar(stored: string, { events, zones, floating }: Events): ICAL.Component {
  const merged = ICAL.Component.fromString(stored.trim());
  const theirs = EventMoments.of(merged);
  const own = new Map(merged.getAllSubcomponents('vevent').map((event) => [theirs.keyOf(event), event]));
  const known = new Set(merged.getAllSubcomponents('vtimezone').map(nameOfZone));
  for (const zone of zones) if (!known.has(nameOfZone(zone))) merged.addSubcomponent(zone);
  const ours = new EventMoments(
    events.map(({ component }) => component),
    zones,
    floating,
  );
  for (const shown of events) {
    const key = ours.keyOf(shown.component);
    const event = own.get(key);
    own.delete(key);
    if (event === undefined) merged.addSubcomponent(shown.component);
    // What does not take place has no words of the conference: the client's stay.
    else if (!isCancelled(event) || !isCancelled(shown.component)) {
      if (theirs.timeOf(event) !== ours.timeOf(shown.component)) replace(event, shown.component, TIMES);
      mergeEvent(event, shown);
    }
  }
  mergeOthers(merged, [...own.values()], theirs, { events, zones, ...(floating && { floating }) }, ours);
  return merged;
}

/** Occurrences of which only the client says something: they stay where they take place as the series says. */
function mergeOthers(
  merged: ICAL.Component,
  others: readonly ICAL.Component[],
  theirs: EventMoments,
  { events, zones, floating }: Events,
  ours: EventMoments,
): void {
  if (others.length === 0) return;
  const planned = plannedIn(
    events.map(({ component }) => component),
    zones,
    floating,
  );
  for (const event of others) {
    const id = theirs.changedBy(event)?.id;
    const source = id === undefined ? undefined : ours.sourceOf(id);
    const shown = events.find(({ component }) => component === source);
    if (shown !== undefined && theirs.isAsPlanned(event, planned)) mergeEvent(event, shown);
    else merged.removeSubcomponent(event);
  }
}

const isCancelled = (event: ICAL.Component): boolean => /^cancelled$/i.test(textIn(event, 'status'));

const nameOfZone = (zone: ICAL.Component): string => String(zone.getFirstPropertyValue('tzid'));

/** The words, the people. */
function mergeEvent(event: ICAL.Component, { component: now, conference }: ShownEvent): void {
  const addresses = joinAddressesOf(conference);
  // What a conference is called that has no name is nobody's word.
  if (textIn(event, 'summary') !== (subjectOf(conference) ?? '')) replace(event, now, ['summary']);
  const [theirs, ours] = [event, now].map((one) => withoutJoinLines(textIn(one, 'description'), addresses));
  if (theirs !== ours || event.getFirstProperty('description') === null) replace(event, now, ['description']);
  if (event.getFirstProperty('location') === null) replace(event, now, ['location']);
  const there = new Set(event.getAllProperties('conference').map((one) => String(one.getFirstValue())));
  for (const one of now.getAllProperties('conference'))
    if (!there.has(String(one.getFirstValue()))) event.addProperty(copiedProperty(one));
  mergePeople(event, now, peopleOf(conference));
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
function mergePeople(event: ICAL.Component, now: ICAL.Component, { organizer, attendees }: InvitedPeople): void {
  const entities = new Map<string, string>();
  for (const { entity, addresses } of attendees) for (const one of addresses) entities.set(mailboxOf(one), entity);
  const byEntity = new Map(attendees.map((one) => [one.entity, one]));
  const missing = new Map(byEntity);
  const shown = new Map(now.getAllProperties('attendee').map((one) => [String(one.getFirstValue()), one]));
  const partstatOf = ({ address }: CalendarUser): string =>
    shown.get(address)?.getFirstParameter('partstat') ?? 'NEEDS-ACTION';
  const named = event.getFirstProperty('organizer')?.getFirstValue()?.toString();
  const organizers = new Set([...(organizer?.addresses ?? []), ...(named === undefined ? [] : [named])].map(mailboxOf));
  for (const property of event.getAllProperties('attendee')) {
    const mailbox = mailboxOf(String(property.getFirstValue()));
    const entity = entities.get(mailbox) ?? '';
    const known = byEntity.get(entity);
    missing.delete(entity);
    const partstat = known && partstatOf(known);
    // Who has not answered here may have answered to the client itself, but not to times that have changed since.
    if (partstat !== undefined && (partstat !== 'NEEDS-ACTION' || known?.asksAgain === true))
      property.setParameter('partstat', partstat);
    // Who invites stands among the invited for some clients.
    if (known === undefined && !organizers.has(mailbox)) event.removeProperty(property);
  }
  for (const one of missing.values()) event.addProperty(attendeeProperty({ ...one, partstat: partstatOf(one) }));
  if (named === undefined && organizer !== undefined && attendees.length > 0)
    event.addProperty(organizerProperty(organizer));
}
