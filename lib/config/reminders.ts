import { reminderDefaults } from '../calendar/reminders.ts';
import { integer } from './setting.ts';
import { count, milliseconds } from './units.ts';

/** The settings of reminders. */
export const REMINDER_SETTINGS = {
  'reminders.atOnce': integer('Conferences whose people are reminded in one go.', count(reminderDefaults.atOnce)),
  'reminders.look': integer(
    'Between two looks at a clock that somebody may have set.',
    milliseconds(reminderDefaults.look),
  ),
  'reminders.retry': integer('Until a failed look at the store is repeated.', milliseconds(reminderDefaults.retry)),
  'reminders.page': integer('Changes that are read from the change log at once.', count(reminderDefaults.page)),
};
