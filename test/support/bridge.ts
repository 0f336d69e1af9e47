import ICAL from 'ical.js';
import { handIn, MailServer, type ReceivedMail } from '../calendar/mail/mail-server.ts';
import { basic, type Party } from './party.ts';
import { PASSWORD, TestSystem } from './system.ts';

export const UID = '040000008200E00074C5B7101A82E00800000000';
export const OUTLOOK_ZONE = [
  ...['BEGIN:VTIMEZONE', 'TZID:W. Europe Standard Time', 'BEGIN:STANDARD', 'DTSTART:16010101T030000'],
  ...['TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100', 'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10', 'END:STANDARD'],
  ...['BEGIN:DAYLIGHT', 'DTSTART:16010101T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200'],
  ...['RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3', 'END:DAYLIGHT', 'END:VTIMEZONE'],
];

export interface Said {
  readonly method?: string;
  readonly sequence?: number;
  readonly lines: readonly string[];
  readonly zone?: readonly string[];
  readonly headers?: readonly string[];
  readonly from?: string;
  readonly organizer?: string;
  readonly summary?: string;
  /** Who else is asked. */
  readonly attendees?: readonly string[];
  /** How the bridge is asked. */
  readonly invites?: readonly string[];
}

/** An invitation as a calendar program mails it. */
export const invitation = (said: Said): string => {
  const { method = 'REQUEST', sequence = 0, lines, zone = [], from = 'olga@example.com', organizer = from } = said;
  const { headers = [`Authentication-Results: mx.example.com; dmarc=pass header.from=example.com`] } = said;
  return [
    ...headers,
    ...[
      `From: Olga <${from}>`,
      'To: meet@example.com',
      'Subject: Planning',
      'Message-ID: <1@outlook>',
      'MIME-Version: 1.0',
    ],
    ...[
      'Content-Type: multipart/alternative; boundary="b"',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'Join us.',
      '--b',
    ],
    ...[`Content-Type: text/calendar; charset="utf-8"; method=${method}`, '', 'BEGIN:VCALENDAR', 'VERSION:2.0'],
    ...['PRODID:Microsoft Exchange Server 2010', `METHOD:${method}`, ...zone, 'BEGIN:VEVENT', `UID:${UID}`],
    ...[`SEQUENCE:${sequence}`, `DTSTAMP:2029010${sequence + 1}T000000Z`, `ORGANIZER;CN=Olga:mailto:${organizer}`],
    ...(said.invites ?? [
      'ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=Meet:mailto:meet@example.com',
    ]),
    ...(said.attendees ?? ['erin']).map(
      (name) => `ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${name}@example.com`,
    ),
    ...[`SUMMARY:${said.summary ?? 'Planning'}`, ...lines, 'END:VEVENT', 'END:VCALENDAR', '', '--b--', ''],
  ].join('\n');
};

export const WEEKLY = [
  'DTSTART;TZID=W. Europe Standard Time:20300107T090000',
  'DTEND;TZID=W. Europe Standard Time:20300107T100000',
  'RRULE:FREQ=WEEKLY;COUNT=10',
];
export const OUTLOOK = { lines: WEEKLY, zone: OUTLOOK_ZONE };

export const eventsOf = (mail: ReceivedMail | undefined): ICAL.Component[] =>
  ICAL.Component.fromString(mail?.calendar ?? '').getAllSubcomponents('vevent');

/** A system whose bridge is `meet@example.com`, the mail server of the house, and Olga, who organizes. */
export class House {
  readonly system: TestSystem;
  readonly server: MailServer;
  readonly olga: Party;

  private constructor(system: TestSystem, server: MailServer) {
    this.system = system;
    this.server = server;
    this.olga = system.party('xcon-userid:olga@example.com', basic('olga', PASSWORD));
  }

  static async start(): Promise<House> {
    const server = await MailServer.start();
    const system = await TestSystem.start({
      ...{ 'mail.server': server.address, 'mail.tls': 'none', 'mail.rest': 1, 'mail.listen': '127.0.0.1:0' },
      'mail.authservId': 'mx.example.com',
    });
    for (const [name, displayText] of Object.entries({ olga: 'Olga', erin: 'Erin', frank: 'Frank' })) {
      // Of Frank the directory knows no mail address.
      const mail = name === 'frank' ? [] : [`mailto:${name}@example.com`];
      const addresses = [`sip:${name}@example.com`, ...mail];
      await system.administration.addUser({ name, password: PASSWORD, displayText, addresses });
    }
    return new House(system, server);
  }

  async close(): Promise<void> {
    await this.system.close();
    await this.server.close();
  }

  /** Resolves to the code of the answer when what the mail says is durable. */
  send(said: Said): Promise<number> {
    const { from = 'olga@example.com' } = said;
    return handIn(this.system.mail, { from, to: 'meet@example.com', raw: invitation(said) });
  }

  async conferences(): Promise<string[]> {
    const { xml } = await this.olga.asks('confs', { operation: 'retrieve' });
    return [...xml.matchAll(/>(xcon:[^<]+)</g)].map(([, uri]) => uri ?? '');
  }
}
