import ICAL from 'ical.js';
import { expect } from 'chai';
import { basic, type Party } from '../support/party.ts';
import { PASSWORD, TestSystem } from '../support/system.ts';
import { handIn, MailServer, type ReceivedMail } from '../calendar/mail/mail-server.ts';

const UID = '040000008200E00074C5B7101A82E00800000000';
const OUTLOOK_ZONE = [
  ...['BEGIN:VTIMEZONE', 'TZID:W. Europe Standard Time', 'BEGIN:STANDARD', 'DTSTART:16010101T030000'],
  ...['TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100', 'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10', 'END:STANDARD'],
  ...['BEGIN:DAYLIGHT', 'DTSTART:16010101T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200'],
  ...['RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3', 'END:DAYLIGHT', 'END:VTIMEZONE'],
];

interface Said {
  readonly method?: string;
  readonly sequence?: number;
  readonly lines: readonly string[];
  readonly zone?: readonly string[];
  readonly headers?: readonly string[];
  readonly from?: string;
  readonly organizer?: string;
  readonly summary?: string;
}

/** An invitation as a calendar program mails it. */
const invitation = (said: Said): string => {
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
    ...['ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=Meet:mailto:meet@example.com'],
    ...['ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:erin@example.com'],
    ...[`SUMMARY:${said.summary ?? 'Planning'}`, ...lines, 'END:VEVENT', 'END:VCALENDAR', '', '--b--', ''],
  ].join('\n');
};

const WEEKLY = [
  'DTSTART;TZID=W. Europe Standard Time:20300107T090000',
  'DTEND;TZID=W. Europe Standard Time:20300107T100000',
  'RRULE:FREQ=WEEKLY;COUNT=10',
];
const OUTLOOK = { lines: WEEKLY, zone: OUTLOOK_ZONE };

const eventsOf = (mail: ReceivedMail | undefined): ICAL.Component[] =>
  ICAL.Component.fromString(mail?.calendar ?? '').getAllSubcomponents('vevent');

describe('the bridge, invited by mail', () => {
  let system: TestSystem;
  let server: MailServer;
  let olga: Party;
  beforeEach(async () => {
    server = await MailServer.start();
    system = await TestSystem.start({
      ...{ 'mail.server': server.address, 'mail.tls': 'none', 'mail.rest': 1, 'mail.listen': '127.0.0.1:0' },
      'mail.authservId': 'mx.example.com',
    });
    for (const [name, displayText] of Object.entries({ olga: 'Olga', erin: 'Erin' })) {
      const addresses = [`sip:${name}@example.com`, `mailto:${name}@example.com`];
      await system.administration.addUser({ name, password: PASSWORD, displayText, addresses });
    }
    olga = system.party('xcon-userid:olga@example.com', basic('olga', PASSWORD));
  });
  afterEach(async () => {
    await system.close();
    await server.close();
  });

  const send = (said: Said, to = 'meet@example.com'): Promise<number> =>
    handIn(system.mail, { from: said.from ?? 'olga@example.com', to, raw: invitation(said) });
  const conferences = async (): Promise<string[]> => {
    const { xml } = await olga.asks('confs', { operation: 'retrieve' });
    return [...xml.matchAll(/>(xcon:[^<]+)</g)].map(([, uri]) => uri ?? '');
  };

  it('makes a conference of the event, answers with its addresses and follows the event to its end', async () => {
    expect(await send(OUTLOOK)).to.equal(250);
    const [uri = ''] = await conferences();
    const [answer] = await server.until(1);
    expect([answer?.from, answer?.to[0], answer?.method]).to.deep.equal([
      'meet@example.com',
      'olga@example.com',
      'REPLY',
    ]);
    expect(answer?.parsed.headers.get('auto-submitted')).to.equal('auto-replied');
    expect(answer?.parsed.inReplyTo).to.equal('<1@outlook>');
    const [reply] = eventsOf(answer);
    expect(reply?.getFirstPropertyValue('uid')).to.equal(UID);
    const attendee = reply?.getFirstProperty('attendee');
    expect([attendee?.getFirstValue(), attendee?.getFirstParameter('partstat')]).to.deep.equal([
      ...['mailto:meet@example.com', 'ACCEPTED'],
    ]);
    const sip = String(reply?.getFirstPropertyValue('location'));
    expect(sip).to.match(/^sip:[a-z2-7]+@example\.com$/);
    expect(answer?.parsed.text).to.include(sip);
    const first = await olga.asks('conf', { operation: 'retrieve', confObjID: uri });
    expect(first.xml)
      .to.include('Planning')
      .and.include('RRULE:FREQ=WEEKLY;COUNT=10')
      .and.include('mailto:erin@example.com');

    const moved = {
      ...OUTLOOK,
      sequence: 1,
      lines: WEEKLY.map((line) => line.replace('T09', 'T11').replace('T10', 'T12')),
    };
    expect(await send(moved)).to.equal(250);
    expect(await send(OUTLOOK)).to.equal(250); // comes late, and means nothing any more
    await server.until(2);
    expect(await conferences()).to.deep.equal([uri]);
    const second = await olga.asks('conf', { operation: 'retrieve', confObjID: uri });
    expect(second.xml).to.include('20300107T110000').and.not.include('20300107T090000');

    const name = 'RECURRENCE-ID;TZID=W. Europe Standard Time:20300114T110000';
    const without = {
      zone: OUTLOOK_ZONE,
      method: 'CANCEL',
      sequence: 2,
      lines: [name, name.replace('RECURRENCE-ID', 'DTSTART')],
    };
    expect(await send(without)).to.equal(250);
    await server.until(3);
    const listed = await olga.asks('conf', { operation: 'retrieve', confObjID: uri });
    expect(listed.xml).to.include('STATUS:CANCELLED');

    expect(await send({ ...OUTLOOK, method: 'CANCEL', sequence: 3 })).to.equal(250);
    expect(await conferences()).to.deep.equal([]);
    // Nobody was told twice: the organizer's calendar has invited the others.
    expect(server.received.map(({ to }) => to[0])).to.deep.equal(Array(3).fill('olga@example.com'));
  });

  it('makes a child of an occurrence that gets a name of its own', async () => {
    await send(OUTLOOK);
    const [uri = ''] = await conferences();
    const name = 'RECURRENCE-ID;TZID=W. Europe Standard Time:20300114T090000';
    const retreat = [
      name,
      name.replace('RECURRENCE-ID', 'DTSTART'),
      'DTEND;TZID=W. Europe Standard Time:20300114T170000',
    ];
    expect(await send({ zone: OUTLOOK_ZONE, sequence: 1, summary: 'Retreat', lines: retreat })).to.equal(250);
    await server.until(2);
    const occurrences = async (): Promise<string[]> => {
      const inside =
        '<extensionName>occurrences</extensionName><occurrences xmlns="urn:plenary:occurrences" from="2030-01-01T00:00:00Z" to="2030-01-22T00:00:00Z"/>';
      const { xml } = await olga.asks('extended', { operation: 'retrieve', confObjID: uri, inside });
      return [...xml.matchAll(/child="(xcon:[^"]+)"/g)].map(([, child]) => child ?? '');
    };
    const [child = '', ...others] = await occurrences();
    expect(others).to.deep.equal([]);
    expect((await olga.asks('conf', { operation: 'retrieve', confObjID: child })).xml).to.include('Retreat');
    expect((await olga.asks('conf', { operation: 'retrieve', confObjID: uri })).xml).not.to.include('Retreat');
  });

  const refused: Record<string, Partial<Said>> = {
    'without a word of the mail server': { headers: [] },
    'with the word of another server': {
      headers: ['Authentication-Results: mx.evil.example; dmarc=pass header.from=example.com'],
    },
    'that failed the check': {
      headers: ['Authentication-Results: mx.example.com; dmarc=fail header.from=example.com'],
    },
    'checked for another domain': {
      headers: ['Authentication-Results: mx.example.com; dkim=pass header.d=evil.example'],
    },
    'from somebody who is no user': {
      ...{ from: 'mallory@evil.example', organizer: 'mallory@evil.example' },
      headers: ['Authentication-Results: mx.example.com; dmarc=pass header.from=evil.example'],
    },
    'about an event of somebody else': { organizer: 'erin@example.com' },
    'that answers by itself': {
      headers: [
        'Authentication-Results: mx.example.com; dmarc=pass header.from=example.com',
        'Auto-Submitted: auto-replied',
      ],
    },
    'of a mailing list': {
      headers: [
        'Authentication-Results: mx.example.com; dmarc=pass header.from=example.com',
        'List-Id: <all.example.com>',
      ],
    },
    'that publishes': { method: 'PUBLISH' },
  };
  for (const [what, said] of Object.entries(refused)) {
    it(`drops a mail ${what}, without an answer`, async () => {
      expect(await send({ ...OUTLOOK, ...said })).to.equal(250);
      expect(await conferences()).to.deep.equal([]);
      expect(server.received).to.have.length(0);
    });
  }

  it('drops a mail of nobody, without an answer', async () => {
    expect(await handIn(system.mail, { from: '', to: 'meet@example.com', raw: invitation(OUTLOOK) })).to.equal(250);
    expect(await conferences()).to.deep.equal([]);
    expect(server.received).to.have.length(0);
  });

  it('declines what can not take place', async () => {
    const often = { ...OUTLOOK, lines: [...WEEKLY.slice(0, 2), 'RRULE:FREQ=SECONDLY'] };
    expect(await send(often)).to.equal(250);
    const [answer] = await server.until(1);
    const [reply] = eventsOf(answer);
    expect(reply?.getFirstProperty('attendee')?.getFirstParameter('partstat')).to.equal('DECLINED');
    expect(answer?.parsed.text).to.include('once a minute');
    expect(await conferences()).to.deep.equal([]);
  });
});
