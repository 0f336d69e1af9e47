import type { Logger } from 'pino';
import { CallbackService } from '../callback/service.ts';
import type { ConferenceControl } from '../conference/control.ts';
import type { People } from '../conference/people.ts';
import { section, type Config } from '../config.ts';
import { Outbound } from '../http/outbound.ts';
import type { Clock } from '../notification/watching.ts';
import type { SqliteStore } from '../store/sqlite/store.ts';

export interface CallbackWiring {
  readonly config: Config;
  readonly logger: Logger;
  readonly store: SqliteStore;
  readonly control: ConferenceControl;
  readonly people: People;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly key: Buffer;
}

/** Callbacks as the conferencing system makes them. */
export function callbackService({ config, logger, store, date, ...parts }: CallbackWiring): CallbackService {
  const { allowed, ...limits } = section(config, 'callbacks');
  return new CallbackService({
    ...parts,
    log: store,
    registrations: store.records('callback'),
    letters: store.records('callback-letter'),
    farewells: store.records('callback-farewell'),
    outbound: new Outbound({ allowed }),
    wall: date,
    limits,
    onError: (error) => logger.error({ err: error }, 'callbacks wait for the change log'),
  });
}
