import { calendarDefaults, type CalendarLimits } from '../event/limits.ts';

export interface DavLimits {
  /** What one event may be. */
  readonly event: CalendarLimits;
  /** Bytes of a request's body. */
  readonly bodyBytes: number;
  /** Elements of a request's body. */
  readonly elements: number;
  /** Resources that one report shows, and hrefs that it may name. */
  readonly results: number;
  /** Occurrences that one report expands. */
  readonly instances: number;
  /** Calendars that are kept in memory. */
  readonly calendars: number;
  /** Conferences of one calendar. */
  readonly conferences: number;
  /** Changes after which a client that was away has to compare everything. */
  readonly changes: number;
  /** Scheduling messages in the inbox of a user; the oldest go. */
  readonly inbox: number;
  /** Milliseconds after a change until inboxes have what it says, with all that has changed until then. */
  readonly rest: number;
  /** Characters of events that are kept ready to be sent. */
  readonly readyLength: number;
  /** Characters of the properties that a client stores on one collection. */
  readonly properties: number;
}

export const davDefaults: DavLimits = {
  event: calendarDefaults,
  bodyBytes: 196_608,
  elements: 20_000,
  results: 20_000,
  instances: 5_000,
  calendars: 200,
  conferences: 20_000,
  changes: 100_000,
  inbox: 100,
  rest: 1_000,
  readyLength: 16_777_216,
  properties: 20_000,
};
