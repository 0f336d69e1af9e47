import ICAL from 'ical.js';
import type { XmlElement } from '../../xml/element.ts';
import { copied, copiedProperty } from '../event/copied.ts';
import { DavError, forbidden } from './dav-error.ts';
import { EventMoments } from '../event/event-moments.ts';
import { CALDAV, cal, dav } from './names.ts';
import { type Span, spanOf } from './span.ts';
import type { TakingPlace } from './taking-place.ts';
import { momentOf, utcTime } from '../../schedule/written-times.ts';

/** Makes the text of a `calendar-data` as it was asked for. */
export type CalendarData = (event: TakingPlace, text: string) => string;

/** Occurrences that may still be expanded, counted over one report. */
export class Expansion {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  get left(): number {
    return this.#left;
  }

  /** @throws {DavError} number-of-matches-within-limits */
  take(count: number): void {
    this.#left -= count;
    if (this.#left < 0)
      throw new DavError(507, 'Too many occurrences: ask for a shorter time.', dav('number-of-matches-within-limits'));
  }
}

/** @throws {DavError} supported-calendar-data, valid-filter */
export function calendarData(request: XmlElement, expansion: Expansion): CalendarData {
  const type = request.attribute('content-type') ?? 'text/calendar';
  if (type !== 'text/calendar' || (request.attribute('version') ?? '2.0') !== '2.0')
    throw forbidden(cal('supported-calendar-data'), 'Events are text/calendar, version 2.0.');
  const [selection, expand, limited] = ['comp', 'expand', 'limit-recurrence-set'].map((name) =>
    request.first(CALDAV, name),
  );
  const [expanded, narrowed] = [expand, limited].map((one) => one && spanOf(one));
  if (selection === undefined && expanded === undefined && narrowed === undefined) return (_, text) => text;
  return (event) => {
    let calendar = event.calendar;
    if (expanded !== undefined) calendar = expansionOf(event, expanded, expansion);
    else if (narrowed !== undefined) calendar = withinSpan(event, narrowed);
    if (selection !== undefined) calendar = selected(calendar, selection);
    return `${calendar.toString()}\r\n`;
  };
}

/** What repeats, and what is ours to say of each occurrence. */
const SERIES = new Set(['rrule', 'rdate', 'exdate', 'exrule', 'dtstart', 'dtend', 'duration', 'recurrence-id']);

/** Each occurrence as an event of its own, in UTC (RFC 4791 §9.6.5). */
function expansionOf(event: TakingPlace, span: Span, expansion: Expansion): ICAL.Component {
  const calendar = withoutEvents(event.calendar);
  const moments = EventMoments.of(event.calendar);
  const found = event.within(span, expansion.left + 1);
  expansion.take(found.length);
  for (const { id, start, end } of found) {
    const source = moments.sourceOf(id);
    if (source === undefined) continue;
    const isDay = source.getFirstProperty('dtstart')?.type === 'date';
    const shown = new ICAL.Component('vevent');
    for (const property of source.getAllProperties())
      if (!SERIES.has(property.name)) shown.addProperty(copiedProperty(property));
    shown.addPropertyWithValue('dtstart', timeOf(start, isDay));
    if (end !== undefined) shown.addPropertyWithValue('dtend', timeOf(end, isDay));
    if (moments.recurs) shown.addPropertyWithValue('recurrence-id', timeOf(momentOf(id), isDay));
    for (const alarm of source.getAllSubcomponents()) shown.addSubcomponent(copied(alarm));
    calendar.addSubcomponent(shown);
  }
  return calendar;
}

function timeOf(at: number, isDay: boolean): ICAL.Time {
  const time = utcTime(at);
  time.isDate = isDay;
  return time;
}

function withoutEvents(calendar: ICAL.Component): ICAL.Component {
  const bare = new ICAL.Component('vcalendar');
  for (const property of calendar.getAllProperties()) bare.addProperty(copiedProperty(property));
  return bare;
}

/** The series, and of what changes it only what matters in a span (RFC 4791 §9.6.6). */
function withinSpan(event: TakingPlace, { from, to }: Span): ICAL.Component {
  const limited = copied(event.calendar);
  const moments = EventMoments.of(event.calendar);
  const matters = new Set(event.within({ from, to }, Infinity).map(({ id }) => id));
  const events = event.calendar.getAllSubcomponents('vevent');
  for (const [index, one] of limited.getAllSubcomponents('vevent').entries()) {
    const { id, at, andFuture } = moments.changedBy(events[index]) ?? {};
    const isNear = at !== undefined && at >= from && at < to;
    if (id !== undefined && andFuture !== true && !isNear && !matters.has(id)) limited.removeSubcomponent(one);
  }
  return limited;
}

/** Only the components and properties that were asked for (RFC 4791 §9.6.1). */
function selected(component: ICAL.Component, selection: XmlElement): ICAL.Component {
  const chosen = new ICAL.Component(component.name);
  const properties = new Map(
    selection.all(CALDAV, 'prop').map((one) => [(one.attribute('name') ?? '').toLowerCase(), one]),
  );
  const all = selection.first(CALDAV, 'allprop') !== undefined;
  for (const property of component.getAllProperties()) {
    const asked = properties.get(property.name);
    if (!all && asked === undefined) continue;
    const copy = copiedProperty(property);
    if (asked?.attribute('novalue') === 'yes') copy.setValue('');
    chosen.addProperty(copy);
  }
  const components = new Map(
    selection.all(CALDAV, 'comp').map((one) => [(one.attribute('name') ?? '').toLowerCase(), one]),
  );
  const allComponents = selection.first(CALDAV, 'allcomp') !== undefined;
  for (const one of component.getAllSubcomponents()) {
    const asked = components.get(one.name);
    if (asked !== undefined) chosen.addSubcomponent(selected(one, asked));
    else if (allComponents) chosen.addSubcomponent(copied(one));
  }
  return chosen;
}
