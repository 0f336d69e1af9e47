import { createHash } from 'node:crypto';
import type { Call } from '../../conference/calls.ts';
import { Refusal } from '../../conference/refusal.ts';
import type { Principal } from '../../directory/principal.ts';
import { generateXconUri, type XconUri } from '../../model/identifiers.ts';
import type { ScheduleLimits } from '../../schedule/limits.ts';
import { UnusableTime } from '../../schedule/unusable-time.ts';
import { type Attendee, isSamePerson } from '../event/attendee.ts';
import { recurrenceOf } from '../event/events.ts';
import type { CalendarLimits } from '../event/limits.ts';
import { type Guestbook, isOwnAddress, targetsOf } from '../event/request.ts';
import { type Schedule, scheduleOf } from '../event/schedule.ts';
import { type JoinAddress, joinAddressesOf } from '../event/seen-conference.ts';
import { UnusableCalendar } from '../event/unusable-calendar.ts';
import { isNews, merged, organizersOf, readable, withdraws } from './bridge-event.ts';
import { replyText } from './bridge-reply.ts';
import { BridgedConference, type BridgedConferenceParts } from './bridged-conference.ts';
import type { IncomingMail } from './incoming.ts';
import type { KeyedRecords } from './inviting.ts';
import type { MailLetter, Words } from './letter.ts';
import type { MailOutbox } from './outbox.ts';
import { upcomingLines } from './when.ts';

/** An event of somebody's own calendar that became a conference. */
export interface Bridged {
  readonly uri: XconUri;
  /** What its REQUESTs say; absent as long as nobody knows whether the conference was made. */
  readonly said?: { readonly text: string };
}

export interface BridgingParts {
  readonly control: BridgedConferenceParts['control'] & { delete(call: Call, uri: XconUri): Promise<void> };
  readonly people: Guestbook;
  readonly bridged: KeyedRecords<Bridged>;
  readonly outbox: MailOutbox;
  /** The addresses that are invited, lower case. */
  readonly addresses: readonly string[];
  /** Of new conferences. */
  readonly domain: string;
  readonly times: ScheduleLimits;
  /** What one event may be. */
  readonly event: CalendarLimits;
  /** Milliseconds since 1970. */
  readonly wall: () => number;
  readonly onTaken: (outcome: { readonly uri?: XconUri; readonly became: BridgeOutcome }) => void;
}

export type BridgeOutcome =
  | 'created'
  | 'updated'
  | 'cancelled'
  | 'refused'
  | 'automatic'
  | 'not-authentic'
  | 'not-a-user'
  | 'unreadable'
  | 'not-the-organizer'
  | 'outdated'
  | 'unknown';

/** One REQUEST or CANCEL to the bridge, from an organizer who is known. */
interface Asked {
  readonly mail: IncomingMail;
  readonly call: Call;
  readonly principal: Principal;
  readonly schedule: Schedule;
  readonly address: string;
  readonly id: string;
  /** Whether it is of an occurrence of a series of which the bridge knows nothing. */
  readonly isAlone: boolean;
}

/**
 * Conferences by inviting the bridge: a REQUEST to one of its addresses becomes a conference of the user who organizes the
 * event, which follows the event. Only mail counts that the configured mail server found to be of its author; all other is
 * dropped without an answer.
 */
export class Bridging {
  readonly #parts: BridgingParts;

  constructor(parts: BridgingParts) {
    this.#parts = parts;
  }

  accepts(address: string): boolean {
    return this.#parts.addresses.includes(address.toLowerCase());
  }

  async take(mail: IncomingMail): Promise<void> {
    const address = mail.recipients.find((one) => this.accepts(one));
    if (address !== undefined) this.#parts.onTaken(await this.#take(mail, address));
  }

  async #take(mail: IncomingMail, address: string): Promise<{ uri?: XconUri; became: BridgeOutcome }> {
    // Calendars of the web send invitations by a program, which answers nothing.
    if (mail.by === 'machine') return { became: 'automatic' };
    if (mail.verdict !== 'passed' || mail.from === undefined) return { became: 'not-authentic' };
    const principal = await this.#parts.people.principalByAddress(`mailto:${mail.from.address}`);
    if (principal === undefined) return { became: 'not-a-user' };
    const schedule = readable(mail.calendar ?? '', this.#parts.event);
    if (schedule instanceof UnusableCalendar) return this.#tellTooMuch(mail, principal, address, schedule);
    if (!['REQUEST', 'CANCEL'].includes(schedule.method ?? '')) return { became: 'unreadable' };
    if (!organizersOf(schedule).some((one) => isOwnAddress(principal, one))) return { became: 'not-the-organizer' };
    const call: Call = { caller: { kind: 'user', principal }, source: 'mail', profile: 'standard' };
    const series = idOf(principal, schedule.uid);
    // To which occurrences alone it is asked, it knows nothing of the series: each is an event of its own.
    const [only, ...more] = schedule.calendar.getAllSubcomponents('vevent').map(recurrenceOf);
    const isAlone = only !== undefined && more.length === 0 && (await this.#parts.bridged.read(series)) === undefined;
    const id = isAlone ? idOf(principal, schedule.uid, only) : series;
    return this.#follow({ mail, call, principal, schedule, address, id, isAlone });
  }

  async #follow(asked: Asked): Promise<{ uri?: XconUri; became: BridgeOutcome }> {
    const { schedule, id } = asked;
    const known = await this.#parts.bridged.read(id);
    const said = known?.said;
    const events = schedule.calendar.getAllSubcomponents('vevent');
    if (known && said && !isNews(schedule, said.text)) return { uri: known.uri, became: 'outdated' };
    const isWhole = asked.isAlone || events.some((event) => recurrenceOf(event) === undefined);
    const isOver = schedule.method === 'CANCEL' && !withdraws(schedule, this.#parts.addresses);
    if (isOver && isWhole) return this.#cancel(asked, known);
    if (schedule.method === 'CANCEL' && said === undefined) return { became: 'unknown' };
    const uri = known?.uri ?? generateXconUri(this.#parts.domain);
    // Noted down before it is made: the same mail, handed in again after a crash, finds it.
    if (known === undefined) await this.#parts.bridged.keep(id, { uri });
    try {
      const isAll = said === undefined || (isWhole && schedule.method === 'REQUEST');
      const all = isAll ? schedule : scheduleOf(merged(said.text, schedule, isOver), this.#parts.event);
      const { control, domain } = this.#parts;
      const targets = (attendees: readonly Attendee[]): Promise<string[]> => this.#targets(asked, attendees);
      const conference = new BridgedConference(uri, { control, domain, call: asked.call, targetsOf: targets });
      const seen = await conference.follow(all, said !== undefined);
      const send = await this.#answer(asked, 'ACCEPTED', joinAddressesOf(seen), uri);
      await this.#parts.bridged.keep(id, { uri, said: { text: all.calendar.toString() } });
      send();
      return { uri, became: said === undefined ? 'created' : 'updated' };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const send = await this.#answer(asked, 'DECLINED', [], uri, error.message);
      if (said === undefined) await this.#parts.bridged.forget(id);
      send();
      return { became: 'refused' };
    }
  }

  /** Of what is too much to be read nothing is known to be answered, but who sent it. */
  async #tellTooMuch(
    mail: IncomingMail,
    { userId }: Principal,
    address: string,
    { flaw, message }: UnusableCalendar,
  ): Promise<{ became: BridgeOutcome }> {
    if (mail.from === undefined || !flaw.startsWith('too-')) return { became: 'unreadable' };
    const letter: MailLetter = {
      id: `bridge.${createHash('sha256')
        .update(`${address} ${mail.calendar ?? ''}`)
        .digest('base64url')}`,
      at: this.#parts.wall(),
      organizer: userId,
      uri: generateXconUri(this.#parts.domain),
      from: { address, name: 'Conference' },
      to: mail.from,
      subject: 'Your invitation could not be read',
      words: {
        headline: 'This conference can not be made.',
        title: 'Your invitation',
        when: [],
        where: [],
        people: [],
        note: message,
      },
      ...(mail.messageId !== undefined && { inReplyTo: mail.messageId }),
    };
    (await this.#parts.outbox.keep([letter]))();
    return { became: 'refused' };
  }

  async #cancel({ call, id }: Asked, known: Bridged | undefined): Promise<{ uri?: XconUri; became: BridgeOutcome }> {
    if (known === undefined) return { became: 'unknown' };
    try {
      await this.#parts.control.delete(call, known.uri);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error; // it is gone, or others depend on it
    }
    await this.#parts.bridged.forget(id);
    return { uri: known.uri, became: 'cancelled' };
  }

  /** Everybody but the organizer, the bridge itself and things. */
  #targets({ principal }: Asked, attendees: readonly Attendee[]): Promise<string[]> {
    const others = attendees.filter(
      ({ address, kind }) =>
        !['RESOURCE', 'ROOM'].includes(kind) &&
        !isOwnAddress(principal, address) &&
        !this.#parts.addresses.some((own) => isSamePerson(address, `mailto:${own}`)),
    );
    return targetsOf(others, this.#parts.people);
  }

  /** Resolves, when the answer is durable, to what sends it. */
  async #answer(
    { mail, principal, schedule, address }: Asked,
    partstat: 'ACCEPTED' | 'DECLINED',
    joins: readonly JoinAddress[],
    uri: XconUri,
    why?: string,
  ): Promise<() => void> {
    if (mail.from === undefined) return () => undefined;
    const now = this.#parts.wall();
    const title = schedule.subject ?? 'Conference';
    const isAccepted = partstat === 'ACCEPTED';
    const words: Words = {
      headline: isAccepted ? 'Your conference is ready. People join here:' : 'This conference can not be made.',
      title,
      when: upcomingLines(schedule.base, this.#parts.times, now),
      where: joins,
      people: [],
      ...(why !== undefined && { note: why }),
    };
    const letter: MailLetter = {
      id: `bridge.${createHash('sha256').update(`${address} ${schedule.calendar.toString()}`).digest('base64url')}`,
      at: now,
      organizer: principal.userId,
      uri,
      from: { address, name: 'Conference' },
      to: mail.from,
      subject: `${isAccepted ? 'Accepted' : 'Declined'}: ${title}`,
      words,
      calendar: { method: 'REPLY', text: replyText(schedule, { address, partstat, joins, why, now }) },
      ...(mail.messageId !== undefined && { inReplyTo: mail.messageId }),
    };
    return this.#parts.outbox.keep([letter]);
  }
}

const idOf = ({ userId }: Principal, ...event: readonly string[]): string =>
  createHash('sha256')
    .update([userId, ...event].join('\n'))
    .digest('base64url');

/** What is wrong with the event, not with us. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof Refusal || error instanceof UnusableTime || error instanceof UnusableCalendar;
