import type { Logger } from 'pino';
import type { ConferenceControl } from '../conference/control.ts';
import { HorizonClock } from '../conference/horizon-clock.ts';
import { LifeClock } from '../conference/life-clock.ts';
import { section, type Config } from '../config.ts';
import { Failures } from '../focus/failures.ts';
import type { SqliteStore } from '../store/sqlite/store.ts';
import type { Time } from './time.ts';

export interface ClockWiring {
  readonly config: Config;
  readonly logger: Logger;
  readonly store: SqliteStore;
  readonly control: ConferenceControl;
  readonly time: Time;
}

/** What time alone does to conferences. */
export class Clocks {
  readonly #life: LifeClock;
  readonly #horizon: HorizonClock;
  readonly #failures: Failures;

  constructor({ config, logger, store, control, time: { clock, date } }: ClockWiring) {
    this.#life = new LifeClock({
      ...{ control, repository: store, timers: clock, now: date, limits: section(config, 'schedule') },
      onLate: (conference, late) => logger.warn({ conference, late }, 'the clock came late to a conference'),
      onError: (conference, error) =>
        logger.error({ conference, err: error }, 'a conference could not follow the clock'),
    });
    this.#horizon = new HorizonClock({
      ...{ control, timers: clock, now: date, retry: config['schedule.retry'] },
      onError: (error) => logger.error({ err: error }, 'room could not be booked ahead'),
    });
    this.#failures = new Failures({
      ...{ clock, date, endpoints: control.endpoints, records: store.records('failure') },
      onChange: (listener) => control.onChange(listener),
      settings: section(config, 'dialOut'),
      report: (error) => logger.error({ err: error }, 'who could not be had stays in a roster'),
    });
  }

  /** Knows who could not be had in an earlier life, before anybody else is called. */
  open(): Promise<void> {
    return this.#failures.open();
  }

  /** Resolves when the steps that are due have been taken, those of an outage too. */
  async start(): Promise<void> {
    await this.#life.start();
    this.#horizon.start();
  }

  async close(): Promise<void> {
    this.#failures.close();
    await this.#horizon.close();
    await this.#life.close();
  }
}
