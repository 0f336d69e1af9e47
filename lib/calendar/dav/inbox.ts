import type { XconUri, XconUserId } from '../../model/identifiers.ts';
import type { CalendarUser } from '../event/attendee.ts';
import type { Records } from './stored-event.ts';
import { Turns } from './turns.ts';

/** What somebody is told of a conference (RFC 5546 §3.2); its text is made when it is read. */
export type SchedulingMessage = {
  /** Of the series or the single conference. */
  readonly uri: XconUri;
  /** Milliseconds since 1970. */
  readonly at: number;
} & (
  | { readonly method: 'REQUEST' }
  | { readonly method: 'CANCEL'; readonly was: CancelledEvent }
  | { readonly method: 'REPLY'; readonly attendee: CalendarUser; readonly to: string; readonly partstat: string }
);

/** What is said of an event that the reader does not see any more. */
export interface CancelledEvent {
  readonly subject: string;
  readonly organizer?: CalendarUser;
  /** When it was to begin first, in milliseconds since 1970. */
  readonly start: number;
  readonly isDay: boolean;
  readonly sequence: number;
}

/** A message in an inbox: a resource with its name. */
export type InboxMessage = SchedulingMessage & {
  /** The last step of its path. */
  readonly name: string;
  /** Of the change of the inbox by which it came. */
  readonly number: number;
};

/** The inbox of a user, with what of it is gone: what is synchronised (RFC 6578) is kept whole with each change. */
export interface KeptInbox {
  readonly newest: number;
  /** Changes up to this one are not known any more. */
  readonly forgotten: number;
  /** The oldest first. */
  readonly messages: readonly InboxMessage[];
  readonly gone: readonly { readonly name: string; readonly number: number }[];
}

export const EMPTY_INBOX: KeptInbox = { newest: 0, forgotten: 0, messages: [], gone: [] };

/** With a message, in place of what was said under its name before; of more than `most` the oldest go. */
export function withMessage(inbox: KeptInbox, name: string, said: SchedulingMessage, most: number): KeptInbox {
  const number = inbox.newest + 1;
  const others = inbox.messages.filter((one) => one.name !== name);
  const messages = [...others, { ...said, name, number }];
  const gone = inbox.gone.filter((one) => one.name !== name);
  const over = messages.splice(0, Math.max(0, messages.length - most));
  return bounded(
    { ...inbox, newest: number, messages, gone: [...gone, ...over.map((one) => ({ name: one.name, number }))] },
    most,
  );
}

/** Without the message of a name. */
export function withoutMessage(inbox: KeptInbox, name: string, most: number): KeptInbox {
  const number = inbox.newest + 1;
  const messages = inbox.messages.filter((one) => one.name !== name);
  return bounded({ ...inbox, newest: number, messages, gone: [...inbox.gone, { name, number }] }, most);
}

function bounded(inbox: KeptInbox, most: number): KeptInbox {
  const gone = [...inbox.gone];
  const over = gone.splice(0, Math.max(0, gone.length - most));
  return { ...inbox, gone, forgotten: over.at(-1)?.number ?? inbox.forgotten };
}

/** The sync-token of an inbox after a change. */
export const inboxToken = (number: number): string => `urn:plenary:inbox:${number}`;

/** Undefined where the token says nothing any more. */
export function inboxSince(
  { newest, forgotten, messages, gone }: KeptInbox,
  token: string,
): Pick<KeptInbox, 'messages' | 'gone'> | undefined {
  const number = Number(/^urn:plenary:inbox:(\d{1,15})$/.exec(token)?.[1]);
  if (!(number >= forgotten && number <= newest)) return undefined;
  const isLater = (one: { readonly number: number }): boolean => one.number > number;
  return { messages: messages.filter(isLater), gone: gone.filter(isLater) };
}

/** The scheduling inboxes of users (RFC 6638 §2.2). */
export class Inboxes {
  readonly #records: Records<KeptInbox>;
  readonly #most: number;
  readonly #turns = new Turns();

  /** @param most messages in each */
  constructor(records: Records<KeptInbox>, most: number) {
    this.#records = records;
    this.#most = most;
  }

  async of(user: XconUserId): Promise<KeptInbox> {
    return (await this.#records.read(user)) ?? EMPTY_INBOX;
  }

  /** Resolves when the message is there to stay. */
  deliver(user: XconUserId, name: string, message: SchedulingMessage): Promise<void> {
    return this.#change(user, (inbox) => withMessage(inbox, name, message, this.#most));
  }

  remove(user: XconUserId, name: string): Promise<void> {
    return this.#change(user, (inbox) => withoutMessage(inbox, name, this.#most));
  }

  #change(user: XconUserId, change: (inbox: KeptInbox) => KeptInbox): Promise<void> {
    return this.#turns.take(user, async () => this.#records.keep(user, change(await this.of(user))));
  }
}
