import ICAL from 'ical.js';
import { attendeeProperty, calendarUserOf, invited, isSamePerson } from '../event/attendee.ts';
import { copied, copiedProperty } from '../event/copied.ts';
import { conferenceProperties, emptyCalendar, joinLines } from '../event/events.ts';
import type { Schedule } from '../event/schedule.ts';
import type { JoinAddress } from '../event/seen-conference.ts';
import { utcTime } from '../../schedule/written-times.ts';

const ECHOED = ['uid', 'sequence', 'organizer', 'recurrence-id', 'dtstart', 'dtend', 'duration', 'rrule', 'summary'];

/** The event as it was sent, with the answer of the bridge and the ways to come in (RFC 5546 §3.2.3). */
export function replyText(
  { calendar }: Schedule,
  answer: {
    readonly address: string;
    readonly partstat: string;
    readonly joins: readonly JoinAddress[];
    readonly why: string | undefined;
    readonly now: number;
  },
): string {
  const { address, partstat, joins, why, now } = answer;
  const object = emptyCalendar();
  object.addPropertyWithValue('method', 'REPLY');
  for (const zone of calendar.getAllSubcomponents('vtimezone')) object.addSubcomponent(copied(zone));
  for (const event of calendar.getAllSubcomponents('vevent')) {
    const reply = new ICAL.Component('vevent');
    for (const name of ECHOED) for (const one of event.getAllProperties(name)) reply.addProperty(copiedProperty(one));
    reply.addPropertyWithValue('dtstamp', utcTime(now));
    const asked = event
      .getAllProperties('attendee')
      .map(calendarUserOf)
      .find((one) => one !== undefined && isSamePerson(one.address, `mailto:${address}`));
    reply.addProperty(attendeeProperty({ ...invited(asked ?? { address: `mailto:${address}` }), partstat }));
    if (why !== undefined) reply.addPropertyWithValue('comment', why);
    const [first] = joins;
    if (first !== undefined) {
      reply.addPropertyWithValue('location', first.uri);
      reply.addPropertyWithValue('description', joinLines(joins, true));
      for (const one of conferenceProperties(joins)) reply.addProperty(one);
    }
    object.addSubcomponent(reply);
  }
  return `${object.toString()}\r\n`;
}
