import ICAL from 'ical.js';
import { type Attendee, attendeeOf, type CalendarUser, calendarUserOf } from './attendee.ts';
import { copied, copiedProperty } from './copied.ts';
import { emptyCalendar, recurrenceOf, TIMES } from './events.ts';
import { calendarDefaults, type CalendarLimits, checkLimits } from './limits.ts';
import { UnusableCalendar } from './unusable-calendar.ts';

/** What an event says of who comes and why. */
export interface Plan {
  readonly subject?: string;
  readonly description?: string;
  readonly organizer?: CalendarUser;
  readonly attendees: readonly Attendee[];
}

/** An event that changes one occurrence of a series, or it and all after it. */
export interface PlanChange extends Plan {
  /** RECURRENCE-ID as it is written, and the event whole. */
  readonly recurrence: string;
  readonly andFuture: boolean;
  readonly cancelled: boolean;
  readonly event: ICAL.Component;
  /** Whether its words or people are others than those of the series. */
  readonly differs: boolean;
}

/** What a conference gets from an iCalendar object with one UID. */
export interface Schedule extends Plan {
  readonly uid: string;
  readonly sequence: number;
  /** Of iTIP: REQUEST, CANCEL, … */
  readonly method?: string;
  /** Only what says when, as `conference-time/entry/base` holds it. */
  readonly base: string;
  readonly cancelled: boolean;
  readonly changes: readonly PlanChange[];
  /** All that was sent, what nobody here knows included. */
  readonly calendar: ICAL.Component;
}

const KNOWN = new Set(['vevent', 'vtimezone']);

/** Reads what a calendar says of one event or series. @throws {UnusableCalendar} */
export function scheduleOf(text: string, limits: CalendarLimits = calendarDefaults): Schedule {
  const calendar = parsed(text, limits);
  const events = calendar.getAllSubcomponents('vevent');
  const other = calendar.getAllSubcomponents().find(({ name }) => !KNOWN.has(name));
  if (other !== undefined)
    throw new UnusableCalendar('other-component', `A conference is a VEVENT, not a ${other.name.toUpperCase()}.`);
  const [master, ...changing] = events.toSorted((a, b) => rank(a) - rank(b));
  if (master === undefined) throw new UnusableCalendar('no-event', 'There is no VEVENT in this iCalendar object.');
  const uid = textOf(master, 'uid') ?? '';
  if (uid === '') throw new UnusableCalendar('malformed', 'An event needs a UID.');
  if (changing.some((event) => textOf(event, 'uid') !== uid))
    throw new UnusableCalendar('several-uids', 'The events of one object have one UID: send an object for each.');
  const method = textOf(calendar, 'method')?.toUpperCase();
  const plan = planOf(master);
  return {
    ...plan,
    uid,
    sequence: Number(textOf(master, 'sequence')) || 0,
    ...(method !== undefined && { method }),
    base: baseOf(calendar, events),
    cancelled: isCancelled(master) || method === 'CANCEL',
    changes: changing.flatMap((event) => changeOf(event, plan)),
    calendar,
  };
}

/** The series stands before what changes it. */
const rank = (event: ICAL.Component): number => (event.getFirstProperty('recurrence-id') === null ? 0 : 1);

const isCancelled = (event: ICAL.Component): boolean => textOf(event, 'status')?.toUpperCase() === 'CANCELLED';

function parsed(text: string, limits: CalendarLimits): ICAL.Component {
  checkLimits(text, limits);
  try {
    const calendar = new ICAL.Component(ICAL.parse(text.trim()) as unknown[]);
    if (calendar.name === 'vcalendar') {
      // Values are read when they are asked for: what is no time shows here, and not where somebody looks at it.
      for (const event of calendar.getAllSubcomponents())
        for (const name of ['dtstamp', ...TIMES]) for (const one of event.getAllProperties(name)) one.getValues();
      return calendar;
    }
  } catch (error) {
    throw new UnusableCalendar('malformed', `This is no iCalendar object: ${(error as Error).message}.`);
  }
  throw new UnusableCalendar('malformed', 'An iCalendar object begins with BEGIN:VCALENDAR, and there is only one.');
}

export function planOf(event: ICAL.Component): Plan {
  const subject = textOf(event, 'summary');
  const description = textOf(event, 'description');
  const organizer = event.getFirstProperty('organizer');
  const named = organizer === null ? undefined : calendarUserOf(organizer);
  return {
    ...(subject !== undefined && { subject }),
    ...(description !== undefined && { description }),
    ...(named && { organizer: named }),
    attendees: event
      .getAllProperties('attendee')
      .map(attendeeOf)
      .filter((one) => one !== undefined),
  };
}

function changeOf(event: ICAL.Component, series: Plan): PlanChange[] {
  const recurrence = recurrenceOf(event);
  if (recurrence === undefined) return [];
  const plan = planOf(event);
  const cancelled = isCancelled(event);
  const range = event.getFirstProperty('recurrence-id')?.getFirstParameter('range') ?? '';
  const differs = !cancelled && signOf(plan) !== signOf(series);
  return [{ ...plan, recurrence, andFuture: range.toUpperCase() === 'THISANDFUTURE', cancelled, event, differs }];
}

const signOf = ({ subject, description, attendees }: Plan): string =>
  JSON.stringify([subject, description, attendees.map(({ address }) => address.toLowerCase()).toSorted()]);

/** Text values are without white space around them; undefined where there is nothing. */
function textOf(component: ICAL.Component, name: string): string | undefined {
  const value = component.getFirstPropertyValue(name);
  return value === null ? undefined : value.toString().trim() || undefined;
}

/** Events stripped to when they take place, with the time zones that they need: the `base` of a conference. */
export function baseOf(calendar: ICAL.Component, events: readonly ICAL.Component[]): string {
  const times = emptyCalendar();
  const zone = calendar.getFirstProperty('x-wr-timezone');
  if (zone !== null) times.addProperty(copiedProperty(zone));
  for (const one of calendar.getAllSubcomponents('vtimezone')) times.addSubcomponent(copied(one));
  for (const event of events) {
    const stripped = new ICAL.Component('vevent');
    for (const name of ['uid', 'dtstamp', ...TIMES])
      for (const one of event.getAllProperties(name)) stripped.addProperty(copiedProperty(one));
    times.addSubcomponent(stripped);
  }
  return `${times.toString()}\r\n`;
}
