import { DavServer, type DavServerParts } from '../calendar/dav/server.ts';
import { section, type Config } from '../config.ts';
import type { SqliteStore } from '../store/sqlite/store.ts';

export interface CalendarWiring extends Pick<DavServerParts, 'control' | 'people' | 'authentication'> {
  readonly config: Config;
  readonly store: SqliteStore;
}

/** CalDAV as the conferencing system serves it. */
export function calendarServer({ config, store, ...parts }: CalendarWiring): DavServer {
  const { length, lines, components, depth, attendees, ...limits } = section(config, 'calendar');
  return new DavServer({
    ...parts,
    log: store,
    events: store.records('calendar-event'),
    properties: store.records('calendar-property'),
    changes: store.records('calendar-changes'),
    domain: config.domain,
    limits: { ...limits, event: { length, lines, components, depth, attendees } },
  });
}
