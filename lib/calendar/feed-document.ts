import ICAL from 'ical.js';
import type { XconUri } from '../model/identifiers.ts';
import { emptyCalendar, eventsOf, onceEach, type SeenChild } from './event/events.ts';
import type { SeenConference } from './event/seen-conference.ts';

/** A conference with what stands for occurrences of it; of who is asked to some of these alone, only that. */
export interface FeedConference {
  /** Of the series. */
  readonly uri: XconUri;
  readonly seen: SeenConference;
  readonly children: readonly SeenChild[];
}

export interface FeedOptions {
  readonly name: string;
  /** How often calendars are to look again, in seconds: a hint (RFC 7986 §5.7). */
  readonly refresh: number;
  /** Of times that name none. */
  readonly zone: string;
}

/** The conferences that have times as one iCalendar object (RFC 5545); each time says in which zone it is meant. */
export function feedDocument(conferences: readonly FeedConference[], { name, refresh, zone }: FeedOptions): string {
  const calendar = emptyCalendar();
  calendar.addPropertyWithValue('name', name);
  calendar.addPropertyWithValue('x-wr-calname', name);
  const interval = ICAL.Duration.fromSeconds(refresh).toString();
  const hint = calendar.addPropertyWithValue('refresh-interval', interval);
  hint.setParameter('value', 'DURATION');
  calendar.addPropertyWithValue('x-published-ttl', interval);
  const shown = conferences.map(({ uri, seen, children }) => eventsOf(seen, { uid: uri, children, floatingIn: zone }));
  for (const one of onceEach(shown.flatMap(({ zones }) => zones))) calendar.addSubcomponent(one);
  for (const { component } of shown.flatMap(({ events }) => events)) calendar.addSubcomponent(component);
  return `${calendar.toString()}\r\n`;
}
