import type { Logger } from 'pino';
import { DavServer, type DavServerParts } from '../calendar/dav/server.ts';
import { section, type Config } from '../config.ts';
import type { SqliteStore } from '../store/sqlite/store.ts';

export interface CalendarWiring extends Pick<
  DavServerParts,
  'control' | 'people' | 'authentication' | 'clock' | 'wall'
> {
  readonly logger: Logger;
  readonly config: Config;
  readonly store: SqliteStore;
}

/** CalDAV as the conferencing system serves it. */
export function calendarServer({ config, logger, store, ...parts }: CalendarWiring): DavServer {
  const { length, lines, components, depth, attendees, ...limits } = section(config, 'calendar');
  return new DavServer({
    ...parts,
    log: store,
    events: store.records('calendar-event'),
    properties: store.records('calendar-property'),
    changes: store.records('calendar-changes'),
    addresses: store.records('calendar-addresses'),
    inboxes: store.records('calendar-inbox'),
    scheduled: store.records('calendar-scheduled'),
    onError: (error) => logger.error({ err: error }, 'calendars wait for the change log'),
    domain: config.domain,
    limits: { ...limits, event: { length, lines, components, depth, attendees } },
  });
}
