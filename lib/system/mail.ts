import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Invited } from '../calendar/mail/inviting.ts';
import { Inviting } from '../calendar/mail/inviting.ts';
import type { MailLetter } from '../calendar/mail/letter.ts';
import { LetterWriter } from '../calendar/mail/letter-writer.ts';
import { MailOutbox } from '../calendar/mail/outbox.ts';
import type { Told } from '../calendar/mail/plan.ts';
import { type MailServer, smtpPostOffice } from '../calendar/mail/post-office.ts';
import { Tokens } from '../calendar/mail/tokens.ts';
import type { ConferenceControl } from '../conference/control.ts';
import type { People } from '../conference/people.ts';
import { section, type Config } from '../config.ts';
import type { Timers } from '../outbox/letter.ts';
import type { SqliteStore } from '../store/sqlite/store.ts';

export interface MailWiring {
  readonly config: Config;
  readonly logger: Logger;
  readonly store: SqliteStore;
  readonly control: ConferenceControl;
  readonly people: People;
  readonly clock: Timers;
  readonly key: Buffer;
}

/** Invitations by mail, as the conferencing system makes them; undefined where no mail server is configured. */
export class MailFront {
  readonly outbox: MailOutbox;
  readonly #inviting: Inviting;

  private constructor(outbox: MailOutbox, inviting: Inviting) {
    this.outbox = outbox;
    this.#inviting = inviting;
  }

  static of({ config, logger, store, control, people, clock, key }: MailWiring): MailFront | undefined {
    const mail = section(config, 'mail');
    const server = mailServer(config);
    if (server === undefined) return undefined;
    const domain = mail.domain ?? config.domain;
    const parts = { clock, wall: Date.now, limits: mail, domain };
    const outbox = new MailOutbox({
      ...parts,
      letters: store.records<MailLetter>('mail-letter'),
      office: smtpPostOffice(server),
      mayReach: (address) => mayReach(address, people, mail.domains),
    });
    const times = section(config, 'schedule');
    const pins = mail.pins as 'organizer' | 'invited';
    const tokens = new Tokens(key);
    const writer = new LetterWriter({ tokens, domain, times, pins, shown: mail.shown, zoneOf: () => undefined });
    const inviting = new Inviting({
      ...parts,
      ...{ control, log: store, outbox, tokens, writer, times, pins },
      told: store.records<Told>('mail-told'),
      invited: store.records<Invited>('mail-invited'),
      onError: (error) => logger.error({ err: error }, 'mail waits for the change log'),
    });
    return new MailFront(outbox, inviting);
  }

  open(): Promise<void> {
    return this.#inviting.open();
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

function mailServer(config: Config): MailServer | undefined {
  const { server, tls, ca, user, passwordFile, time, inFlight } = section(config, 'mail');
  if (server === undefined) return undefined;
  const [, host = server, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(server)?.filter(Boolean) ?? [];
  const login =
    user === undefined
      ? undefined
      : { user, password: passwordFile === undefined ? '' : readFileSync(passwordFile, 'utf8').trim() };
  return {
    host,
    port: Number(port ?? 587),
    tls: tls as MailServer['tls'],
    ...(ca !== undefined && { ca: readFileSync(ca, 'utf8') }),
    ...(login && { login }),
    time,
    connections: inFlight,
  };
}
