import type { OutboxLimits } from '../../outbox/letter.ts';

export interface MailLimits extends OutboxLimits {
  /** Mails that one organizer causes in a day; more are given up at once. */
  readonly perOrganizer: number;
  /** Proposals of other times that one attendee makes in a day. */
  readonly perAttendee: number;
  /** Attendees whom an invitation names; where there are more, each sees the organizer and herself. */
  readonly shown: number;
  /** Cancelled occurrences that are told one by one; of more the series is sent anew. */
  readonly cancelled: number;
  /** How long a conference must rest before people are told what changed, in milliseconds. */
  readonly rest: number;
  /** How long a dialogue with the mail server may stand still, in milliseconds. */
  readonly time: number;
  /** Changes that are read from the log at once. */
  readonly page: number;
}

export const mailDefaults: MailLimits = {
  waiting: 20_000,
  dead: 100,
  inFlight: 5,
  inFlightPerGroup: 3,
  firstWait: 30_000,
  longestWait: 3_600_000,
  giveUp: 86_400_000,
  perOrganizer: 2_000,
  perAttendee: 20,
  shown: 100,
  cancelled: 5,
  rest: 3_000,
  time: 30_000,
  page: 250,
};
