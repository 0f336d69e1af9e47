import ICAL from 'ical.js';
import type { ScheduleLimits } from './limits.ts';
import { fieldsOf, stamp } from './written-times.ts';
import { UnusableTime } from './unusable-time.ts';
import { describedZone } from './vtimezone.ts';
import { namedZone, UTC, type Zone } from './zone.ts';

/** A date or a time on the clock of its zone. */
export interface Moment {
  readonly wall: number;
  readonly zone: Zone;
  readonly isDay: boolean;
}

export const instantOf = ({ wall, zone }: Moment): number => zone.instantOf(wall);

const DAY = 86_400_000;

/** The id of the occurrence that a moment names in a series: a day among times is the occurrence of that day. */
export const occurrenceNamed = (moment: Moment, first: Moment): string =>
  stamp(moment.isDay && !first.isDay ? first.zone.instantOf(moment.wall + (first.wall % DAY)) : instantOf(moment));

/** An iCalendar object (RFC 5545 §3.4): its events and its zones. */
export class Calendar {
  readonly events: readonly ICAL.Component[];
  readonly #zones: ReadonlyMap<string, ICAL.Component>;
  readonly #described = new Map<string, Zone>();
  readonly limits: ScheduleLimits;
  readonly #floating: Zone;

  /** @throws {UnusableTime} */
  constructor(text: string, limits: ScheduleLimits) {
    if (text.length > limits.length)
      throw new UnusableTime('too-much', `An iCalendar object has at most ${String(limits.length)} characters.`);
    const calendar = parsed(text);
    this.limits = limits;
    this.events = calendar.getAllSubcomponents('vevent');
    this.#zones = new Map(
      calendar.getAllSubcomponents('vtimezone').map((one) => [String(one.getFirstPropertyValue('tzid')), one]),
    );
    const [only, ...more] = this.#zones.keys();
    const own = calendar.getFirstPropertyValue('x-wr-timezone') ?? (more.length === 0 ? only : undefined);
    this.#floating = typeof own === 'string' ? this.#zone(own) : (namedZone(limits.zone) ?? UTC);
  }

  /** The values of a property that holds dates and times; of a period its start. */
  moments(property: ICAL.Property): Moment[] {
    return property.getValues().map((value) => this.moment(property, value));
  }

  /** @throws {UnusableTime} where the value is none, or its zone is not known */
  moment(property: ICAL.Property, value: unknown = property.getFirstValue()): Moment {
    const time = value instanceof ICAL.Period ? value.start : value;
    if (!(time instanceof ICAL.Time) || Number.isNaN(fieldsOf(time)))
      throw new UnusableTime('malformed', `${property.name.toUpperCase()} is no date or time.`);
    return { wall: fieldsOf(time), isDay: time.isDate, zone: this.#zoneOf(property, time) };
  }

  #zoneOf(property: ICAL.Property, time: ICAL.Time): Zone {
    if (!time.isDate && time.zone.tzid === 'UTC') return UTC;
    const name: unknown = property.getFirstParameter('tzid');
    return typeof name === 'string' && name !== '' ? this.#zone(name) : this.#floating;
  }

  /** By its name where that is known, for descriptions end and clocks are changed by law; else as the object describes it. */
  #zone(name: string): Zone {
    const named = namedZone(name) ?? namedZone(name.replace(/^.*\/(?=[^/]+\/[^/]+$)/, '')); // "/citadel.org/…/Europe/Berlin"
    if (named !== undefined) return named;
    const component = this.#zones.get(name);
    if (component === undefined)
      throw new UnusableTime(
        'malformed',
        `The time zone ${name} is not known: use an IANA name, or send its VTIMEZONE.`,
      );
    let zone = this.#described.get(name);
    if (zone === undefined) this.#described.set(name, (zone = describedZone(component, this.limits)));
    return zone;
  }
}

/** Lines that stand indented in XML, as in RFC 6501 §7 and RFC 6504 §5.3, which has spaces before dates too, are not folded. */
const unindented = (text: string): string =>
  /^BEGIN:VEVENT/im.test(text)
    ? text
    : text.replace(/^[ \t]+(?=(?:BEGIN|END|[A-Z][A-Z-]*[A-Z])[:;])/gm, '').replace(/^(DT[A-Z]+|UID):[ \t]+/gm, '$1:');

/** @throws {UnusableTime} */
export function parsed(text: string): ICAL.Component {
  let calendar: ICAL.Component;
  try {
    calendar = new ICAL.Component(ICAL.parse(unindented(text).trim()) as unknown[]);
  } catch (error) {
    throw new UnusableTime('malformed', `This is no iCalendar object: ${(error as Error).message}.`);
  }
  if (calendar.name === 'vcalendar') return calendar;
  throw new UnusableTime('malformed', 'An iCalendar object begins with BEGIN:VCALENDAR.');
}
