import ICAL from 'ical.js';
import type { BusyTime } from '../../conference/free-busy.ts';
import { Refusal } from '../../conference/refusal.ts';
import type { XmlElement } from '../../xml/element.ts';
import { serialize } from '../../xml/serialize.ts';
import { copiedProperty } from '../event/copied.ts';
import { emptyCalendar } from '../event/events.ts';
import { checkLimits } from '../event/limits.ts';
import { principalOf } from '../event/request.ts';
import { DavError, forbidden, notFound } from './dav-error.ts';
import { bodyOf, CALENDAR, type DavAnswer, type DavRequest, ofXml } from './dav-request.ts';
import { cal, CALDAV, DAV_PREFIXES, href } from './names.ts';
import { type Span, spanOf } from './span.ts';
import { utcTime } from '../../schedule/written-times.ts';

/** free-busy-query (RFC 4791 §7.10). */
export async function freeBusyQuery(request: DavRequest, element: XmlElement): Promise<DavAnswer> {
  const range = element.first(CALDAV, 'time-range');
  if (range === undefined) throw forbidden(cal('valid-filter'), 'A free-busy-query has a time-range.');
  const span = spanOf(range);
  const busy = await request.control.freeBusy(request.asking.call, span);
  const calendar = emptyCalendar();
  calendar.addSubcomponent(freeBusyOf(span, busy));
  return { status: 200, type: CALENDAR, body: `${calendar.toString()}\r\n` };
}

/** VFREEBUSY (RFC 5545 §3.6.4). */
function freeBusyOf({ from, to }: Span, busy: readonly BusyTime[]): ICAL.Component {
  const component = new ICAL.Component('vfreebusy');
  component.addPropertyWithValue('dtstamp', utcTime(Date.now()));
  component.addPropertyWithValue('dtstart', utcTime(from));
  component.addPropertyWithValue('dtend', utcTime(to));
  for (const { start, end } of busy) {
    const property = new ICAL.Property('freebusy');
    property.setParameter('fbtype', 'BUSY');
    property.setValue(ICAL.Period.fromData({ start: utcTime(start), end: utcTime(end) }));
    component.addProperty(property);
  }
  return component;
}

/** POST to the outbox (RFC 6638 §5): when others are in conferences. */
export async function outboxPost(request: DavRequest): Promise<DavAnswer> {
  if (request.place.kind !== 'outbox') throw notFound();
  const asked = askedIn((await bodyOf(request)).toString('utf8'), request);
  const recipients = asked.getAllProperties('attendee').map((one) => String(one.getFirstValue()));
  const [start, end] = ['dtstart', 'dtend'].map((name) => asked.getFirstPropertyValue(name));
  if (!(start instanceof ICAL.Time) || !(end instanceof ICAL.Time))
    throw forbidden(cal('valid-calendar-data'), 'VFREEBUSY has DTSTART and DTEND.');
  const span = { from: start.toUnixTime() * 1000, to: end.toUnixTime() * 1000 };
  const responses: XmlElement[] = [];
  for (const address of recipients) responses.push(await responseOf(request, asked, address, span));
  const body = serialize(cal('schedule-response', responses), { declaration: true, prefixes: DAV_PREFIXES });
  return ofXml(body, 200);
}

/** @throws {DavError} valid-calendar-data, valid-scheduling-message */
function askedIn(text: string, { limits }: DavRequest): ICAL.Component {
  checkLimits(text, limits.event);
  const calendar = parsed(text);
  const method = String(calendar.getFirstPropertyValue('method') ?? '').toUpperCase();
  const asked = calendar.getFirstSubcomponent('vfreebusy');
  if (asked === null || method !== 'REQUEST')
    throw forbidden(cal('valid-scheduling-message'), 'The outbox takes requests for free and busy times.');
  return asked;
}

function parsed(text: string): ICAL.Component {
  try {
    return ICAL.Component.fromString(text.trim());
  } catch (error) {
    throw forbidden(cal('valid-calendar-data'), `This is no iCalendar object: ${(error as Error).message}.`);
  }
}

async function responseOf(
  { control, people, asking }: DavRequest,
  asked: ICAL.Component,
  address: string,
  span: Span,
): Promise<XmlElement> {
  const recipient = cal('recipient', [href(address)]);
  const status = (text: string): XmlElement => cal('response', [recipient, cal('request-status', text)]);
  const principal = await principalOf(address, people);
  if (principal === undefined) return status('3.7;Invalid calendar user');
  try {
    const busy = await control.freeBusy(asking.call, { ...span, of: principal.userId });
    return cal('response', [
      recipient,
      cal('request-status', '2.0;Success'),
      cal('calendar-data', replyOf(asked, address, freeBusyOf(span, busy))),
    ]);
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'malformed')
      throw new DavError(403, error.message, cal('valid-calendar-data'));
    if (error instanceof Refusal) return status('3.8;No authority');
    throw error;
  }
}

/** REPLY of one attendee (RFC 5546 §3.3.3). */
function replyOf(asked: ICAL.Component, address: string, component: ICAL.Component): string {
  const calendar = emptyCalendar();
  calendar.addPropertyWithValue('method', 'REPLY');
  for (const name of ['uid', 'organizer']) {
    const property = asked.getFirstProperty(name);
    if (property !== null) component.addProperty(copiedProperty(property));
  }
  component.addPropertyWithValue('attendee', address);
  calendar.addSubcomponent(component);
  return `${calendar.toString()}\r\n`;
}
