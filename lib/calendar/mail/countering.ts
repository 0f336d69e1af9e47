import { createHash } from 'node:crypto';
import ICAL from 'ical.js';
import { Allowance, type AllowanceParts } from '../../outbox/allowance.ts';
import type { ScheduleLimits } from '../../schedule/limits.ts';
import { RecurrenceSet } from '../../schedule/recurrence-set.ts';
import { UnusableTime } from '../../schedule/unusable-time.ts';
import {
  attendeeProperty,
  calendarUserOf,
  invited as asInvited,
  isSamePerson,
  organizerProperty,
} from '../event/attendee.ts';
import { copied, copiedProperty } from '../event/copied.ts';
import { emptyCalendar } from '../event/events.ts';
import type { Outcome, TokenMail } from './answering.ts';
import type { Invited, KeyedRecords } from './inviting.ts';
import type { Mailbox, MailLetter, Words } from './letter.ts';
import type { MailOutbox } from './outbox.ts';
import type { Told, ToldGuest } from './plan.ts';
import { hashOf, replyAddress, type Tokens } from './tokens.ts';
import { whenLines } from './when.ts';
import { utcTime } from '../../schedule/written-times.ts';

export interface CounteringParts {
  readonly outbox: MailOutbox;
  readonly tokens: Tokens;
  readonly invited: KeyedRecords<Invited>;
  /** Proposals that each attendee has made. */
  readonly proposed: AllowanceParts['spent'];
  readonly domain: string;
  readonly times: ScheduleLimits;
  /** Milliseconds since 1970. */
  readonly wall: () => number;
  /** Proposals of one attendee in a day. */
  readonly perAttendee: number;
}

interface Proposal {
  readonly told: Told;
  readonly event: ICAL.Component;
  readonly calendar: ICAL.Component;
  readonly method: string;
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly attendee: Mailbox;
  readonly subject: string;
  readonly words: Pick<Words, 'headline' | 'when' | 'about' | 'note'>;
  readonly inReplyTo: string | undefined;
}

const DAY = 86_400_000;
/** What of a proposal is passed on; all else is what we said ourselves. */
const PASSED_ON = ['dtstart', 'dtend', 'duration', 'rrule', 'rdate', 'recurrence-id', 'sequence', 'comment', 'uid'];

/** Carries proposals of other times to the organizer, and his refusal back, each under addresses that lead to us. */
export class Countering {
  readonly #parts: CounteringParts;
  readonly #budgets: Allowance;

  constructor(parts: CounteringParts) {
    const { perAttendee, proposed, wall } = parts;
    this.#parts = parts;
    this.#budgets = new Allowance({ spent: proposed, now: wall }, { count: perAttendee, period: DAY });
  }

  take(one: TokenMail): Promise<Outcome['became']> {
    return one.method === 'COUNTER' ? this.#counter(one) : this.#decline(one);
  }

  async #counter({ invited, told, event, calendar, mail }: TokenMail): Promise<Outcome['became']> {
    const { uri, address, about } = invited;
    const guest = told.guests[address];
    const organizer = organizerOf(told);
    if (guest === undefined || about !== undefined || organizer?.address === address) return 'not-hers';
    const isHers = event
      .getAllProperties('attendee')
      .some((one) => isSamePerson(calendarUserOf(one)?.address ?? '', `mailto:${address}`));
    if (!isHers) return 'not-hers';
    const when = this.#when(event, calendar, organizer?.guest.zone);
    if (when === undefined) return 'unreadable';
    if (organizer === undefined || !(await this.#budgets.take(`${uri} ${address}`))) return 'outdated';
    const token = this.#parts.tokens.of(uri, `${organizer.address} ${address}`);
    await this.#parts.invited.keep(hashOf(token), { uri, address: organizer.address, about: address });
    const from = { address: replyAddress(token, this.#parts.domain), ...nameOf(guest) };
    const name = guest.name ?? address;
    await this.#send({
      ...{ told, event, calendar, from, attendee: { address, ...nameOf(guest) } },
      to: { address: organizer.address, ...nameOf(organizer.guest) },
      method: 'COUNTER',
      subject: `${name} proposes another time: ${told.title}`,
      words: { headline: `${name} proposes another time for your conference.`, when, ...comment(event), note: HOW },
      inReplyTo: mail.messageId,
    });
    return 'passed-on';
  }

  async #decline({ invited, told, event, calendar, mail }: TokenMail): Promise<Outcome['became']> {
    const { uri, about } = invited;
    const guest = about === undefined ? undefined : told.guests[about];
    if (about === undefined || guest === undefined || organizerOf(told)?.address !== invited.address) return 'not-hers';
    const name = told.organizer.name ?? 'The organizer';
    const from = {
      address: replyAddress(this.#parts.tokens.of(uri, about), this.#parts.domain),
      ...nameOf(told.organizer),
    };
    await this.#send({
      ...{ told, event, calendar, from, to: { address: about, ...nameOf(guest) } },
      attendee: { address: about, ...nameOf(guest) },
      method: 'DECLINECOUNTER',
      subject: `The time stays: ${told.title}`,
      words: { headline: `${name} keeps the time of the conference.`, when: [], ...comment(event) },
      inReplyTo: mail.messageId,
    });
    return 'passed-on';
  }

  async #send(proposal: Proposal): Promise<void> {
    const { told, event, from, to, method, subject, words, inReplyTo } = proposal;
    const said = createHash('sha256').update(`${told.uri} ${from.address} ${event.toString()}`);
    const letter: MailLetter = {
      // The same proposal once more is the same letter.
      id: `counter.${said.digest('base64url')}`,
      at: this.#parts.wall(),
      organizer: told.organizer.key,
      uri: told.uri,
      ...{ from, to, subject },
      words: { title: told.title, where: [], people: [], ...words },
      calendar: { method, text: this.#text(proposal) },
      ...(inReplyTo !== undefined && { inReplyTo }),
    };
    (await this.#parts.outbox.keep([letter]))();
  }

  #text({ told, event, calendar, method, from, attendee }: Proposal): string {
    const object = emptyCalendar();
    object.addPropertyWithValue('method', method);
    for (const zone of calendar.getAllSubcomponents('vtimezone')) object.addSubcomponent(copied(zone));
    const written = new ICAL.Component('vevent');
    for (const name of PASSED_ON)
      for (const one of event.getAllProperties(name)) written.addProperty(copiedProperty(one));
    written.addPropertyWithValue('dtstamp', utcTime(this.#parts.wall()));
    written.addPropertyWithValue('summary', told.title);
    const organizer = { address: `mailto:${from.address}`, ...nameOf(told.organizer) };
    written.addProperty(organizerProperty(organizer));
    written.addProperty(attendeeProperty(asInvited({ ...attendee, address: `mailto:${attendee.address}` })));
    object.addSubcomponent(written);
    return `${object.toString()}\r\n`;
  }

  /** Undefined where what is proposed can not be read. */
  #when(event: ICAL.Component, calendar: ICAL.Component, own: string | undefined): string[] | undefined {
    try {
      const alone = emptyCalendar();
      for (const zone of calendar.getAllSubcomponents('vtimezone')) alone.addSubcomponent(copied(zone));
      alone.addSubcomponent(copied(event));
      const zone = event.getFirstProperty('dtstart')?.getFirstParameter('tzid');
      const set = new RecurrenceSet(alone.toString(), this.#parts.times);
      return whenLines(set.from(-Infinity), own ?? (zone || this.#parts.times.zone));
    } catch (error) {
      if (error instanceof UnusableTime) return undefined;
      throw error;
    }
  }
}

const HOW = 'To agree, change the time of the conference; to decline, decline the proposal in your calendar.';

function organizerOf(told: Told): { readonly address: string; readonly guest: ToldGuest } | undefined {
  const [found] = Object.entries(told.guests).filter(([, { key }]) => key === told.organizer.key);
  return found && { address: found[0], guest: found[1] };
}

const nameOf = ({ name }: { readonly name?: string }): { name?: string } => (name === undefined ? {} : { name });

/** What was said with it; long words are cut. */
function comment(event: ICAL.Component): { about?: string } {
  const text = String(event.getFirstPropertyValue('comment') ?? '').trim();
  return text === '' ? {} : { about: text.slice(0, 2_000) };
}
