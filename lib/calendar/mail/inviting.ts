import type { ChangeListener } from '../../conference/changes.ts';
import type { LoggedChange } from '../../conference/repository.ts';
import type { ConferenceObject } from '../../model/conference-object.ts';
import type { XconUri } from '../../model/identifiers.ts';
import { LogFollower, type Log } from '../../outbox/follower.ts';
import type { Records, Timers } from '../../outbox/letter.ts';
import type { ScheduleLimits } from '../../schedule/limits.ts';
import { type Invitation, invitationOf, type InvitedEvent, invitesByMail, type Said } from './invitation.ts';
import type { MailLetter } from './letter.ts';
import type { MailLimits } from './limits.ts';
import type { LetterWriter } from './letter-writer.ts';
import type { MailOutbox } from './outbox.ts';
import { type Plan, planOf, type Told } from './plan.ts';
import { hashOf, type Tokens } from './tokens.ts';

/** Records that are found by their id. */
export interface KeyedRecords<Value> extends Records<Value> {
  read(id: string): Promise<Value | undefined>;
}

/** Whose answers come under a token. */
export interface Invited {
  readonly uri: XconUri;
  readonly address: string;
  /** Of the organizer who was told what this attendee proposes: his refusal is for her. */
  readonly about?: string;
  /** SEQUENCE and DTSTAMP of the newest answer, to all or to an occurrence by its id. */
  readonly answered?: Readonly<Record<string, readonly [sequence: number, stamp: string]>>;
}

export interface InvitingParts {
  readonly control: {
    durable(uri: XconUri): Promise<ConferenceObject | undefined>;
    onChange(listener: ChangeListener): void;
  };
  readonly log: Log;
  readonly told: KeyedRecords<Told>;
  readonly invited: KeyedRecords<Invited>;
  /** Who has the conference in a calendar already, or is told by somebody else. */
  readonly exempt: (conference: Invitation) => Promise<(address: string) => boolean>;
  readonly outbox: MailOutbox;
  readonly tokens: Tokens;
  readonly writer: LetterWriter;
  readonly clock: Timers;
  /** Milliseconds since 1970. */
  readonly wall: () => number;
  readonly times: ScheduleLimits;
  readonly pins: 'organizer' | 'invited';
  readonly limits: MailLimits;
  readonly onError: (error: unknown) => void;
}

/**
 * Invites by mail: follows the change log, compares what people were told of a conference with what is so, and tells the
 * difference to whom it concerns (RFC 5546, RFC 6047).
 */
export class Inviting {
  readonly #parts: InvitingParts;
  readonly #follower: LogFollower;
  #timer: { cancel(): void } | undefined;
  #isOpen = false;

  constructor(parts: InvitingParts) {
    this.#parts = parts;
    this.#follower = new LogFollower('mail', parts.log, parts.limits.page, (changes) => this.#deal(changes));
    parts.control.onChange(({ before, after }) => {
      if ((after ?? before)?.header.kind === 'conference') this.#wakeSoon();
    });
  }

  /** Goes on where an earlier life stopped; conferences from before mail was configured are not told of. */
  async open(): Promise<void> {
    const { log, outbox, onError } = this.#parts;
    await outbox.open();
    if ((await log.position('mail')) === 0) await this.#follower.skip();
    // What was dealt with and not yet passed is read again, before a letter of it has gone out: so none goes out twice.
    else await this.#follower.wake().catch(onError);
    await outbox.review((letter) => this.#isTold(letter));
    outbox.start();
    this.#isOpen = true;
  }

  /** A crash between letters and what was told leaves invitations of which nobody knows, and whom nothing would recall. */
  async #isTold({ uri, to }: MailLetter): Promise<boolean> {
    return (await this.#parts.told.read(uri))?.guests[to.address] !== undefined;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#timer?.cancel();
    await this.#follower.close();
    this.#parts.outbox.close();
  }

  /** Changes that follow one another are told together. */
  #wakeSoon(): void {
    if (!this.#isOpen || this.#timer !== undefined) return;
    this.#timer = this.#parts.clock.after(this.#parts.limits.rest, () => {
      this.#timer = undefined;
      this.#follower.wake().catch((error: unknown) => {
        this.#parts.onError(error);
        this.#wakeSoon();
      });
    });
  }

  async #deal(changes: readonly LoggedChange[]): Promise<() => void> {
    const uris = new Set(changes.filter(concernsPeople).map(({ uri, header }) => header.stands?.series ?? uri));
    const sends: (() => void)[] = [];
    for (const uri of uris) sends.push(await this.#settle(uri));
    return () => sends.forEach((send) => send());
  }

  async #settle(uri: XconUri): Promise<() => void> {
    const { control, told, times, limits, pins, wall, writer, outbox } = this.#parts;
    const [object, before] = await Promise.all([control.durable(uri), told.read(uri)]);
    if (object !== undefined && !invitesByMail(object)) {
      if (before !== undefined) await told.forget(uri);
      return nothing;
    }
    const durable = (one: XconUri): Promise<ConferenceObject | undefined> => control.durable(one);
    const now = object && (await this.#withoutExempt(await invitationOf(object, durable, times)));
    if (before === undefined && now === undefined) return nothing;
    const stamp = wall();
    const textOf = (invitation: Invitation, uid: string): string => writer.storedText(invitation, uid);
    const plan = planOf(before, now, { shown: limits.shown, cancelled: limits.cancelled, pins, textOf });
    const letters = plan.messages
      .map((message) => writer.letter(message, { before, now, plan, stamp }))
      .filter((letter) => letter !== undefined);
    const send = await outbox.keep(letters);
    await this.#remember(uri, plan);
    return send;
  }

  async #withoutExempt(now: Invitation | undefined): Promise<Invitation | undefined> {
    if (now === undefined) return undefined;
    const isExempt = await this.#parts.exempt(now);
    const marked = (said: Said): Said => ({
      ...said,
      guests: said.guests.map((one) => (isExempt(one.address) ? { ...one, exempt: true } : one)),
    });
    const events = [...now.events].map(([uid, { calendar, said }]): [string, InvitedEvent] => [
      uid,
      { calendar, said: new Map([...said].map(([id, one]) => [id, marked(one)])) },
    ]);
    return { ...now, events: new Map(events) };
  }

  async #remember(uri: XconUri, { told, messages }: Plan): Promise<void> {
    const { tokens, invited } = this.#parts;
    await Promise.all([
      told === undefined ? this.#parts.told.forget(uri) : this.#parts.told.keep(uri, told),
      ...messages.map(({ guest, method, isNew }) => {
        const id = hashOf(tokens.of(uri, guest.address));
        if (told === undefined) return invited.forget(id);
        return method === 'REQUEST' && isNew ? invited.keep(id, { uri, address: guest.address }) : undefined;
      }),
    ]);
  }
}

const nothing = (): void => undefined;

/** Who comes and goes changes no invitation. */
const concernsPeople = ({ header, version, parts }: LoggedChange): boolean =>
  header.kind === 'conference' &&
  (version === 0 ||
    parts.some(
      ({ kind, before, after, factsBefore }) =>
        kind === 'section' || (kind === 'user' && (!before || !after || factsBefore !== undefined)),
    ));
