import { RRuleTemporal } from 'rrule-temporal';
import { scheduleDefaults } from '../../lib/schedule/limits.ts';
import { RecurrenceSet } from '../../lib/schedule/recurrence-set.ts';

// Says how many milliseconds the first call takes in a process of its own.

const NOW = Date.UTC(2026, 10, 23);
const START = 'DTSTART;TZID=Europe/Berlin:19900101T090000';
const RULE = 'RRULE:FREQ=DAILY';
const event = ['BEGIN:VEVENT', 'UID:daily', START, 'DURATION:PT1H', RULE, 'END:VEVENT'];
const base = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//bench//EN', ...event, 'END:VCALENDAR', ''].join('\r\n');

// A conference's times are read when it is made, and remembered.
const set = new RecurrenceSet(base, scheduleDefaults);

const calls: Readonly<Record<string, () => unknown>> = {
  ours: () => set.from(NOW).next().value,
  bare: () => new RRuleTemporal({ rruleString: `${START}\n${RULE}` }).next(new Date(NOW)),
};
const call = calls[process.argv[2] ?? ''];
if (call === undefined) throw new Error('say ours or bare');
const begun = performance.now();
call();
console.log(performance.now() - begun);
