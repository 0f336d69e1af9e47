import ICAL from 'ical.js';
import type { OccurrenceRange } from '../model/conference-object.ts';
import { Calendar, instantOf, parsed } from './calendar.ts';
import { endOf, readEvent } from './event.ts';
import type { ScheduleLimits } from './limits.ts';
import { includes } from './range.ts';
import { planOf } from './plan.ts';
import { RecurrenceSet } from './recurrence-set.ts';
import { momentOf, stamp, utcTime } from './written-times.ts';
import { UnusableTime } from './unusable-time.ts';

/** When the first occurrence of a range begins and how long each takes, as somebody wrote it. */
export interface NewTime {
  /** DTSTART. */
  readonly start: ICAL.Property;
  /** DTEND or DURATION. */
  readonly end: ICAL.Property | undefined;
  /** Of VTIMEZONEs that came along. */
  readonly zones: readonly ICAL.Component[];
}

/** What an iCalendar object says of its first occurrence. @throws {UnusableTime} */
export function newTimeIn(text: string): NewTime {
  const calendar = parsed(text);
  const events = calendar.getAllSubcomponents('vevent');
  const event =
    events.find(isOfMany) ?? events.find((one) => !one.hasProperty('recurrence-id')) ?? events.sort(byId)[0];
  const start = event?.getFirstProperty('dtstart');
  if (!event || !start) throw new UnusableTime('malformed', 'An event needs a DTSTART.');
  const end = event.getFirstProperty('dtend') ?? event.getFirstProperty('duration') ?? undefined;
  return { start, end, zones: calendar.getAllSubcomponents('vtimezone') };
}

const isOfMany = (event: ICAL.Component): boolean => {
  const id = event.getFirstProperty('recurrence-id');
  return id !== null && /^THISANDFUTURE$/i.test(id.getFirstParameter('range'));
};

const idOf = (event: ICAL.Component): string => String(event.getFirstPropertyValue('recurrence-id') ?? '');
const byId = (one: ICAL.Component, other: ICAL.Component): number => (idOf(one) < idOf(other) ? -1 : 1);

/**
 * The iCalendar object of some occurrences of another, with their ids: one event with a RECURRENCE-ID, of several
 * occurrences with THISANDFUTURE and the rule as it goes on, and an event for each that differs among them.
 * @param base of the series, or of a part of it
 * @throws {UnusableTime} where it has no such occurrences, or has several rules for more than one of them
 */
export function partOfSeries(base: string, range: OccurrenceRange, limits: ScheduleLimits, moved?: NewTime): string {
  const part = new Part(base, range, limits);
  return `${part.written(moved).toString()}\r\n`;
}

class Part {
  readonly #text: ICAL.Component;
  readonly #calendar: Calendar;
  readonly #set: RecurrenceSet;
  readonly #range: OccurrenceRange;
  readonly #lead: ICAL.Component;
  /** In whose zone and kind times of the series are written. */
  readonly #sample: ICAL.Property;

  constructor(base: string, range: OccurrenceRange, limits: ScheduleLimits) {
    this.#text = parsed(base);
    this.#calendar = new Calendar(base, limits);
    this.#set = planOf(base, limits);
    this.#range = range;
    const events = this.#text.getAllSubcomponents('vevent');
    const lead =
      events.find((one) => !one.hasProperty('recurrence-id')) ??
      events.find((one) => isOfMany(one) && one.hasProperty('rrule')) ??
      events[0];
    const sample = lead?.getFirstProperty('recurrence-id') ?? lead?.getFirstProperty('dtstart');
    if (!lead || !sample) throw new UnusableTime('malformed', 'There is no VEVENT in this iCalendar object.');
    this.#lead = lead;
    this.#sample = sample;
  }

  get #isOne(): boolean {
    return this.#range.from === this.#range.to;
  }

  written(moved: NewTime | undefined): ICAL.Component {
    const { from } = this.#range;
    const found = this.#set.find(from);
    if (found === undefined) throw new UnusableTime('inconsistent', `There is no occurrence ${from}.`);
    const others = this.#text.getAllSubcomponents('vevent').filter((event) => event !== this.#lead);
    const source = this.#sourceOf(others);
    const event = copied(source);
    for (const name of ['recurrence-id', 'dtstart', 'dtend', 'duration', 'rrule', 'rdate', 'exdate'])
      event.removeAllProperties(name);
    const id = this.#property('recurrence-id', this.#set.wallOf(from));
    if (!this.#isOne) id.setParameter('range', 'THISANDFUTURE');
    event.addProperty(id);
    const { zone } = this.#set.origin;
    const first = this.#isOne ? found : this.#firstOf(source);
    const end = lengthOf(source);
    event.addProperty(own(moved?.start) ?? this.#property('dtstart', zone.wallOf(first.start)));
    const written = moved === undefined ? end : moved.end;
    if (written?.name === 'dtend' && moved === undefined)
      event.addProperty(this.#property('dtend', zone.wallOf(first.end ?? first.start)));
    else if (written !== undefined) event.addProperty(copiedProperty(written));
    const more = this.#isOne ? [] : this.#inside(others, moved !== undefined);
    if (!this.#isOne) this.#addRules(event);
    const calendar = this.#text;
    for (const old of [this.#lead, ...others]) calendar.removeSubcomponent(old);
    const named = new Set(calendar.getAllSubcomponents('vtimezone').map((one) => one.getFirstPropertyValue('tzid')));
    for (const component of moved?.zones ?? [])
      if (!named.has(component.getFirstPropertyValue('tzid'))) calendar.addSubcomponent(copied(component));
    for (const one of [event, ...more]) calendar.addSubcomponent(one);
    return calendar;
  }

  /** The event that says how the first one is. */
  #sourceOf(others: readonly ICAL.Component[]): ICAL.Component {
    const { from } = this.#range;
    const said = others.map((event) => ({ event, id: this.#idOf(event) }));
    const own = said.find(({ event, id }) => !isOfMany(event) && id === from);
    if (own !== undefined && this.#isOne) return own.event;
    const turns = said.filter(({ event, id }) => isOfMany(event) && id <= from).sort((a, b) => (a.id < b.id ? -1 : 1));
    return turns.at(-1)?.event ?? this.#lead;
  }

  /** The first one of a range as it would be without a change of its own. */
  #firstOf(source: ICAL.Component): { readonly start: number; readonly end: number | undefined } {
    const { origin } = this.#set;
    const { recurrence, start, length } = readEvent(source, this.#calendar);
    const move =
      recurrence === undefined ? 0 : origin.zone.wallOf(instantOf(start)) - this.#set.wallOf(this.#idOf(source));
    const at = { ...origin, wall: this.#set.wallOf(this.#range.from) + move };
    return { start: instantOf(at), end: endOf(at, length) };
  }

  /** What differs within the range. */
  #inside(others: readonly ICAL.Component[], isMoved: boolean): ICAL.Component[] {
    return others.filter((event) => {
      const id = this.#idOf(event);
      if (!includes(this.#range, id)) return false;
      return id !== this.#range.from || (!isOfMany(event) && !isMoved);
    });
  }

  #addRules(event: ICAL.Component): void {
    const { from } = this.#range;
    const rules = this.#lead.getAllProperties('rrule');
    const isRuled =
      new RecurrenceSet(onlyRules(this.#text, this.#lead), this.#calendar.limits).find(from) !== undefined;
    if (rules.length > 1 || (rules.length === 1 && !isRuled))
      throw new UnusableTime('inconsistent', 'The occurrences do not follow one rule: change them one at a time.');
    for (const property of rules) {
      const recur = ICAL.Recur.fromString(String(property.getFirstValue()));
      const last = this.#range.to ?? (recur.count ? this.#set.last : undefined);
      if (last !== undefined) {
        recur.count = null;
        recur.until = this.#until(last);
      }
      event.addPropertyWithValue('rrule', recur);
    }
    for (const property of this.#lead.getAllProperties('rdate')) {
      const [name, parameters, type, ...values] = property.toJSON() as [string, object, string, ...unknown[]];
      for (const [index, value] of property.getValues().entries()) {
        const id = stamp(instantOf(this.#calendar.moment(property, value)));
        if (id !== from && includes(this.#range, id))
          event.addProperty(new ICAL.Property([name, { ...parameters }, type, values[index]] as never));
      }
    }
    for (const property of this.#lead.getAllProperties('exdate')) event.addProperty(copiedProperty(property));
  }

  /** A day where the series has days, else a moment in UTC (RFC 5545 §3.3.10). */
  #until(id: string): ICAL.Time {
    if (!this.#set.origin.isDay) return utcTime(momentOf(id));
    return ICAL.Time.fromDateString(textOf(this.#set.wallOf(id), true));
  }

  #idOf(event: ICAL.Component): string {
    const { recurrence, start } = readEvent(event, this.#calendar);
    const at = recurrence ?? start;
    // A day names the occurrence of that day.
    const id = at.isDay && !this.#set.origin.isDay ? this.#set.idFrom(at.wall) : undefined;
    return id ?? stamp(instantOf(at));
  }

  /** A time on the clock of the series, written as the series writes them. */
  #property(name: string, wall: number): ICAL.Property {
    const { isDay } = this.#set.origin;
    const [, parameters, type, value] = this.#sample.toJSON() as [string, object, string, string];
    const time = `${textOf(wall, isDay)}${value.endsWith('Z') ? 'Z' : ''}`;
    const property = new ICAL.Property([name, { ...parameters }, type, time] as never);
    property.removeParameter('range');
    return property;
  }
}

const textOf = (wall: number, isDay: boolean): string => new Date(wall).toISOString().slice(0, isDay ? 10 : 19);

const lengthOf = (event: ICAL.Component): ICAL.Property | undefined =>
  event.getFirstProperty('dtend') ?? event.getFirstProperty('duration') ?? undefined;

const own = (property: ICAL.Property | undefined): ICAL.Property | undefined =>
  property === undefined ? undefined : copiedProperty(property);

const copied = (component: ICAL.Component): ICAL.Component =>
  new ICAL.Component(structuredClone(component.toJSON()) as unknown[]);

const copiedProperty = (property: ICAL.Property): ICAL.Property =>
  new ICAL.Property(structuredClone(property.toJSON()) as never);

/** The series without its additional dates. */
function onlyRules(text: ICAL.Component, lead: ICAL.Component): string {
  const calendar = copied(text);
  for (const event of calendar.getAllSubcomponents('vevent')) calendar.removeSubcomponent(event);
  const event = copied(lead);
  event.removeAllProperties('rdate');
  calendar.addSubcomponent(event);
  return calendar.toString();
}
