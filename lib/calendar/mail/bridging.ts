import { createHash } from 'node:crypto';
import type { Call, ObjectAnswer } from '../../conference/calls.ts';
import { Refusal } from '../../conference/refusal.ts';
import type { Principal } from '../../directory/principal.ts';
import { generateXconUri, type XconUri } from '../../model/identifiers.ts';
import { POLICY } from '../../model/names.ts';
import type { ScheduleLimits } from '../../schedule/limits.ts';
import { XmlElement } from '../../xml/element.ts';
import { isSamePerson } from '../event/attendee.ts';
import { recurrenceOf } from '../event/events.ts';
import { changedConference, type Guestbook, isOwnAddress, newConference, targetsOf } from '../event/request.ts';
import { baseOf, type Schedule, scheduleOf } from '../event/schedule.ts';
import { type JoinAddress, joinAddressesOf, type SeenConference, seenIn } from '../event/seen-conference.ts';
import { isLater, merged, organizersOf, readable, type Revision, revisionOf } from './bridge-event.ts';
import { replyText } from './bridge-reply.ts';
import type { IncomingMail } from './incoming.ts';
import { INVITATIONS } from './invitation.ts';
import type { KeyedRecords } from './inviting.ts';
import type { MailLetter, Words } from './letter.ts';
import type { MailOutbox } from './outbox.ts';
import { upcomingLines } from './when.ts';

/** An event of somebody's own calendar that became a conference. */
export interface Bridged {
  readonly uri: XconUri;
  /** What its REQUESTs say; absent as long as nobody knows whether the conference was made. */
  readonly said?: {
    readonly text: string;
    /** SEQUENCE and DTSTAMP of the newest. */
    readonly revision: Revision;
  };
}

export interface BridgingParts {
  readonly control: {
    create(call: Call, source: { document: XmlElement; uri: XconUri }): Promise<unknown>;
    retrieve(call: Call, uri: XconUri): Promise<ObjectAnswer>;
    update(call: Call, uri: XconUri, changes: XmlElement): Promise<unknown>;
    delete(call: Call, uri: XconUri): Promise<void>;
  };
  readonly people: Guestbook;
  readonly bridged: KeyedRecords<Bridged>;
  readonly outbox: MailOutbox;
  /** The addresses that are invited, lower case. */
  readonly addresses: readonly string[];
  /** Of new conferences. */
  readonly domain: string;
  readonly times: ScheduleLimits;
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
    const schedule = readable(mail.calendar ?? '');
    if (schedule === undefined || !['REQUEST', 'CANCEL'].includes(schedule.method ?? ''))
      return { became: 'unreadable' };
    if (!organizersOf(schedule).some((one) => isOwnAddress(principal, one))) return { became: 'not-the-organizer' };
    const call: Call = { caller: { kind: 'user', principal }, source: 'mail', profile: 'standard' };
    const id = createHash('sha256').update(`${principal.userId}\n${schedule.uid}`).digest('base64url');
    return this.#follow({ mail, call, principal, schedule, address, id });
  }

  async #follow(asked: Asked): Promise<{ uri?: XconUri; became: BridgeOutcome }> {
    const { schedule, id } = asked;
    const known = await this.#parts.bridged.read(id);
    const said = known?.said;
    const events = schedule.calendar.getAllSubcomponents('vevent');
    const revision = revisionOf(events);
    if (known && said && !isLater(revision, said.revision)) return { uri: known.uri, became: 'outdated' };
    const isWhole = events.some((event) => recurrenceOf(event) === undefined);
    if (schedule.method === 'CANCEL' && isWhole) return this.#cancel(asked, known);
    if (schedule.method === 'CANCEL' && said === undefined) return { became: 'unknown' };
    const all = said === undefined || isWhole ? schedule : scheduleOf(merged(said.text, schedule));
    const uri = known?.uri ?? generateXconUri(this.#parts.domain);
    // Noted down before it is made: the same mail, handed in again after a crash, finds it.
    if (known === undefined) await this.#parts.bridged.keep(id, { uri });
    try {
      const seen = await this.#settle(asked, all, uri, said !== undefined);
      const send = await this.#answer(asked, 'ACCEPTED', joinAddressesOf(seen), uri);
      await this.#parts.bridged.keep(id, { uri, said: { text: all.calendar.toString(), revision } });
      send();
      return { uri, became: said === undefined ? 'created' : 'updated' };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const send = await this.#answer(asked, 'DECLINED', [], uri, error.message);
      if (said === undefined) await this.#parts.bridged.forget(id);
      send();
      return { became: 'refused' };
    }
  }

  /** Makes the conference what the event says. */
  async #settle(asked: Asked, schedule: Schedule, uri: XconUri, isThere: boolean): Promise<SeenConference> {
    const { control } = this.#parts;
    const before = await control.retrieve(asked.call, uri).catch((error: unknown) => {
      if (isThere || !(error instanceof Refusal)) throw error;
    });
    if (before === undefined) await this.#create(asked, schedule, uri);
    else await this.#update(asked, schedule, seenIn(before));
    return seenIn(await control.retrieve(asked.call, uri));
  }

  async #create(asked: Asked, schedule: Schedule, uri: XconUri): Promise<void> {
    const targets = await this.#targets(asked, schedule);
    const document = newConference({ ...schedule, base: wordedBaseOf(schedule) }, targets, this.#parts.domain);
    // The organizer's own calendar has invited everybody.
    const children = document.children.map((child) =>
      child instanceof XmlElement && child.local === 'conference-description'
        ? child.withAttribute(INVITATIONS, 'none', POLICY)
        : child,
    );
    await this.#parts.control.create(asked.call, { document: document.withChildren(children), uri });
  }

  async #update(asked: Asked, schedule: Schedule, seen: SeenConference): Promise<void> {
    const { subject, description } = schedule;
    const said = { subject, description, base: wordedBaseOf(schedule) };
    const changes = changedConference(seen, said, await this.#targets(asked, schedule));
    if (changes !== undefined) await this.#parts.control.update(asked.call, seen.uri, changes);
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
  #targets({ principal }: Asked, { attendees }: Schedule): Promise<string[]> {
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

/** With the words of events that override others: those that differ become children of the series (RFC 5239 §7.4). */
function wordedBaseOf({ calendar, changes }: Schedule): string {
  const worded = changes.filter(({ differs }) => differs).map(({ event }) => event);
  return baseOf(calendar, calendar.getAllSubcomponents('vevent'), worded);
}
