import { createHash } from 'node:crypto';
import type ICAL from 'ical.js';
import type { ScheduleLimits } from '../../schedule/limits.ts';
import { type Occurrence, RecurrenceSet } from '../../schedule/recurrence-set.ts';
import { momentOf } from '../../schedule/written-times.ts';
import type { Reminder } from '../reminder-moments.ts';
import type { JoinAddress } from '../event/seen-conference.ts';
import { definite, type DefiniteCalendar } from './definite.ts';
import type { Guest, Invitation, InvitedEvent, Referral, Said } from './invitation.ts';
import type { MailLetter, Words } from './letter.ts';
import type { Message, Plan, Told } from './plan.ts';
import { raised } from './revision.ts';
import { replyAddress, type Tokens } from './tokens.ts';
import { inTime, occurrenceLine, whenLines } from './when.ts';
import { cancelText, type EventPeople, eventText, type EventWords } from './writing.ts';

/** What a message is written from. */
export interface Occasion {
  readonly before: Told | undefined;
  readonly now: Invitation | undefined;
  readonly plan: Plan;
  /** Milliseconds since 1970. */
  readonly stamp: number;
}

export interface WriterParts {
  readonly tokens: Tokens;
  /** In which answers come. */
  readonly domain: string;
  readonly times: ScheduleLimits;
  readonly pins: 'organizer' | 'invited';
  /** Attendees whom an invitation names. */
  readonly shown: number;
}

type About = Pick<Told, 'uri' | 'version' | 'round' | 'organizer'>;

/** Writes what one guest is told. */
export class LetterWriter {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** An event as it is kept for the day on which it is cancelled. */
  storedText({ title, events }: Invitation, uid: string): string {
    const calendar = events.get(uid)?.calendar;
    if (calendar === undefined) return '';
    const ids = [...calendar.events.keys()];
    return eventText(calendar, () => ({ title, joins: [] }), { uid, ids, revisions: {}, stamp: 0 });
  }

  /** Undefined where all of it is over. */
  letter(message: Message, occasion: Occasion): MailLetter | undefined {
    return message.method === 'REQUEST' ? this.#request(message, occasion) : this.#cancel(message, occasion);
  }

  /** Undefined for somebody who has no mail address. */
  reminder(now: Invitation, { user, before, occurrence }: Reminder, stamp: number): MailLetter | undefined {
    const [event] = [...now.events.values()];
    const guest = event?.said.get('')?.guests.find(({ key }) => key === user);
    if (event === undefined || guest === undefined) return undefined;
    const said = createHash('sha256').update(`${now.uri} ${occurrence.id} ${user} ${before}`);
    return {
      ...this.#forPeople(now, guest, [occurrenceLine(occurrence, this.#zone(guest, event.calendar))], {
        subject: `Reminder: ${now.title}`,
        headline: `This conference begins ${inTime(occurrence.start - stamp)}.`,
      }),
      id: `reminder.${said.digest('base64url')}`,
      at: stamp,
      until: Math.max(stamp, occurrence.start),
    };
  }

  /** Asks somebody to come now. */
  referral(now: Referral, stamp: number): MailLetter {
    const { uri, version, guest, occurrence, organizer, title } = now;
    const { start, ends: end } = occurrence ?? {};
    const said = createHash('sha256').update(`${uri} ${version} ${occurrence?.id ?? ''} ${guest.key}`);
    const zone = guest.zone ?? this.#parts.times.zone;
    const when = start === undefined ? [] : [occurrenceLine({ start, ...(end !== undefined && { end }) }, zone)];
    return {
      ...this.#forPeople(now, guest, when, {
        subject: `Join now: ${title}`,
        headline: `${organizer.name ?? 'Somebody'} asks you to join this conference now.`,
      }),
      id: `referral.${said.digest('base64url')}`,
      at: stamp,
      ...(end !== undefined && { until: end }),
    };
  }

  /** A letter that no calendar reads. */
  #forPeople(
    { uri, organizer, title, joins }: Pick<Invitation, 'uri' | 'organizer' | 'title' | 'joins'>,
    guest: Guest,
    when: readonly string[],
    { subject, headline }: { readonly subject: string; readonly headline: string },
  ): Omit<MailLetter, 'id' | 'at'> {
    const { name } = organizer;
    return {
      uri,
      organizer: organizer.key,
      from: this.#organizer({ uri, organizer }, guest),
      to: { address: guest.address, ...(guest.name !== undefined && { name: guest.name }) },
      subject,
      words: {
        ...{ headline, title, when, people: [] },
        where: this.#joinsFor(joins, guest),
        ...(name !== undefined && { organizer: name }),
      },
    };
  }

  #request(message: Message, { now, plan, stamp }: Occasion): MailLetter | undefined {
    const event = now?.events.get(message.uid);
    if (now === undefined || event === undefined) return undefined;
    const { guest, uid, ids, isNew, out } = message;
    const { calendar } = event;
    const joins = this.#joinsFor(now.joins, guest);
    const { organizer } = now;
    const { title, about, guests } = saidIn(event, ids[0] ?? '');
    const revisions = plan.told?.events[uid]?.revisions ?? {};
    const whole = this.storedText(now, uid);
    const coming = this.#occurrences(ids.includes('') ? whole : undefined, calendar, ids, stamp);
    const when = whenLines(coming, this.#zone(guest, calendar));
    if (when.length === 0) return undefined;
    const shown = this.#shown(guests, guest);
    const people = (id: string): EventPeople => ({
      organizer: this.#organizer(now, guest),
      attendees: this.#shown(saidIn(event, id).guests, guest).map((one) => ({
        ...one,
        partstat: one.answers?.get(id) ?? one.partstat,
      })),
    });
    const words = (id: string): EventWords => ({ ...saidIn(event, id), joins });
    const text = eventText(calendar, words, { method: 'REQUEST', uid, ids, revisions, out, stamp, people });
    return this.#written({ ...now, round: plan.told?.round ?? 0 }, message, stamp, {
      subject: `${isNew ? 'Invitation' : 'Changed'}: ${title}`,
      words: {
        headline: headlineOf(message, organizer.name),
        title,
        when,
        where: joins,
        ...(organizer.name !== undefined && { organizer: organizer.name }),
        people: shown.length > 1 ? shown.map(({ name, address }) => name ?? address) : [],
        ...(about !== undefined && { about }),
      },
      calendar: { method: 'REQUEST', text },
    });
  }

  #cancel(message: Message, { before, now, plan, stamp }: Occasion): MailLetter | undefined {
    const { guest, uid, ids } = message;
    const known = before?.events[uid];
    const calendar = known && definite(known.text, this.#parts.times);
    if (before === undefined || known === undefined || calendar === undefined) return undefined;
    const isWhole = ids.includes('');
    const coming = isWhole
      ? [...this.#occurrences(known.text, calendar, ids, stamp)]
      : ids.map((id) => ({ id, start: momentOf(id) })).filter(({ start }) => start >= stamp);
    const zone = this.#zone(guest, calendar);
    const when = isWhole ? whenLines(coming, zone) : coming.map((one) => occurrenceLine(one, zone));
    if (when.length === 0) return undefined;
    const about: About = { ...before, ...now, round: before.round + 1 };
    const people = (): EventPeople => ({ organizer: this.#organizer(about, guest), attendees: [guest] });
    const revisions = plan.told?.events[uid]?.revisions ?? raised(known.revisions);
    const text = cancelText(calendar, { title: before.title, joins: [] }, { uid, ids, revisions, stamp, people });
    const { name } = before.organizer;
    return this.#written(about, message, stamp, {
      subject: `Cancelled: ${before.title}`,
      words: {
        headline: isWhole
          ? now === undefined
            ? 'This conference does not take place.'
            : 'You are not invited any more to this conference.'
          : 'The conference does not take place at this time.',
        title: before.title,
        when,
        where: [],
        ...(name !== undefined && { organizer: name }),
        people: [],
      },
      calendar: { method: 'CANCEL', text },
    });
  }

  #written(
    { uri, version, round, organizer }: About,
    { guest, uid, method, ids }: Message,
    at: number,
    said: Pick<MailLetter, 'subject' | 'words' | 'calendar'>,
  ): MailLetter {
    const lane = createHash('sha256').update(`${uri} ${guest.address}`).digest('base64url').slice(0, 22);
    const kind = createHash('sha256').update(`${uid} ${method} ${ids.join()}`).digest('base64url').slice(0, 8);
    return {
      // In the order in which they were written within a lane, and the same when they are written again.
      id: `${lane}.${String(round).padStart(9, '0')}.${version}.${kind}`,
      at,
      uri,
      organizer: organizer.key,
      from: this.#organizer({ uri, organizer }, guest),
      to: { address: guest.address, ...(guest.name !== undefined && { name: guest.name }) },
      ...said,
    };
  }

  #organizer(
    { uri, organizer }: Pick<About, 'uri' | 'organizer'>,
    { address }: Pick<Guest, 'address'>,
  ): EventPeople['organizer'] {
    const reply = replyAddress(this.#parts.tokens.of(uri, address), this.#parts.domain);
    return { address: reply, ...(organizer.name !== undefined && { name: organizer.name }) };
  }

  /** The PIN goes to whom it belongs. */
  #joinsFor(joins: readonly JoinAddress[], { chairs }: Pick<Guest, 'chairs'>): Words['where'] {
    return this.#parts.pins === 'invited' || chairs ? joins : joins.map(({ uri }) => ({ uri }));
  }

  /** Whom a guest reads of: all who may be known, if they are not too many; at least herself. */
  #shown(guests: readonly Guest[], { address }: Pick<Guest, 'address'>): readonly Guest[] {
    const known = guests.filter((one) => one.shown || one.address === address);
    return known.length <= this.#parts.shown ? known : known.filter((one) => one.address === address || one.chairs);
  }

  #zone({ zone }: Pick<Guest, 'zone'>, calendar: DefiniteCalendar): string {
    return zone ?? [...calendar.zones.keys()][0] ?? this.#parts.times.zone;
  }

  /** What is still to come of the series, or of what is said of single occurrences. */
  *#occurrences(
    series: string | undefined,
    calendar: DefiniteCalendar,
    ids: readonly string[],
    now: number,
  ): Generator<Occurrence> {
    if (series !== undefined) {
      yield* new RecurrenceSet(series, { ...this.#parts.times, length: Infinity }).from(now);
      return;
    }
    for (const id of ids) {
      const event = calendar.events.get(id);
      if (event !== undefined) yield* new RecurrenceSet(alone(event, calendar), this.#parts.times).from(now);
    }
  }
}

/** What is said of an occurrence, or of the series where that is all. */
const saidIn = ({ said }: InvitedEvent, id: string): Said =>
  said.get(id) ?? said.get('') ?? { title: 'Conference', guests: [] };

/** One event with its zones. */
function alone(event: ICAL.Component, { zones }: DefiniteCalendar): string {
  const described = [...zones.values()].map((zone) => zone.toString());
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', ...described, event.toString(), 'END:VCALENDAR'].join('\r\n');
}

const headlineOf = ({ isNew }: Message, organizer: string | undefined): string =>
  isNew ? `${organizer ?? 'Somebody'} invites you to a conference.` : 'This conference has changed. What holds now:';
