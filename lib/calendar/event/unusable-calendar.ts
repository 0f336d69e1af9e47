/** Why an iCalendar object can not be a conference. */
export type CalendarFlaw =
  | 'malformed'
  | 'too-long'
  | 'too-many-components'
  | 'too-many-attendees'
  | 'no-event'
  | 'other-component'
  | 'several-uids';

/** The message tells a person what to change. */
export class UnusableCalendar extends Error {
  readonly flaw: CalendarFlaw;

  constructor(flaw: CalendarFlaw, message: string) {
    super(message);
    this.name = 'UnusableCalendar';
    this.flaw = flaw;
  }
}
