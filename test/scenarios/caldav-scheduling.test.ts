import { expect } from 'chai';
import ICAL from 'ical.js';
import { isSamePerson } from '../../lib/calendar/event/attendee.ts';
import { calendarText, DavParty } from '../support/dav.ts';
import { sipOf, TestSystem } from '../support/system.ts';

const PEOPLE = [
  'ORGANIZER;CN=Alice:mailto:alice@example.com',
  'ATTENDEE;CN=Bob:mailto:bob@example.com',
  'ATTENDEE;CN=Carol:mailto:carol@example.com',
];
const WEEKLY = [
  'UID:weekly@client',
  'DTSTAMP:20291201T000000Z',
  'DTSTART;TZID=Europe/Berlin:20300107T090000',
  'DTEND;TZID=Europe/Berlin:20300107T100000',
  'RRULE:FREQ=WEEKLY;COUNT=52',
  'SUMMARY:Weekly',
];
const override = (at: string, ...lines: string[]): string[] => [
  'UID:weekly@client',
  'DTSTAMP:20291201T000000Z',
  `RECURRENCE-ID;TZID=Europe/Berlin:${at}`,
  ...lines,
];

interface Message {
  readonly href: string;
  readonly method: string;
  readonly events: readonly ICAL.Component[];
  readonly text: string;
}

const valueOf = (event: ICAL.Component | undefined, name: string): string =>
  String(event?.getFirstPropertyValue(name) ?? '');
const partstatOf = (event: ICAL.Component | undefined, address: string): string | undefined =>
  event
    ?.getAllProperties('attendee')
    .find((one) => isSamePerson(String(one.getFirstValue()), address))
    ?.getFirstParameter('partstat') ?? 'NEEDS-ACTION';
const eventAt = (text: string, recurrence: string): ICAL.Component | undefined =>
  ICAL.Component.fromString(text)
    .getAllSubcomponents('vevent')
    .find((one) => valueOf(one, 'recurrence-id') === recurrence);

describe('an inbox for invitations', () => {
  let system: TestSystem;
  let alice: DavParty;
  let bob: DavParty;
  let carol: DavParty;
  beforeEach(async () => {
    system = await TestSystem.start({ 'calendar.rest': 1, 'calendar.inbox': 2 });
    [alice, bob, carol] = [new DavParty(system, 'alice'), new DavParty(system, 'bob'), new DavParty(system, 'carol')];
  });
  afterEach(() => system.close());

  const readIn = async (party: DavParty): Promise<Message[]> => {
    const query =
      '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop>' +
      '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>';
    const { responses } = await party.multi('REPORT', party.inbox, query);
    return responses.map(({ href, found }) => {
      const text = found.get('calendar-data')?.text ?? '';
      const calendar = ICAL.Component.fromString(text);
      return { href, text, method: valueOf(calendar, 'method'), events: calendar.getAllSubcomponents('vevent') };
    });
  };
  /** Asks until it is so; each asking is a request, so that the server's own work goes on between. */
  const until = async (party: DavParty, isSo: (messages: Message[]) => boolean): Promise<Message[]> => {
    for (;;) {
      const messages = await readIn(party);
      if (isSo(messages)) return messages;
    }
  };
  const methods = (messages: readonly Message[]): string[] => messages.map(({ method }) => method);
  const has =
    (...expected: string[]) =>
    (messages: readonly Message[]): boolean =>
      methods(messages).join() === expected.join();
  /** Everything that was done before has been told when this has come to dave. */
  const settled = async (): Promise<void> => {
    const dave = new DavParty(system, 'dave');
    const count = (await readIn(dave)).length;
    const marker = [`UID:marker-${count}`, 'DTSTAMP:20291201T000000Z', 'DTSTART:20310101T000000Z', 'DURATION:PT1H'];
    const people = [PEOPLE[0] ?? '', 'ATTENDEE:mailto:dave@example.com'];
    expect((await alice.puts(`marker-${count}.ics`, calendarText([...marker, ...people]))).status).to.equal(201);
    await until(dave, ({ length }) => length > count);
  };

  it('[RFC 6638] has a REQUEST for whom is invited, as her calendar has the event', async () => {
    await alice.puts('w.ics', calendarText([...WEEKLY, ...PEOPLE]));
    const [message] = await until(bob, has('REQUEST'));
    const { changed } = await bob.syncs();
    const own = eventAt((await bob.gets(encodeURIComponent(changed[0] ?? ''))).body, '');
    const [event] = message?.events ?? [];
    for (const name of ['uid', 'summary', 'dtstart', 'rrule', 'conference', 'organizer'])
      expect(valueOf(event, name), name).to.equal(valueOf(own, name)).and.not.to.equal('');
    expect(message?.text).to.include('TZID:Europe/Berlin');
    const got = await bob.asks('GET', message?.href ?? '');
    expect([got.status, got.body]).to.deep.equal([200, message?.text]);
    expect((await bob.asks('GET', message?.href ?? '', { 'If-None-Match': got.headers.etag ?? '' })).status).to.equal(
      304,
    );
    await settled();
    expect(methods(await readIn(alice)), 'who invites knows it').to.deep.equal([]);
  });

  it('[RFC 6638] has what changes in place of what was said before, and the end of it', async () => {
    await alice.puts('w.ics', calendarText([...WEEKLY, ...PEOPLE]));
    await until(bob, has('REQUEST'));
    await alice.puts('w.ics', calendarText([...WEEKLY.slice(0, -1), 'SUMMARY:Renamed', ...PEOPLE]));
    await settled();
    expect(valueOf((await readIn(bob))[0]?.events[0], 'summary')).to.equal('Renamed');
    await alice.puts('w.ics', calendarText([...WEEKLY.slice(0, -1), 'SUMMARY:Renamed', ...PEOPLE.slice(0, 2)]));
    const [out] = await until(carol, has('CANCEL'));
    const [event] = out?.events ?? [];
    expect(['status', 'summary', 'dtstart', 'organizer'].map((name) => valueOf(event, name))).to.deep.equal([
      ...['CANCELLED', 'Renamed', '2030-01-07T08:00:00Z', 'sip:alice@example.com'],
    ]);
    expect(event?.getAllProperties('attendee').map((one) => one.getFirstValue())).to.deep.equal([
      'mailto:carol@example.com',
    ]);
    expect(methods(await readIn(bob))).to.deep.equal(['REQUEST']);
    await alice.asks('DELETE', `${alice.calendar}w.ics`);
    const [end] = await until(bob, has('CANCEL'));
    expect(end?.text).to.include('METHOD:CANCEL').and.to.include('SEQUENCE:1');
    expect((await bob.asks('GET', end?.href ?? '')).body).to.equal(end?.text);
  });

  it('[RFC 6578] is synchronised, bounded, emptied by its owner alone, and there after a restart', async () => {
    const single = (name: string): string =>
      calendarText([
        ...[`UID:${name}`, 'DTSTAMP:20291201T000000Z', 'DTSTART:20300107T090000Z', 'DURATION:PT1H', `SUMMARY:${name}`],
        ...PEOPLE,
      ]);
    const start = await bob.syncs('', bob.inbox);
    expect(start.changed).to.deep.equal([]);
    await alice.puts('a.ics', single('a'));
    await until(bob, ({ length }) => length === 1);
    const first = await bob.syncs(start.token, bob.inbox);
    expect(first.changed).to.have.length(1);
    await alice.puts('b.ics', single('b'));
    await until(bob, ({ length }) => length === 2);
    await alice.puts('c.ics', single('c'));
    const summaries = (messages: readonly Message[]): string =>
      messages.map(({ events: [event] }) => valueOf(event, 'summary')).join();
    const [, last] = await until(bob, (messages) => summaries(messages) === 'b,c');
    expect((await carol.asks('DELETE', last?.href ?? '')).status).to.equal(403);
    expect((await bob.asks('DELETE', last?.href ?? '', { 'If-Match': '"other"' })).status).to.equal(412);
    expect((await bob.asks('DELETE', last?.href ?? '')).status).to.equal(204);
    expect((await bob.asks('GET', last?.href ?? '')).status).to.equal(404);
    await system.restart();
    const second = await bob.syncs(first.token, bob.inbox);
    const named = (href: string): string => decodeURIComponent(href.replace(bob.inbox, ''));
    expect(second.changed).to.have.length(1);
    expect(second.gone).to.include.members([first.changed[0] ?? '', named(last?.href ?? '')]);
    expect(summaries(await readIn(bob))).to.equal('b');
    const listed = await bob.multi(
      'PROPFIND',
      bob.inbox,
      '<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/><D:getcontenttype/><D:sync-token/></D:prop></D:propfind>',
    );
    expect(listed.hrefs.map(named)).to.deep.equal(['', ...second.changed]);
    expect(listed.responses[0]?.found.get('sync-token')?.text).to.equal(second.token);
    expect((await bob.asks('PUT', `${bob.inbox}x.ics`, { body: single('x') })).status).to.equal(403);
    expect((await bob.asks('DELETE', bob.inbox)).status).to.equal(403);
    const old = await bob.asks('REPORT', bob.inbox, {
      body: '<D:sync-collection xmlns:D="DAV:"><D:sync-token>urn:plenary:inbox:999</D:sync-token><D:prop/></D:sync-collection>',
    });
    expect([old.status, old.body.includes('valid-sync-token')]).to.deep.equal([403, true]);
  });

  it('[RFC 6638] tells the organizer what is answered, to all and to one occurrence', async () => {
    await alice.puts('w.ics', calendarText([...WEEKLY, ...PEOPLE]));
    const { changed } = await bob.syncs();
    const path = encodeURIComponent(changed[0] ?? '');
    const { body } = await bob.gets(path);
    const uid = valueOf(eventAt(body, ''), 'uid');
    const attendees = (partstat: string): string[] => [
      ...['ORGANIZER;CN=Alice:mailto:alice@example.com', `ATTENDEE;CN=Bob;PARTSTAT=${partstat}:mailto:bob@example.com`],
      'ATTENDEE;CN=Carol;PARTSTAT=NEEDS-ACTION:mailto:carol@example.com',
    ];
    const own = body.replace(
      'END:VEVENT',
      ['BEGIN:VALARM', 'ACTION:AUDIO', 'TRIGGER:-PT5M', 'END:VALARM', 'END:VEVENT'].join('\r\n'),
    );
    const accepted = own.replace(/(CN=Bob;PARTSTAT=)NEEDS-ACTION/, '$1ACCEPTED');
    const declined = [
      ...override('20300114T090000', 'DTSTART;TZID=Europe/Berlin:20300114T090000', 'DURATION:PT1H', 'SUMMARY:Weekly'),
      ...attendees('DECLINED'),
    ].map((line) => (line.startsWith('UID:') ? `UID:${uid}` : line));
    const both = accepted.replace(
      'END:VCALENDAR',
      ['BEGIN:VEVENT', ...declined, 'X-OWN:kept', 'END:VEVENT', 'END:VCALENDAR'].join('\r\n'),
    );
    const put = await bob.puts(path, both);
    expect([put.status, put.body]).to.deep.equal([204, '']);

    const replies = await until(alice, ({ length }) => length === 2);
    const told = replies.map(({ method, events: [event] }) => [
      ...[method, valueOf(event, 'uid'), valueOf(event, 'recurrence-id')],
      partstatOf(event, 'mailto:bob@example.com'),
    ]);
    expect(told).to.have.deep.members([
      ['REPLY', 'weekly@client', '', 'ACCEPTED'],
      ['REPLY', 'weekly@client', '2030-01-14T09:00:00', 'DECLINED'],
    ]);
    const { body: hers } = await alice.gets('w.ics');
    const { body: his } = await bob.gets(path);
    for (const text of [hers, his, (await carol.gets(path)).body]) {
      expect(partstatOf(eventAt(text, ''), 'mailto:bob@example.com')).to.equal('ACCEPTED');
      const one = eventAt(text, '2030-01-14T09:00:00');
      expect(partstatOf(one, 'mailto:bob@example.com')).to.equal('DECLINED');
      expect(valueOf(one, 'dtstart')).to.equal('2030-01-14T09:00:00');
      expect(valueOf(one, 'summary')).to.equal('Weekly');
    }
    expect(his).to.include('X-OWN:kept').and.to.include('TRIGGER:-PT5M');
    const [uri] = /xcon:[^<]+/.exec((await system.as('bob').lists()).xml) ?? [''];
    expect((await system.as('alice').retrieves(uri)).xml)
      .to.match(/answer to="20300114T080000Z">declined</)
      .and.to.match(/answer to="all">accepted</);

    const { headers } = await alice.gets('w.ics');
    expect((await alice.puts('w.ics', hers)).status).to.equal(204);
    expect((await bob.puts(path, his)).status).to.equal(204);
    const again = await alice.gets('w.ics');
    expect(again.headers['schedule-tag'], 'what is said again changes nothing').to.equal(headers['schedule-tag']);
    expect(methods(await readIn(bob))).to.deep.equal(['REQUEST']);
  });

  it('[RFC 6638] takes answers to an occurrence that is another, of whom is asked to it alone too', async () => {
    const other = override(
      ...([
        '20300121T090000',
        'DTSTART;TZID=Europe/Berlin:20300121T120000',
        'DURATION:PT1H',
        'SUMMARY:Visitors',
      ] as const),
      ...PEOPLE,
    );
    await alice.puts('w.ics', calendarText([...WEEKLY, ...PEOPLE.slice(0, 2)], other));
    for (const party of [bob, carol]) {
      const { changed } = await party.syncs();
      const path = encodeURIComponent(changed[0] ?? '');
      const { body } = await party.gets(path);
      const event = eventAt(body, '2030-01-21T09:00:00');
      expect(valueOf(event, 'summary')).to.equal('Visitors');
      const name = party === bob ? 'Bob' : 'Carol';
      const [before, changing] = body.split(/(?=BEGIN:VEVENT\r\n(?:(?!END:VEVENT)[^])*SUMMARY:Visitors)/);
      const answered = `${before}${changing?.replace(new RegExp(`(CN=${name};PARTSTAT=)NEEDS-ACTION`), '$1TENTATIVE')}`;
      expect(answered).not.to.equal(body);
      const put = await party.puts(path, answered);
      expect([put.status, put.body]).to.deep.equal([204, '']);
      expect(
        partstatOf(
          eventAt((await party.gets(path)).body, '2030-01-21T09:00:00'),
          `mailto:${name.toLowerCase()}@example.com`,
        ),
      ).to.equal('TENTATIVE');
    }
    const { body } = await alice.gets('w.ics');
    const [series, visit] = ['', '2030-01-21T09:00:00'].map((at) => eventAt(body, at));
    expect(['bob', 'carol'].map((name) => partstatOf(visit, `mailto:${name}@example.com`))).to.deep.equal([
      ...['TENTATIVE', 'TENTATIVE'],
    ]);
    expect(partstatOf(series, 'mailto:bob@example.com')).to.equal('NEEDS-ACTION');
    const replies = await until(alice, ({ length }) => length === 2);
    for (const { method, events } of replies)
      expect([method, valueOf(events[0], 'recurrence-id')]).to.deep.equal(['REPLY', '2030-01-21T09:00:00']);
  });

  it('[RFC 6638] is left alone where a client tells people itself, or nobody does', async () => {
    const [organizer = '', ...others] = PEOPLE;
    const told = others.map((one, index) =>
      one.replace('ATTENDEE;', `ATTENDEE;SCHEDULE-AGENT=${index ? 'NONE' : 'CLIENT'};`),
    );
    await alice.puts('w.ics', calendarText([...WEEKLY, organizer, ...told]));
    await settled();
    expect([await readIn(bob), await readIn(carol)]).to.deep.equal([[], []]);
    expect((await bob.syncs()).changed, 'it is in her calendar all the same').to.have.length(1);
    await alice.asks('DELETE', `${alice.calendar}w.ics`);
    expect((await alice.puts('s.ics', calendarText([...WEEKLY, ...PEOPLE]))).status).to.equal(201);
    await until(bob, has('REQUEST'));
    const { changed } = await bob.syncs();
    const path = encodeURIComponent(changed[0] ?? '');
    const { body } = await bob.gets(path);
    const own = body
      .replace(/CN=Bob;PARTSTAT=NEEDS-ACTION/, 'CN=Bob;PARTSTAT=DECLINED')
      .replace('ORGANIZER;CN=Alice', 'ORGANIZER;CN=Alice;SCHEDULE-AGENT=CLIENT');
    expect((await bob.puts(path, own)).status).to.equal(204);
    await settled();
    expect(await readIn(alice), 'his client answers').to.deep.equal([]);
    expect((await alice.gets('s.ics')).body).not.to.include('DECLINED');
  });

  it('is told what is done by CCMP, too', async () => {
    const base = calendarText(WEEKLY).replaceAll('\r\n', '&#13;\n');
    await system
      .as('alice')
      .creates(
        `<info:conference-description><info:subject>Called</info:subject><xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base></xcon:entry></xcon:conference-time></info:conference-description>` +
          `<info:users><xcon:allowed-users-list><xcon:target uri="${sipOf('bob')}" method="dial-in"/></xcon:allowed-users-list></info:users>`,
      );
    const [message] = await until(bob, has('REQUEST'));
    expect(valueOf(message?.events[0], 'summary')).to.equal('Called');
  });
});
