import type { Logger } from 'pino';
import type { MailView } from '../admin/administration.ts';
import type { StoredEvent } from '../calendar/dav/stored-event.ts';
import { Answering } from '../calendar/mail/answering.ts';
import { type Bridged, Bridging } from '../calendar/mail/bridging.ts';
import { Countering } from '../calendar/mail/countering.ts';
import { toldElsewhere } from '../calendar/mail/exempt.ts';
import { invitationOf, referralOf } from '../calendar/mail/invitation.ts';
import { type Invited, Inviting } from '../calendar/mail/inviting.ts';
import { LetterWriter } from '../calendar/mail/letter-writer.ts';
import type { MailLetter } from '../calendar/mail/letter.ts';
import { MailListener } from '../calendar/mail/listener.ts';
import { MailOutbox } from '../calendar/mail/outbox.ts';
import type { Told } from '../calendar/mail/plan.ts';
import { smtpPostOffice } from '../calendar/mail/post-office.ts';
import { Tokens } from '../calendar/mail/tokens.ts';
import type { Reminder } from '../calendar/reminder-moments.ts';
import type { ConferenceControl } from '../conference/control.ts';
import type { People } from '../conference/people.ts';
import { section, type Config } from '../config.ts';
import { formatAddress } from '../http/address.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import type { Spent } from '../outbox/allowance.ts';
import type { Timers } from '../outbox/letter.ts';
import type { SqliteStore } from '../store/sqlite/store.ts';
import { serversCall } from './callers.ts';
import { listenerTls, mailServer } from './smtp.ts';

export interface MailWiring {
  readonly config: Config;
  readonly logger: Logger;
  readonly store: SqliteStore;
  readonly control: ConferenceControl;
  readonly people: People;
  /** Resolves when what a user's calendar client stores now is stored. */
  readonly stored: (user: XconUserId) => Promise<void>;
  readonly clock: Timers;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly key: Buffer;
}

/** Invitations by mail and the answers to them, as the conferencing system makes them. */
export class MailFront {
  readonly outbox: MailOutbox;
  readonly #config: Config;
  readonly #inviting: Inviting;
  readonly #listener: MailListener | undefined;
  readonly #writer: LetterWriter;
  readonly #date: () => number;

  private constructor(
    config: Config,
    outbox: MailOutbox,
    parts: {
      readonly inviting: Inviting;
      readonly listener: MailListener | undefined;
      readonly writer: LetterWriter;
      readonly date: () => number;
    },
  ) {
    this.#config = config;
    this.outbox = outbox;
    this.#inviting = parts.inviting;
    this.#listener = parts.listener;
    this.#writer = parts.writer;
    this.#date = parts.date;
  }

  /** Undefined where no mail server is configured. */
  static of({ config, logger, store, control, people, stored, clock, date, key }: MailWiring): MailFront | undefined {
    const mail = section(config, 'mail');
    const server = mailServer(config);
    if (server === undefined) return undefined;
    const domain = (mail.domain ?? config.domain).toLowerCase();
    const tokens = new Tokens(key);
    const times = section(config, 'schedule');
    const { length, lines, components, depth, attendees } = section(config, 'calendar');
    const event = { length, lines, components, depth, attendees };
    const pins = mail.pins as 'organizer' | 'invited';
    const shared = { clock, wall: date, limits: mail, domain, tokens, times, event, pins };
    const told = store.records<Told>('mail-told');
    const invited = store.records<Invited>('mail-invited');
    const outbox = new MailOutbox({
      ...shared,
      letters: store.records<MailLetter>('mail-letter'),
      spent: store.records<Spent>('mail-spent'),
      office: smtpPostOffice(server),
      mayReach: (address) => mayReach(address, people, mail.domains),
    });
    const parts = { ...shared, control, outbox, told, invited };
    const writer = new LetterWriter({ ...shared, shown: mail.shown });
    const inviting = new Inviting({
      ...parts,
      ...{ log: store, writer },
      exempt: async (one) => {
        // Who is told by others stands in what the organizer's client stores after the conference is there.
        await stored(one.organizer.key);
        return toldElsewhere(one, store.records<StoredEvent>('calendar-event'));
      },
      onError: (error) => logger.error({ err: error }, 'mail waits for the change log'),
    });
    const answering = new Answering({
      ...parts,
      call: serversCall(config, 'mail'),
      countering: new Countering({
        ...parts,
        proposed: store.records<Spent>('mail-proposed'),
        perAttendee: mail.perAttendee,
      }),
      onTaken: (outcome) => logger.info(outcome, 'mail was taken'),
    });
    const bridging = new Bridging({
      ...parts,
      people,
      bridged: store.records<Bridged>('mail-bridged'),
      addresses: mail.bridge.map((one) => (one.includes('@') ? one : `${one}@${domain}`).toLowerCase()),
      domain: config.domain,
      onTaken: (outcome) => logger.info(outcome, 'an invitation of the bridge was taken'),
    });
    const listener = new MailListener({
      accepts: (address) => Answering.accepts(address, domain) || bridging.accepts(address),
      take: async (one) => {
        await answering.take(one);
        await bridging.take(one);
      },
      trusted: mail.trusted,
      authservId: mail.authservId,
      domain,
      limits: mail,
      onError: (error) => logger.error({ err: error }, 'a mail could not be taken'),
    });
    return new MailFront(config, outbox, { inviting, listener: mail.listen && listener, writer, date });
  }

  /** Where no mail server is configured any more, the log need not keep for mail what it would keep for ever. */
  static async passOver(store: SqliteStore): Promise<void> {
    if ((await store.position('mail')) > 0) await store.setPosition('mail', await store.newestPosition());
  }

  /** What did not go out yet, or never will; the addresses of letters hold tokens and are not told. */
  async view(): Promise<MailView[]> {
    await this.outbox.open();
    return this.outbox.list().map(({ organizer, waiting, failure, dead }) => ({
      ...{ organizer, waiting },
      ...(failure !== undefined && { failure }),
      dead: dead.map(({ to, subject, at, dead: end }) => ({
        ...{ to: to.address, subject, at: new Date(at).toISOString() },
        reason: end?.reason ?? '',
      })),
    }));
  }

  /** Resolves to where mail is handed in, if anywhere. */
  async open(): Promise<string | undefined> {
    await this.#inviting.open();
    const address = this.#config['mail.listen'];
    if (this.#listener === undefined || address === undefined) return undefined;
    return formatAddress(await this.#listener.listen(address, await listenerTls(this.#config)));
  }

  /** Resolves when it is sure that she hears of it. */
  async remind(object: ConferenceObject, reminder: Reminder): Promise<void> {
    const now = await invitationOf(object, () => Promise.resolve(undefined), section(this.#config, 'schedule'));
    const letter = now && this.#writer.reminder(now, reminder, this.#date());
    if (letter !== undefined) (await this.outbox.keep([letter]))();
  }

  /** Asks somebody to come now; resolves when it is sure that she hears of it. */
  async refer(object: ConferenceObject, user: XconUserId): Promise<void> {
    const now = referralOf(object, user);
    if (now !== undefined) (await this.outbox.keep([this.#writer.referral(now, this.#date())]))();
  }

  /** Takes certificates from their files anew. */
  async reload(): Promise<void> {
    const tls = this.#listener && (await listenerTls(this.#config));
    if (tls !== undefined) this.#listener?.reload(tls);
  }

  /** Takes no more mail. */
  async stopListening(): Promise<void> {
    await this.#listener?.close();
  }

  close(): Promise<void> {
    return this.#inviting.close();
  }
}

/** Users of the directory by their addresses, everybody in the domains that are served, others by allow-list. */
async function mayReach(address: string, people: People, domains: readonly string[]): Promise<boolean> {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  if (people.servesDomain(domain) || domains.some((one) => one === '*' || one.toLowerCase() === domain)) return true;
  return (await people.principalByAddress(`mailto:${address}`)) !== undefined;
}
