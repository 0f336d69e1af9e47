import type { XconUri } from '../../model/identifiers.ts';
import type { OutgoingLetter, Sorting } from '../../outbox/letter.ts';

/** A mailbox: an address without a scheme, and the name to show. */
export interface Mailbox {
  readonly address: string;
  readonly name?: string;
}

/** What a person reads; times are written out in the reader's zone. */
export interface Words {
  /** What this mail is about, in a sentence. */
  readonly headline: string;
  readonly title: string;
  readonly when: readonly string[];
  /** Ways to come in. */
  readonly where: readonly { readonly uri: string; readonly pin?: string }[];
  readonly organizer?: string;
  readonly people: readonly string[];
  readonly about?: string;
  /** How to answer, or why one can not. */
  readonly note?: string;
}

/** A mail on its way; plain data, as it is stored. */
export interface MailLetter extends OutgoingLetter {
  /** Who caused it: an XCON-USERID. */
  readonly organizer: string;
  readonly uri: XconUri;
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly subject: string;
  readonly words: Words;
  /** What calendars read (RFC 6047), and its method; absent in a mail for people alone. */
  readonly calendar?: { readonly method: string; readonly text: string };
  /** When it means nothing any more, in milliseconds since 1970. */
  readonly until?: number;
  /** Of the mail that it answers (RFC 3834 §3.1.5). */
  readonly inReplyTo?: string;
}

/** In the order of each conference and attendee, under the limits of each organizer. */
export const sorting: Sorting<MailLetter> = {
  groupOf: ({ organizer }) => organizer,
  laneOf: ({ uri, to }) => `${uri} ${to.address}`,
};
