import type { Logger } from 'pino';
import { type Planned, Reminders } from '../calendar/reminders.ts';
import type { CallbackService } from '../callback/service.ts';
import type { ConferenceControl } from '../conference/control.ts';
import { section, type Config } from '../config.ts';
import type { Timers } from '../outbox/letter.ts';
import type { SqliteStore } from '../store/sqlite/store.ts';
import type { MailFront } from './mail.ts';

export interface ReminderWiring {
  readonly config: Config;
  readonly logger: Logger;
  readonly store: SqliteStore;
  readonly control: ConferenceControl;
  readonly clock: Timers;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly callbacks: CallbackService;
  /** Without it nobody is reminded by mail. */
  readonly mail: MailFront | undefined;
}

/** Reminders as the conferencing system gives them. */
export function remindersOf(wiring: ReminderWiring): Reminders {
  const { config, logger, store, control, clock, date, callbacks, mail } = wiring;
  return new Reminders({
    ...{ control, clock, log: store, wall: date, limits: section(config, 'reminders') },
    times: section(config, 'schedule'),
    planned: store.records<Planned>('reminder'),
    queue: store.records<Planned>('reminder-queue'),
    async remind(object, reminder) {
      const { id: occurrence, start, end } = reminder.occurrence;
      const when = { occurrence, start, ...(end !== undefined && { end }) };
      if (reminder.by === 'mail') await mail?.remind(object, reminder);
      else await callbacks.remind(reminder.user, object.uri, when, reminder.before);
    },
    onError: (error) => logger.error({ err: error }, 'reminders wait for the store'),
  });
}
