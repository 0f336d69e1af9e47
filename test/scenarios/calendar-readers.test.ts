import { once } from 'node:events';
import { request as send, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { MailServer } from '../calendar/mail/mail-server.ts';
import {
  absentIn,
  componentsOf,
  eventAt,
  readIndependently,
  type ReadComponent,
  valuesOf,
} from '../support/calendar-reader.ts';
import { DavParty } from '../support/dav.ts';
import { basic } from '../support/party.ts';
import { PASSWORD, TestSystem } from '../support/system.ts';

const SUBJECT = 'Straße, Übung; naïve \\ 会議🗓 – and so long that it does not fit into one line of seventy-five octets';
const ABOUT = 'First line\nSecond; with, all \\ that is escaped\n\nÄÖÜ 🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓🗓';
const escaped = (text: string): string => text.replace(/[\\;,]/g, (one) => `\\${one}`).replaceAll('\n', '\\n');

/** Folds to lines of 75 octets at most (RFC 5545 §3.1), between characters. */
function folded(line: string): string {
  let [text, octets] = ['', 0];
  for (const character of line) {
    const length = Buffer.byteLength(character);
    if (octets + length > 74) [text, octets] = [`${text}\r\n `, 1];
    [text, octets] = [text + character, octets + length];
  }
  return text;
}

const calendar = (...lines: readonly string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//Client//EN', ...lines, 'END:VCALENDAR', '']
    .map(folded)
    .join('\r\n');

/** Of no list of zones: only its description says that it is ten hours ahead, and eleven in summer. */
const ZONE = [
  ...['BEGIN:VTIMEZONE', 'TZID:Own/Zone', 'BEGIN:STANDARD', 'DTSTART:20200405T030000', 'TZOFFSETFROM:+1100'],
  ...['TZOFFSETTO:+1000', 'RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU', 'END:STANDARD', 'BEGIN:DAYLIGHT'],
  ...['DTSTART:20201004T020000', 'TZOFFSETFROM:+1000', 'TZOFFSETTO:+1100', 'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=1SU'],
  ...['END:DAYLIGHT', 'END:VTIMEZONE'],
];
const PEOPLE = [
  'ORGANIZER;CN="Alice: the first":mailto:alice@example.com',
  'ATTENDEE;CN="Erin; Ünal, Dr.";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:erin@example.com',
];
const series = (zone: string): string =>
  calendar(
    ...(zone === 'Own/Zone' ? ZONE : []),
    ...['BEGIN:VEVENT', 'UID:series@reader', 'DTSTAMP:20291201T000000Z', `DTSTART;TZID=${zone}:20300107T090000`],
    ...[
      `DTEND;TZID=${zone}:20300107T103000`,
      'RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20',
      `EXDATE;TZID=${zone}:20300109T090000`,
    ],
    ...[
      `SUMMARY:${escaped(SUBJECT)}`,
      `DESCRIPTION:${escaped(ABOUT)}`,
      'CATEGORIES:One,Two\\, three',
      'SEQUENCE:3',
      ...PEOPLE,
    ],
    ...[`X-OWN;X-P="a;b:c,d":${escaped(SUBJECT)}`, 'BEGIN:VALARM', 'ACTION:DISPLAY', `DESCRIPTION:${escaped(SUBJECT)}`],
    ...['TRIGGER:-PT15M', 'END:VALARM', 'END:VEVENT'],
    ...['BEGIN:VEVENT', 'UID:series@reader', 'DTSTAMP:20291201T000000Z', `RECURRENCE-ID;TZID=${zone}:20300114T090000`],
    ...[`DTSTART;TZID=${zone}:20300115T110000`, `DTEND;TZID=${zone}:20300115T120000`, `SUMMARY:${escaped(SUBJECT)}`],
    ...[`DESCRIPTION:${escaped(ABOUT)}`, ...PEOPLE, 'END:VEVENT'],
    ...['BEGIN:VEVENT', 'UID:series@reader', 'DTSTAMP:20291201T000000Z', `RECURRENCE-ID;TZID=${zone}:20300121T090000`],
    ...[
      `DTSTART;TZID=${zone}:20300121T090000`,
      `DTEND;TZID=${zone}:20300121T093000`,
      'SUMMARY:Kürzer',
      ...PEOPLE,
      'END:VEVENT',
    ],
  );

/** When the series, the moved and the other occurrence begin and end, and what is left out, in UTC. */
const TIMES = {
  'Europe/Berlin': {
    ...{ start: '2030-01-07T08:00:00Z', end: '2030-01-07T09:30:00Z', out: '2030-01-09T08:00:00Z' },
    ...{ moved: ['2030-01-14T08:00:00Z', '2030-01-15T10:00:00Z'], other: '2030-01-21T08:00:00Z' },
  },
  'Own/Zone': {
    ...{ start: '2030-01-06T22:00:00Z', end: '2030-01-06T23:30:00Z', out: '2030-01-08T22:00:00Z' },
    ...{ moved: ['2030-01-13T22:00:00Z', '2030-01-15T00:00:00Z'], other: '2030-01-20T22:00:00Z' },
  },
} as const;
const RULE = { FREQ: ['WEEKLY'], BYDAY: ['MO', 'WE'], COUNT: ['20'] };

describe('what calendars are told', () => {
  let system: TestSystem;
  let server: MailServer;
  let alice: DavParty;
  beforeEach(async () => {
    server = await MailServer.start();
    const mail = { 'mail.server': server.address, 'mail.tls': 'none', 'mail.rest': 1 };
    system = await TestSystem.start({ ...mail, 'calendar.rest': 1 });
    const addresses = ['sip:erin@example.com', 'mailto:erin@example.com'];
    await system.administration.addUser({
      name: 'erin',
      password: PASSWORD,
      displayText: 'Erin; "Ünal", Dr.',
      addresses,
    });
    alice = new DavParty(system, 'alice');
  });
  afterEach(async () => {
    await system.close();
    await server.close();
  });

  const only = async (text: string): Promise<ReadComponent> => {
    const [one] = await readIndependently(text);
    if (one === undefined) throw new Error('nothing was read');
    return one;
  };

  /** The series with its words and times, whoever tells of it. */
  const expectSeries = (read: ReadComponent, zone: keyof typeof TIMES, about: boolean): void => {
    const { start, end, out, moved, other } = TIMES[zone];
    const whole = eventAt(read);
    expect(valuesOf(whole, 'DTSTART')).to.deep.equal([start]);
    expect([...valuesOf(whole, 'DTEND'), ...valuesOf(whole, 'DURATION')]).to.deep.equal([end]);
    expect(valuesOf(whole, 'RRULE')).to.deep.equal([RULE]);
    expect(valuesOf(whole, 'EXDATE').flat()).to.include(out);
    expect(valuesOf(whole, 'SUMMARY')).to.deep.equal([SUBJECT]);
    if (about) expect(valuesOf(whole, 'DESCRIPTION')[0]).to.match(new RegExp(`^${ABOUT.replace(/[\\.]/g, '\\$&')}`));
    expect(valuesOf(whole, 'CONFERENCE')[0]).to.match(/^sip:[^@]+@example\.com$/);
    expect(valuesOf(eventAt(read, moved[0]), 'DTSTART')).to.deep.equal([moved[1]]);
    expect(valuesOf(eventAt(read, other), 'SUMMARY')).to.deep.equal(['Kürzer']);
    expect(componentsOf(read, 'VTIMEZONE').map((one) => valuesOf(one, 'TZID')[0])).to.deep.equal([zone]);
  };

  for (const zone of ['Europe/Berlin', 'Own/Zone'] as const) {
    it(`is read alike by CalDAV, property by property, by whom another wrote: ${zone}`, async () => {
      const sent = series(zone);
      const put = await alice.puts('s.ics', sent);
      expect([put.status, put.body]).to.deep.equal([201, '']);
      const [before, got] = await readIndependently(sent, (await alice.gets('s.ics')).body);
      if (before === undefined || got === undefined) throw new Error('nothing was read');
      expect(absentIn(before, got)).to.deep.equal([]);
      expectSeries(got, zone, true);
      const people = eventAt(got)?.properties.filter(({ name }) => name === 'ATTENDEE' || name === 'ORGANIZER') ?? [];
      expect(people.map(({ parameters }) => parameters['CN']).toSorted()).to.deep.equal([
        ...['Alice: the first', 'Erin; Ünal, Dr.'],
      ]);

      const query =
        '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data><C:expand start="20300101T000000Z" end="20300116T000000Z"/></C:calendar-data></D:prop>' +
        '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>';
      const [expanded = ''] = (await alice.multi('REPORT', alice.calendar, query)).texts('calendar-data');
      const { start, moved } = TIMES[zone];
      const starts = componentsOf(await only(expanded), 'VEVENT').flatMap((event) => valuesOf(event, 'DTSTART'));
      expect(starts).to.include(start).and.to.include(moved[1]).and.not.to.include(moved[0]);
    });

    it(`is read alike in feeds, in inboxes, and by whom stored nothing: ${zone}`, async () => {
      await alice.puts('s.ics', series(zone));
      const erin = new DavParty(system, 'erin');
      const { changed } = await erin.syncs();
      const { body } = await erin.gets(encodeURIComponent(changed[0] ?? ''));
      const shown = await only(body);
      expectSeries(shown, zone, true);
      expect(eventAt(shown)?.properties.find(({ name }) => name === 'ATTENDEE')).to.deep.equal({
        ...{ name: 'ATTENDEE', value: 'mailto:erin@example.com' },
        parameters: { CN: "Erin; 'Ünal', Dr.", PARTSTAT: 'NEEDS-ACTION' },
      });
      let message = '';
      while (message === '') {
        const [name] = (await erin.syncs('', erin.inbox)).changed;
        if (name !== undefined) message = (await erin.asks('GET', erin.inbox + encodeURIComponent(name))).body;
      }
      const told = await only(message);
      expect(valuesOf(told, 'METHOD')).to.deep.equal(['REQUEST']);
      expect(absentIn({ ...shown, properties: [] }, told)).to.deep.equal([]);

      const ask = async (method: string, path: string): Promise<string> => {
        const asked = send(new URL(path, system.url), {
          ...{ method, agent: false, headers: { Authorization: basic('erin', PASSWORD) } },
        }).end();
        const [response] = (await once(asked, 'response')) as [IncomingMessage];
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        return response.headers.location ?? Buffer.concat(chunks).toString();
      };
      const made = await ask('POST', '/calendars');
      const path = /\/calendars\/[\w-]+\.ics/.exec(made)?.[0] ?? '';
      expectSeriesInFeed(await only(await ask('GET', path)), zone);
    });
  }

  /** A feed shows what is in the times of the series. */
  const expectSeriesInFeed = (read: ReadComponent, zone: keyof typeof TIMES): void => {
    const whole = eventAt(read);
    const { start, end, moved } = TIMES[zone];
    expect([...valuesOf(whole, 'DTSTART'), ...valuesOf(whole, 'DTEND')]).to.deep.equal([start, end]);
    expect([...valuesOf(whole, 'RRULE'), ...valuesOf(whole, 'SUMMARY')]).to.deep.equal([RULE, SUBJECT]);
    expect(valuesOf(eventAt(read, moved[0]), 'DTSTART')).to.deep.equal([moved[1]]);
    expect(componentsOf(read, 'VTIMEZONE').map((one) => valuesOf(one, 'TZID')[0])).to.deep.equal([zone]);
  };

  it('is read alike in invitations by mail, and in their end', async () => {
    await alice.puts('s.ics', series('Europe/Berlin'));
    const [invitation] = await server.until(1);
    const read = await only(invitation?.calendar ?? '');
    expect(valuesOf(read, 'METHOD')).to.deep.equal(['REQUEST']);
    expectSeries(read, 'Europe/Berlin', true);
    const event = eventAt(read);
    expect(event?.properties.filter(({ name }) => name === 'ATTENDEE')).to.deep.include({
      ...{ name: 'ATTENDEE', value: 'mailto:erin@example.com' },
      parameters: { CN: "Erin; 'Ünal', Dr.", PARTSTAT: 'NEEDS-ACTION', RSVP: 'TRUE' },
    });
    expect(valuesOf(event, 'ORGANIZER')[0]).to.match(/^mailto:conf\+[a-z2-7]{24}@example\.com$/);
    await alice.asks('DELETE', `${alice.calendar}s.ics`);
    const end = (await server.until(2))[1];
    const ended = await only(end?.calendar ?? '');
    expect([...valuesOf(ended, 'METHOD'), ...valuesOf(eventAt(ended), 'STATUS')]).to.deep.equal([
      'CANCEL',
      'CANCELLED',
    ]);
    expect(valuesOf(eventAt(ended), 'UID')).to.deep.equal(valuesOf(event, 'UID'));
    expect(valuesOf(eventAt(ended), 'SUMMARY')).to.deep.equal([SUBJECT]);
  });

  it('comes to nobody twice: not by mail to whom the client of the organizer tells, nor to any of her occurrences', async () => {
    const agents = series('Europe/Berlin')
      .replaceAll('\r\n ', '')
      .replace(/ATTENDEE;CN="Erin[^\r]*/g, 'ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:erin@example.com')
      .replace(/(SUMMARY:Kürzer\r\n[^\r]*\r\n)/, '$1ATTENDEE;SCHEDULE-AGENT=NONE:mailto:frida@example.com\r\n');
    await system.administration.addUser({
      ...{ name: 'frida', password: PASSWORD, addresses: ['sip:frida@example.com', 'mailto:frida@example.com'] },
    });
    await system.administration.addUser({
      ...{ name: 'gerd', password: PASSWORD, addresses: ['sip:gerd@example.com', 'mailto:gerd@example.com'] },
    });
    const put = await alice.puts('s.ics', agents);
    expect([put.status, put.body]).to.deep.equal([201, '']);
    const last = calendar(
      ...['BEGIN:VEVENT', 'UID:last@reader', 'DTSTAMP:20291201T000000Z', 'DTSTART:20300107T090000Z', 'SUMMARY:Last'],
      ...[PEOPLE[0] ?? '', 'ATTENDEE;SCHEDULE-AGENT=SERVER:mailto:gerd@example.com', 'END:VEVENT'],
    );
    await alice.puts('last.ics', last);
    await server.until(1);
    expect(server.received.map(({ to, parsed }) => [to[0], parsed.subject])).to.deep.equal([
      ['gerd@example.com', 'Invitation: Last'],
    ]);
    for (const name of ['erin', 'frida'] as const) {
      const party = new DavParty(system, name);
      expect((await party.syncs('', party.inbox)).changed, name).to.deep.equal([]);
      expect((await party.syncs()).changed, 'it is in her calendar').to.have.length(1);
    }
  });
});
