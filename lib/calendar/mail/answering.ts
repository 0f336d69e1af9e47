import type ICAL from 'ical.js';
import type { Call } from '../../conference/calls.ts';
import { Refusal } from '../../conference/refusal.ts';
import type { XconUri } from '../../model/identifiers.ts';
import { info } from '../../model/names.ts';
import { Calendar, instantOf } from '../../schedule/calendar.ts';
import type { ScheduleLimits } from '../../schedule/limits.ts';
import { stamp } from '../../schedule/written-times.ts';
import { UnusableTime } from '../../schedule/unusable-time.ts';
import type { XmlElement } from '../../xml/element.ts';
import { answerElement } from '../event/answer.ts';
import { attendeeOf, isSamePerson } from '../event/attendee.ts';
import { isLater, revisionOf } from './bridge-event.ts';
import type { CalendarLimits } from '../event/limits.ts';
import { scheduleOf } from '../event/schedule.ts';
import { UnusableCalendar } from '../event/unusable-calendar.ts';
import type { Countering } from './countering.ts';
import type { IncomingMail } from './incoming.ts';
import type { Invited, KeyedRecords } from './inviting.ts';
import type { Told } from './plan.ts';
import { hashOf, tokenIn } from './tokens.ts';

export interface AnsweringParts {
  readonly control: { updateUser(call: Call, uri: XconUri, user: XmlElement): Promise<unknown> };
  /** As whom answers are written down: their token says whose they are. */
  readonly call: Call;
  readonly told: Pick<KeyedRecords<Told>, 'read'>;
  readonly invited: KeyedRecords<Invited>;
  readonly countering: Countering;
  readonly times: ScheduleLimits;
  /** What one event may be. */
  readonly event: CalendarLimits;
  /** Told what became of each mail, without its token. */
  readonly onTaken: (outcome: Outcome) => void;
}

export interface Outcome {
  readonly uri?: XconUri;
  readonly method?: string;
  /** What was done, or why nothing was. */
  readonly became:
    | 'answered'
    | 'passed-on'
    | 'no-token'
    | 'not-authentic'
    | 'unreadable'
    | 'not-hers'
    | 'outdated'
    | 'automatic'
    | 'over';
}

/** A mail that came under a token. */
export interface TokenMail {
  readonly mail: IncomingMail;
  readonly invited: Invited;
  readonly told: Told;
  readonly method: string;
  readonly event: ICAL.Component;
  /** The whole object, with its zones. */
  readonly calendar: ICAL.Component;
}

/**
 * Answers to invitations (RFC 5546 §3.2.3, §3.2.7, §3.2.8): one counts that comes under the token of an attendee and names
 * this attendee. Anything else is dropped without an answer.
 */
export class Answering {
  readonly #parts: AnsweringParts;

  constructor(parts: AnsweringParts) {
    this.#parts = parts;
  }

  static accepts(address: string, domain: string): boolean {
    return tokenIn(address) !== undefined && address.toLowerCase().endsWith(`@${domain}`);
  }

  async take(mail: IncomingMail): Promise<void> {
    for (const recipient of new Set(mail.recipients)) {
      const token = tokenIn(recipient);
      if (token !== undefined) this.#parts.onTaken(await this.#take(mail, hashOf(token)));
    }
  }

  async #take(mail: IncomingMail, id: string): Promise<Outcome> {
    const invited = await this.#parts.invited.read(id);
    if (invited === undefined) return { became: 'no-token' };
    const { uri } = invited;
    if (mail.verdict === 'failed') return { uri, became: 'not-authentic' };
    const told = await this.#parts.told.read(uri);
    if (told === undefined) return { uri, became: 'over' };
    const read = eventsIn(mail.calendar ?? '', told, this.#parts.event);
    if (read === undefined) return { uri, became: 'unreadable' };
    const { method, calendar, events } = read;
    let became: Outcome['became'] = 'unreadable';
    for (const event of events) {
      const one = { mail, invited, told, method, event, calendar };
      if (method === 'REPLY') became = await this.#reply(one, id);
      else if (method === 'COUNTER' || method === 'DECLINECOUNTER') became = await this.#counter(one);
    }
    return { uri, method, became };
  }

  async #reply({ invited, told, event, calendar }: TokenMail, id: string): Promise<Outcome['became']> {
    const { uri, address, answered = {} } = invited;
    const guest = told.guests[address];
    const [named, ...others] = event.getAllProperties('attendee').map(attendeeOf);
    if (guest === undefined || invited.about !== undefined) return 'not-hers';
    if (named === undefined || others.length > 0 || !isSamePerson(named.address, `mailto:${address}`))
      return 'not-hers';
    const to = this.#occurrenceOf(event, calendar);
    const answer = answerElement(named.partstat, to);
    if (to === undefined || answer === undefined) return 'unreadable';
    // RFC 5546 §2.1.5: of two replies the one to the later revision counts, then the one that was written later.
    const revision = revisionOf(event);
    const before = answered[to];
    if (before !== undefined && !isLater(revision, before)) return 'outdated';
    try {
      await this.#parts.control.updateUser(this.#parts.call, uri, info('user', { entity: guest.key }, [answer]));
    } catch (error) {
      if (error instanceof Refusal) return 'over';
      throw error;
    }
    await this.#parts.invited.keep(id, { ...invited, answered: { ...answered, [to]: revision } });
    return 'answered';
  }

  async #counter(one: TokenMail): Promise<Outcome['became']> {
    // A mail for it goes out, so no mail that was written by a machine may cause one.
    if (one.mail.by !== 'person') return 'automatic';
    return this.#parts.countering.take(one);
  }

  /** The id of the occurrence that an event speaks of; undefined where its time can not be read. */
  #occurrenceOf(event: ICAL.Component, calendar: ICAL.Component): string | undefined {
    const recurrence = event.getFirstProperty('recurrence-id');
    if (recurrence === null) return 'all';
    try {
      const read = new Calendar(calendar.toString(), this.#parts.times);
      return stamp(instantOf(read.moment(recurrence)));
    } catch (error) {
      if (error instanceof UnusableTime) return undefined;
      throw error;
    }
  }
}

/** The events of the conference that a mail speaks of; undefined where it speaks of none. */
function eventsIn(
  text: string,
  told: Told,
  limits: CalendarLimits,
): { method: string; calendar: ICAL.Component; events: ICAL.Component[] } | undefined {
  try {
    const { method, uid, calendar } = scheduleOf(text, limits);
    if (method === undefined || told.events[uid] === undefined) return undefined;
    return { method, calendar, events: calendar.getAllSubcomponents('vevent').slice(0, MOST_EVENTS) };
  } catch (error) {
    if (error instanceof UnusableCalendar) return undefined;
    throw error;
  }
}

/** Somebody answers to so many occurrences in one mail at most. */
const MOST_EVENTS = 50;
