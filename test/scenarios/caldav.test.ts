import { expect } from 'chai';
import ICAL from 'ical.js';
import { calendarText, DavParty, missing } from '../support/dav.ts';
import { made, TestSystem } from '../support/system.ts';

const WEEKLY = [
  'UID:weekly@client',
  'DTSTAMP:20291201T000000Z',
  'DTSTART;TZID=Europe/Berlin:20300107T090000',
  'DTEND;TZID=Europe/Berlin:20300107T100000',
  'RRULE:FREQ=WEEKLY;COUNT=52',
  'SUMMARY:Weekly',
  'X-OF-CLIENT;X-SIZE=2:kept',
];

const eventOf = (text: string, index = 0): ICAL.Component => {
  const event = ICAL.Component.fromString(text).getAllSubcomponents('vevent')[index];
  if (event === undefined) throw new Error(text);
  return event;
};

describe('a calendar of conferences', () => {
  let system: TestSystem;
  let alice: DavParty;
  let bob: DavParty;
  beforeEach(async () => {
    system = await TestSystem.start();
    [alice, bob] = [new DavParty(system, 'alice'), new DavParty(system, 'bob')];
  });
  afterEach(() => system.close());

  const uris = async (name: 'alice' | 'bob'): Promise<string[]> =>
    [...(await system.as(name).lists()).xml.matchAll(/<info:uri>(xcon:[^<]*)</g)].map(([, uri = '']) => uri);

  it('is found from nothing but the name of the server', async () => {
    const known = await alice.asks('PROPFIND', '/.well-known/caldav', { Depth: '0' });
    expect([known.status, known.headers.location]).to.deep.equal([301, '/dav/']);
    const body = '<propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>';
    const root = await alice.multi('PROPFIND', '/dav/', body, '0');
    const principal = root.responses[0]?.found.get('current-user-principal')?.elements[0]?.text ?? '';
    expect(principal).to.equal('/dav/principals/alice@example.com/');
    const homes =
      '<propfind xmlns="DAV:"><prop><c:calendar-home-set xmlns:c="urn:ietf:params:xml:ns:caldav"/></prop></propfind>';
    const found = await alice.multi('PROPFIND', principal, homes, '0');
    expect(found.responses[0]?.found.get('calendar-home-set')?.elements[0]?.text).to.equal(alice.home);
    const inside = await alice.multi(
      'PROPFIND',
      alice.home,
      '<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>',
    );
    expect(inside.hrefs).to.deep.equal([alice.home, alice.calendar, `${alice.home}inbox/`, `${alice.home}outbox/`]);
  });

  it('makes a conference of an event, and shows how to join', async () => {
    const put = await alice.puts(
      'w.ics',
      calendarText([...WEEKLY, 'ATTENDEE;CN=Bob:mailto:bob@example.com', 'ORGANIZER:mailto:alice@example.com']),
    );
    expect(put.status).to.equal(201);
    const [uri = ''] = await uris('alice');
    expect(await uris('bob')).to.deep.equal([uri]);
    const { xml } = await system.as('alice').retrieves(uri);
    expect(xml).to.include('<info:subject>Weekly</info:subject>').and.to.include('uri="sip:bob@example.com"');
    const got = await alice.gets('w.ics');
    const event = eventOf(got.body);
    expect(event.getFirstPropertyValue('uid')).to.equal('weekly@client');
    expect(event.getFirstProperty('x-of-client')?.toICALString()).to.equal('X-OF-CLIENT;X-SIZE=2:kept');
    expect(event.getFirstPropertyValue('conference')).to.equal(uri.replace('xcon:', 'sip:'));
    expect(event.getAllProperties('attendee').map((one) => one.toICALString())).to.deep.equal([
      'ATTENDEE;CN=Bob:mailto:bob@example.com',
    ]);
    const own = await bob.multi('PROPFIND', bob.calendar, '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>');
    const [, path = ''] = own.hrefs;
    const invited = eventOf((await bob.asks('GET', path)).body);
    expect(invited.getFirstPropertyValue('summary')).to.equal('Weekly');
    expect(invited.getFirstPropertyValue('location')).to.equal(uri.replace('xcon:', 'sip:'));
  });

  it('changes and cancels the conference, by the ETag of what was read', async () => {
    await alice.puts('w.ics', calendarText(WEEKLY));
    const [uri = ''] = await uris('alice');
    const { headers, body } = await alice.gets('w.ics');
    const renamed = body.replace('SUMMARY:Weekly', 'SUMMARY:Monthly');
    expect((await alice.puts('w.ics', renamed, { 'If-None-Match': '*' })).status).to.equal(412);
    expect((await alice.puts('w.ics', renamed, { 'If-Match': '"other"' })).status).to.equal(412);
    expect((await alice.puts('w.ics', renamed, { 'If-Match': headers.etag ?? '' })).status).to.equal(204);
    expect((await system.as('alice').retrieves(uri)).xml).to.include('<info:subject>Monthly</info:subject>');
    expect(eventOf((await alice.gets('w.ics')).body).getAllProperties('conference')).to.have.length(1);
    expect((await alice.asks('DELETE', `${alice.calendar}w.ics`, { 'If-Match': headers.etag ?? '' })).status).to.equal(
      412,
    );
    expect((await alice.asks('DELETE', `${alice.calendar}w.ics`)).status).to.equal(204);
    expect((await system.as('alice').retrieves(uri)).code).to.equal(404);
    expect((await alice.gets('w.ics')).status).to.equal(404);
  });

  it('tells what changed since a token, over a restart too', async () => {
    const uri = made(
      await system
        .as('alice')
        .creates(
          '<info:conference-description><info:subject>One</info:subject><xcon:conference-time><xcon:entry><xcon:base>' +
            calendarText(WEEKLY) +
            '</xcon:base></xcon:entry></xcon:conference-time></info:conference-description>',
        ),
    );
    const name = `${uri.replace('xcon:', '')}.ics`;
    const first = await alice.syncs();
    expect(first.changed).to.deep.equal([name]);
    expect(await alice.syncs(first.token)).to.deep.include({ changed: [], gone: [], token: first.token });
    await alice.puts('two.ics', calendarText(WEEKLY.map((line) => line.replace('weekly@', 'two@'))));
    await system
      .as('alice')
      .updates(uri, '<info:conference-description><info:subject>New</info:subject></info:conference-description>');
    const second = await alice.syncs(first.token);
    expect(second.changed).to.deep.equal(['two.ics', name]);
    await system.restart();
    await system.as('alice').deletes(uri);
    const third = await alice.syncs(second.token);
    expect([third.changed, third.gone]).to.deep.equal([[], [name]]);
    expect((await bob.syncs(first.token)).gone).to.deep.equal([]);
    const old = await alice.asks('REPORT', alice.calendar, {
      body: '<D:sync-collection xmlns:D="DAV:"><D:sync-token>urn:x</D:sync-token><D:prop/></D:sync-collection>',
    });
    expect([old.status, old.body.includes('valid-sync-token')]).to.deep.equal([403, true]);
  });
});

describe('a series in a calendar', () => {
  let system: TestSystem;
  let alice: DavParty;
  beforeEach(async () => {
    system = await TestSystem.start();
    alice = new DavParty(system, 'alice');
  });
  afterEach(() => system.close());

  const override = (at: string, ...lines: string[]): string[] => [
    'UID:weekly@client',
    'DTSTAMP:20291201T000000Z',
    `RECURRENCE-ID;TZID=Europe/Berlin:${at}`,
    ...lines,
  ];
  const listed = async (name: 'alice' | 'bob'): Promise<string[]> =>
    [...(await system.as(name).lists()).xml.matchAll(/<info:uri>(xcon:[^<]*)</g)].map(([, uri = '']) => uri);
  const times = async (): Promise<Record<string, string>> => {
    const events = ICAL.Component.fromString((await alice.gets('w.ics')).body).getAllSubcomponents('vevent');
    return Object.fromEntries(
      events.map((event) => [
        event.getFirstPropertyValue('recurrence-id')?.toString() ?? 'series',
        `${String(event.getFirstPropertyValue('summary'))} ${String(event.getFirstPropertyValue('dtstart'))}`,
      ]),
    );
  };

  it('[E17] keeps occurrences that are moved in its times, and makes a child of one with other words or people', async () => {
    const moved = override(
      '20300114T090000',
      'DTSTART;TZID=Europe/Berlin:20300114T110000',
      'DURATION:PT1H',
      'SUMMARY:Weekly',
    );
    const other = override(
      '20300121T090000',
      'DTSTART;TZID=Europe/Berlin:20300121T120000',
      'DURATION:PT1H',
      'SUMMARY:With Bob',
      'ATTENDEE:mailto:bob@example.com',
    );
    expect((await alice.puts('w.ics', calendarText(WEEKLY, moved, other))).status).to.equal(201);
    expect(await times()).to.deep.equal({
      series: 'Weekly 2030-01-07T09:00:00',
      '2030-01-14T09:00:00': 'Weekly 2030-01-14T11:00:00',
      '2030-01-21T09:00:00': 'With Bob 2030-01-21T12:00:00',
    });
    const [uri = ''] = await listed('alice');
    expect((await system.as('alice').retrieves(uri)).xml).not.to.include('bob');
    const { body } = await alice.gets('w.ics');
    expect((await alice.puts('w.ics', body)).status).to.equal(204);
    expect((await system.as('alice').retrieves(uri)).xml, 'all was made at once').to.include('<version>1</version>');
    const bob = new DavParty(system, 'bob');
    const { changed } = await bob.syncs();
    expect(
      eventOf((await bob.gets(encodeURIComponent(changed[0] ?? ''))).body).getFirstPropertyValue('summary'),
    ).to.equal('With Bob');
    expect((await alice.puts('w.ics', calendarText(WEEKLY, moved))).status).to.equal(204);
    expect(Object.keys(await times())).to.deep.equal(['series', '2030-01-14T09:00:00']);
    expect((await bob.syncs()).changed).to.deep.equal([]);
  });

  it('[E17] is taken whole or not at all', async () => {
    const apart = (id: string, at: string): string[] =>
      override(id, `DTSTART;TZID=Europe/Berlin:${at}`, 'DURATION:PT1H', `SUMMARY:At ${at}`);
    const fine = apart('20300121T090000', '20300121T120000');
    const early = apart('20300128T090000', '20300121T123000');
    const refused = await alice.puts('w.ics', calendarText(WEEKLY, fine, early));
    expect(refused.status).to.equal(409);
    expect(await listed('alice')).to.deep.equal([]);
    expect((await alice.puts('w.ics', calendarText(WEEKLY, fine))).status).to.equal(201);
    const [uri = ''] = await listed('alice');
    const [before, shown] = [await system.as('alice').retrieves(uri), await times()];
    const master = WEEKLY.map((line) => line.replace('SUMMARY:Weekly', 'SUMMARY:Renamed'));
    const again = await alice.puts('w.ics', calendarText(master, early));
    expect(again.status).to.equal(204);
    expect(Object.keys(await times()), 'the one that is left out goes in the same set').to.deep.equal([
      'series',
      '2030-01-28T09:00:00',
    ]);
    expect((await alice.puts('w.ics', calendarText(WEEKLY, fine))).status).to.equal(204);
    const { version } = await system.as('alice').retrieves(uri);
    const clash = await alice.puts('w.ics', calendarText(master, fine, early));
    expect(clash.status).to.equal(409);
    expect((await system.as('alice').retrieves(uri)).version).to.equal(version);
    expect(await times()).to.deep.equal(shown);
    expect(before.version).to.equal(1);
  });

  it('[E17] shows what stands for all from one on as such, for some weeks one by one, and takes both back', async () => {
    const future = override(
      '20300401T090000',
      'DTSTART;TZID=Europe/Berlin:20300401T100000',
      'DURATION:PT1H',
      'SUMMARY:Later',
    );
    future[2] = `RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20300401T090000`;
    const sent = calendarText(WEEKLY, future);
    expect((await alice.puts('w.ics', sent)).status).to.equal(201);
    expect(missing(sent, (await alice.gets('w.ics')).body)).to.deep.equal([]);
    const [uri = ''] = await listed('alice');
    const weeks = calendarText([
      ...['UID:z', 'DTSTAMP:20291201T000000Z', 'RECURRENCE-ID;RANGE=THISANDFUTURE:20300121T080000Z'],
      ...['DTSTART:20300121T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=3'],
    ]);
    await system
      .as('alice')
      .updates(
        uri,
        `<info:conference-description><info:subject>Shifted</info:subject><xcon:conference-time><xcon:entry><xcon:base>${weeks}</xcon:base></xcon:entry></xcon:conference-time></info:conference-description>`,
      );
    const shown = await times();
    expect(shown).to.deep.equal({
      series: 'Weekly 2030-01-07T09:00:00',
      '2030-04-01T09:00:00': 'Later 2030-04-01T10:00:00',
      '2030-01-21T08:00:00Z': 'Shifted 2030-01-21T10:00:00Z',
      '2030-01-28T08:00:00Z': 'Shifted 2030-01-28T10:00:00Z',
      '2030-02-04T08:00:00Z': 'Shifted 2030-02-04T10:00:00Z',
    });
    const { body, headers } = await alice.gets('w.ics');
    expect((await alice.puts('w.ics', body)).status).to.equal(204);
    expect((await alice.gets('w.ics')).headers['schedule-tag']).to.equal(headers['schedule-tag']);
    expect(await times()).to.deep.equal(shown);
  });

  it('[E17] that a client without rules changes is not destroyed', async () => {
    await alice.puts('w.ics', calendarText([...WEEKLY, 'ATTENDEE:mailto:bob@example.com']));
    const [uri = ''] = await listed('alice');
    const linphone = calendarText([
      'UID:fresh',
      'DTSTAMP:20291201T000000Z',
      'DTSTART:20300107T080000Z',
      'DURATION:PT1H',
    ]);
    const edit = `<info:conference-description><info:subject>Renamed</info:subject><xcon:conference-time><xcon:entry><xcon:base>${linphone}</xcon:base></xcon:entry></xcon:conference-time></info:conference-description>`;
    const answer = await system.as('alice').sends(
      system.as('alice').text('conf', {
        operation: 'update',
        confObjID: uri,
        inside: `<confInfo entity="${uri}">${edit}</confInfo>`,
      }),
      { 'User-Agent': 'Linphone/5.4' },
    );
    expect(answer.code).to.equal(200);
    const event = eventOf((await alice.gets('w.ics')).body);
    expect(event.getFirstPropertyValue('summary')).to.equal('Renamed');
    expect(event.getFirstPropertyValue('rrule')?.toString()).to.equal('FREQ=WEEKLY;COUNT=52');
    expect(event.getFirstPropertyValue('uid')).to.equal('weekly@client');
    expect(event.getFirstProperty('dtstart')?.toICALString()).to.equal('DTSTART;TZID=Europe/Berlin:20300107T090000');
    expect(event.getFirstProperty('x-of-client')).not.to.equal(null);
  });

  it('[E17] stays at nine in Berlin over both changes of the clock', async () => {
    await alice.puts('w.ics', calendarText(WEEKLY));
    const query = (start: string, end: string): string =>
      `<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data><C:expand start="${start}" end="${end}"/></C:calendar-data></D:prop>` +
      `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="${start}" end="${end}"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`;
    const starts = async (from: string, to: string): Promise<string[]> => {
      const { texts } = {
        texts: (await alice.multi('REPORT', alice.calendar, query(from, to))).texts('calendar-data'),
      };
      return texts.flatMap((text) =>
        ICAL.Component.fromString(text)
          .getAllSubcomponents('vevent')
          .map((event) => String(event.getFirstPropertyValue('dtstart'))),
      );
    };
    expect(await starts('20300325T000000Z', '20300402T000000Z')).to.deep.equal([
      '2030-03-25T08:00:00Z',
      '2030-04-01T07:00:00Z',
    ]);
    expect(await starts('20301021T000000Z', '20301029T000000Z')).to.deep.equal([
      '2030-10-21T07:00:00Z',
      '2030-10-28T08:00:00Z',
    ]);
    expect(await starts('20310201T000000Z', '20310301T000000Z')).to.deep.equal([]);
  });
});
