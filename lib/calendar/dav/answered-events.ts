import ICAL from 'ical.js';
import { momentOf } from '../../schedule/written-times.ts';
import { ALL } from '../event/answer.ts';
import { mailboxOf } from '../event/attendee.ts';
import { copied } from '../event/copied.ts';
import type { Events, ShownEvent } from '../event/events.ts';
import { timesLike, type TimeWriter } from '../event/occurrence-times.ts';
import { answersIn, peopleOf, type SeenConference } from '../event/seen-conference.ts';
import { EventMoments, plannedIn } from '../event/event-moments.ts';

/** Attendees of all occurrences that are shown only for what was answered to them, at most. */
const MOST_LINES = 5_000;

/** PARTSTAT by occurrence, of attendees by their mailboxes. */
type Answers = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * What people answered to single occurrences: in the event that changes an occurrence, else in one of its own that says
 * nothing else (RFC 6638 §3.2.2).
 */
export function withAnswers(shown: Events): Events {
  const { events, zones, floating } = shown;
  const answers = new Map<SeenConference, Answers>();
  for (const { conference } of events)
    if (!answers.has(conference)) answers.set(conference, occurrenceAnswers(conference));
  if ([...answers.values()].every(({ size }) => size === 0)) return shown;
  const components = events.map(({ component }) => component);
  const moments = new EventMoments(components, zones, floating);
  const seen = new Set<string>();
  for (const { component, conference } of events) {
    const id = moments.changedBy(component)?.id;
    if (id === undefined) continue;
    seen.add(id);
    answer(component, id, answers.get(conference));
  }
  return { ...shown, events: [...events, ...answeredAlone(shown, moments, answers, seen)] };
}

function occurrenceAnswers(conference: SeenConference): Answers {
  const byEntity = answersIn(conference);
  const people = byEntity.size === 0 ? [] : peopleOf(conference).attendees;
  return new Map(
    people.flatMap(({ entity, address }) => {
      const own = [...(byEntity.get(entity) ?? [])].filter(([to]) => to !== ALL);
      return own.length === 0 ? [] : [[mailboxOf(address), new Map(own)]];
    }),
  );
}

function answer(event: ICAL.Component, id: string, answers: Answers | undefined): void {
  for (const property of answers === undefined ? [] : event.getAllProperties('attendee')) {
    const partstat = answers?.get(mailboxOf(String(property.getFirstValue())))?.get(id);
    if (partstat !== undefined) property.setParameter('partstat', partstat);
  }
}

/** Occurrences that are as the series says but for the answers to them. */
function answeredAlone(
  { events, zones, floating }: Events,
  moments: EventMoments,
  answers: ReadonlyMap<SeenConference, Answers>,
  seen: ReadonlySet<string>,
): ShownEvent[] {
  const byEvent = new Map(events.map((one) => [one.component, one]));
  const ids = new Set([...answers.values()].flatMap((all) => [...all.values()].flatMap((own) => [...own.keys()])));
  const planned = plannedIn(
    events.map(({ component }) => component),
    zones,
    floating,
  );
  const found: ShownEvent[] = [];
  let lines = 0;
  for (const id of [...ids].toSorted()) {
    const source = seen.has(id) ? undefined : moments.sourceOf(id);
    const shown = source && byEvent.get(source);
    const occurrence = planned?.find(id);
    const start = source?.getFirstProperty('dtstart');
    if (source === undefined || shown === undefined || occurrence === undefined || !start || planned === undefined)
      continue;
    lines += source.getAllProperties('attendee').length;
    if (lines > MOST_LINES) break;
    const component = occurrenceOf(source, { ...occurrence, id }, timesLike(start, planned.origin));
    answer(component, id, answers.get(shown.conference));
    found.push({ component, conference: shown.conference });
  }
  return found;
}

const OF_SERIES = ['rrule', 'rdate', 'exdate', 'exrule', 'recurrence-id', 'dtstart', 'dtend', 'duration'];

function occurrenceOf(
  source: ICAL.Component,
  { id, start, end }: { readonly id: string; readonly start: number; readonly end?: number },
  write: TimeWriter,
): ICAL.Component {
  const event = copied(source);
  for (const name of OF_SERIES) event.removeAllProperties(name);
  event.addProperty(write('recurrence-id', momentOf(id)));
  event.addProperty(write('dtstart', start));
  if (end !== undefined) event.addProperty(write('dtend', end));
  return event;
}
