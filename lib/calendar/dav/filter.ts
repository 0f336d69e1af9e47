import ICAL from 'ical.js';
import { fieldsOf } from '../../schedule/written-times.ts';
import type { XmlElement } from '../../xml/element.ts';
import { forbidden } from './dav-error.ts';
import { CALDAV, cal } from './names.ts';
import { type Span, spanOf } from './span.ts';

/** A calendar with what of it takes place when. */
export interface Filtered {
  readonly calendar: ICAL.Component;
  /** Whether an occurrence of its events falls into a span of time. */
  occurs(span: Span): boolean;
}

type Test = (filtered: Filtered) => boolean;
type ComponentTest = (component: ICAL.Component, filtered: Filtered) => boolean;

/** What a `filter` of calendar-query asks (RFC 4791 §9.7). */
export interface CalendarFilter {
  readonly matches: Test;
  /** When events take place, where it says so. */
  readonly span?: Span;
  /** UID, where it asks for exactly one. */
  readonly uid?: string;
}

/** @throws {DavError} valid-filter, supported-filter, supported-collation */
export function calendarFilter(element: XmlElement): CalendarFilter {
  const [outer, ...others] = element.all(CALDAV, 'comp-filter');
  if (outer === undefined || others.length > 0 || nameOf(outer) !== 'vcalendar')
    throw forbidden(cal('valid-filter'), 'A filter holds one comp-filter, of VCALENDAR.');
  const test = insideOf(outer);
  const events = outer.all(CALDAV, 'comp-filter').find((one) => nameOf(one) === 'vevent');
  const range = events?.first(CALDAV, 'time-range');
  const uid = events && uidIn(events);
  return {
    matches: (filtered) => test(filtered.calendar, filtered),
    ...(range && { span: spanOf(range) }),
    ...(uid !== undefined && { uid }),
  };
}

const nameOf = (element: XmlElement): string => (element.attribute('name') ?? '').toLowerCase();

/** Clients look for one event by its UID; an octet comparison without substrings is none of them, so equality is checked too. */
function uidIn(events: XmlElement): string | undefined {
  const filter = events.all(CALDAV, 'prop-filter').find((one) => nameOf(one) === 'uid');
  const match = filter?.first(CALDAV, 'text-match');
  return match?.attribute('collation') === 'i;octet' && match.attribute('negate-condition') !== 'yes'
    ? match.text
    : undefined;
}

/** All that stands in a comp-filter is asked of one component. */
function insideOf(filter: XmlElement): ComponentTest {
  const tests = filter.elements.map((one): ComponentTest => {
    if (one.is(CALDAV, 'comp-filter')) return componentTest(one);
    if (one.is(CALDAV, 'prop-filter')) return propertyTest(one);
    if (one.is(CALDAV, 'time-range')) return timeTest(filter, spanOf(one));
    if (one.is(CALDAV, 'is-not-defined')) return () => false;
    throw forbidden(cal('valid-filter'), `A comp-filter holds no <${one.local}>.`);
  });
  return (component, filtered) => tests.every((test) => test(component, filtered));
}

function componentTest(filter: XmlElement): ComponentTest {
  const name = nameOf(filter);
  if (filter.first(CALDAV, 'is-not-defined') !== undefined)
    return (component) => component.getFirstSubcomponent(name) === null;
  const inside = insideOf(filter);
  return (component, filtered) => component.getAllSubcomponents(name).some((one) => inside(one, filtered));
}

/** Of events; nothing else takes place here, and nobody asked yet when alarms ring. */
function timeTest(filter: XmlElement, span: Span): ComponentTest {
  if (nameOf(filter) === 'vevent') return (_, filtered) => filtered.occurs(span);
  throw forbidden(cal('supported-filter', [filter]), 'A time-range is taken in a comp-filter of VEVENT only.');
}

function propertyTest(filter: XmlElement): ComponentTest {
  const name = nameOf(filter);
  if (filter.first(CALDAV, 'is-not-defined') !== undefined) return (one) => one.getFirstProperty(name) === null;
  const tests = filter.elements.map((one): ((property: ICAL.Property) => boolean) => {
    if (one.is(CALDAV, 'text-match')) return matches(one, textOf);
    if (one.is(CALDAV, 'param-filter')) return parameterTest(one);
    if (one.is(CALDAV, 'time-range')) return within(spanOf(one));
    throw forbidden(cal('valid-filter'), `A prop-filter holds no <${one.local}>.`);
  });
  return (component) => component.getAllProperties(name).some((property) => tests.every((test) => test(property)));
}

function parameterTest(filter: XmlElement): (property: ICAL.Property) => boolean {
  const name = nameOf(filter);
  const isThere = (property: ICAL.Property): boolean =>
    Object.hasOwn((property.toJSON() as unknown[])[1] as object, name);
  if (filter.first(CALDAV, 'is-not-defined') !== undefined) return (property) => !isThere(property);
  const match = filter.first(CALDAV, 'text-match');
  if (match === undefined) return isThere;
  const test = matches(match, (property) => String(property.getParameter(name)));
  return (property) => isThere(property) && test(property);
}

const textOf = (property: ICAL.Property): string =>
  property
    .getValues()
    .map((value: unknown) => (typeof value === 'string' ? value : String(value)))
    .join(',');

/** Collations of RFC 4790: letters of ASCII are the same in both cases, or nothing is. */
const COLLATIONS: Readonly<Record<string, (text: string) => string>> = {
  'i;ascii-casemap': (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  'i;octet': (text) => text,
  'i;unicode-casemap': (text) => text.toUpperCase(),
};

export const SUPPORTED_COLLATIONS = Object.keys(COLLATIONS);

function matches(match: XmlElement, read: (property: ICAL.Property) => string): (property: ICAL.Property) => boolean {
  const collation = match.attribute('collation') ?? 'i;ascii-casemap';
  const collate = COLLATIONS[collation];
  if (collate === undefined) throw forbidden(cal('supported-collation'), `The collation ${collation} is not known.`);
  const [sought, negated] = [collate(match.text), match.attribute('negate-condition') === 'yes'];
  return (property) => collate(read(property)).includes(sought) !== negated;
}

const within =
  ({ from, to }: Span) =>
  (property: ICAL.Property): boolean => {
    const value = property.getFirstValue();
    if (!(value instanceof ICAL.Time)) return false;
    const at = value.zone.tzid === 'UTC' ? fieldsOf(value) : value.toUnixTime() * 1000;
    return at >= from && at < to;
  };
