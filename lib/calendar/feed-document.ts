import ICAL from 'ical.js';
import { emptyCalendar, eventsOf, onceEach } from './event/events.ts';
import type { SeenConference } from './event/seen-conference.ts';

/** The conferences that have times as one iCalendar object (RFC 5545); `refresh` in seconds is a hint (RFC 7986 §5.7). */
export function feedDocument(conferences: readonly SeenConference[], name: string, refresh: number): string {
  const calendar = emptyCalendar();
  calendar.addPropertyWithValue('name', name);
  calendar.addPropertyWithValue('x-wr-calname', name);
  const interval = ICAL.Duration.fromSeconds(refresh).toString();
  const hint = calendar.addPropertyWithValue('refresh-interval', interval);
  hint.setParameter('value', 'DURATION');
  calendar.addPropertyWithValue('x-published-ttl', interval);
  const shown = conferences.map((conference) => eventsOf(conference));
  for (const zone of onceEach(shown.flatMap(({ zones }) => zones))) calendar.addSubcomponent(zone);
  for (const { component } of shown.flatMap(({ events }) => events)) calendar.addSubcomponent(component);
  return `${calendar.toString()}\r\n`;
}
