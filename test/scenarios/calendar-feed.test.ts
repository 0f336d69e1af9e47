import ICAL from 'ical.js';
import { expect } from 'chai';
import { request as send } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { basic } from '../support/party.ts';
import { made, PASSWORD, TestSystem, type Name } from '../support/system.ts';

interface Got {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const WEEKLY = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//client//EN',
  'BEGIN:VTIMEZONE',
  'TZID:Europe/Berlin',
  'BEGIN:STANDARD',
  'DTSTART:19701025T030000',
  'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:19700329T020000',
  'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
  'BEGIN:VEVENT',
  'UID:whatever@client',
  'DTSTAMP:20300101T000000Z',
  'DTSTART;TZID=Europe/Berlin:20300107T090000',
  'DURATION:PT1H',
  'RRULE:FREQ=WEEKLY;COUNT=10',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('&#13;\n');

const scheduled = (title: string, base: string): string =>
  '<info:conference-description>' +
  `<info:display-text>${title}</info:display-text><info:subject>${title}</info:subject>` +
  `<xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base></xcon:entry></xcon:conference-time>` +
  '</info:conference-description>';

describe('a calendar feed', () => {
  let system: TestSystem;
  before(async () => {
    system = await TestSystem.start({ 'calendars.perUser': 2, 'schedule.zone': 'Asia/Tokyo' });
  });
  after(() => system.close());

  async function asks(method: string, path: string, headers: Record<string, string> = {}): Promise<Got> {
    const asked = send(`${new URL(system.url).origin}${path}`, { method, headers, agent: false }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() };
  }
  const login = (name: Name) => ({ Authorization: basic(name, PASSWORD) });

  it('shows Alice her conferences with their times and how to join, without secrets', async () => {
    const uri = made(await system.as('alice').creates(scheduled('Weekly &amp; Co', WEEKLY)));
    await system.as('bob').creates(scheduled('Of Bob', WEEKLY));
    const { status, headers } = await asks('POST', '/calendars', login('alice'));
    expect(status).to.equal(201);
    const path = headers.location ?? '';
    expect(path).to.match(/^\/calendars\/[\w-]{32}\.ics$/);
    const feed = await asks('GET', path);
    expect(feed.status).to.equal(200);
    expect(feed.headers['content-type']).to.equal('text/calendar; charset=utf-8');
    const calendar = ICAL.Component.fromString(feed.body);
    const events = calendar.getAllSubcomponents('vevent');
    expect(events.map((event) => event.getFirstPropertyValue('summary'))).to.deep.equal(['Weekly & Co']);
    const [event] = events;
    expect(event?.getFirstPropertyValue('uid')).to.equal(uri);
    expect(event?.getFirstProperty('dtstart')?.getParameter('tzid')).to.equal('Europe/Berlin');
    expect(String(event?.getFirstPropertyValue('rrule'))).to.equal('FREQ=WEEKLY;COUNT=10');
    expect(event?.getFirstPropertyValue('location')).to.match(/^sip:[a-z2-7]+@example\.com$/);
    expect(calendar.getAllSubcomponents('vtimezone')).to.have.length(1);
    const again = await asks('GET', path, { 'If-None-Match': feed.headers.etag ?? '' });
    expect(again.status).to.equal(304);
    await system
      .as('alice')
      .updates(uri, '<info:conference-description><info:subject>New</info:subject></info:conference-description>');
    const changed = await asks('GET', path, { 'If-None-Match': feed.headers.etag ?? '' });
    expect(changed.status).to.equal(200);
    expect(changed.body).to.include('SUMMARY:New');
  });

  it('[E17] shows occurrences as their children have them, and who is asked to one alone only that', async () => {
    const second = [
      ...['BEGIN:VEVENT', 'UID:whatever@client', 'DTSTAMP:20300101T000000Z', 'SUMMARY:Retreat'],
      ...['RECURRENCE-ID;TZID=Europe/Berlin:20300114T090000', 'DTSTART;TZID=Europe/Berlin:20300114T130000'],
      ...['DURATION:PT4H', 'ATTENDEE:sip:carol@example.com', 'END:VEVENT', 'END:VCALENDAR'],
    ].join('&#13;\n');
    const uri = made(await system.as('dave').creates(scheduled('Series', WEEKLY.replace('END:VCALENDAR', second))));
    const shown = async (name: Name): Promise<(string | undefined)[][]> => {
      const { headers } = await asks('POST', '/calendars', login(name));
      const { body } = await asks('GET', headers.location ?? '');
      expect((await asks('DELETE', headers.location ?? '', login(name))).status).to.equal(204);
      const events = ICAL.Component.fromString(body).getAllSubcomponents('vevent');
      return events.map((event) =>
        ['uid', 'summary', 'recurrence-id', 'dtstart'].map((one) => event.getFirstPropertyValue(one)?.toString()),
      );
    };
    const retreat = [uri, 'Retreat', '2030-01-14T09:00:00', '2030-01-14T13:00:00'];
    expect(await shown('dave')).to.deep.equal([[uri, 'Series', undefined, '2030-01-07T09:00:00'], retreat]);
    expect(await shown('carol')).to.deep.equal([retreat]);
  });

  it('says of each time in which zone it is meant', async () => {
    const floating = (more: string): string =>
      [
        ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//client//EN', more, 'BEGIN:VEVENT', 'UID:whatever@client'],
        ...['DTSTAMP:20300101T000000Z', 'DTSTART:20300107T090000', 'DURATION:PT1H'],
        ...['RRULE:FREQ=DAILY;UNTIL=20300109T090000', 'EXDATE:20300108T090000', 'END:VEVENT', 'END:VCALENDAR', ''],
      ].join('&#13;\n');
    await system.as('carol').creates(scheduled('Here', floating('X-PLAIN:1')));
    await system.as('carol').creates(scheduled('There', floating('X-WR-TIMEZONE:America/New_York')));
    const { headers } = await asks('POST', '/calendars', login('carol'));
    const { body } = await asks('GET', headers.location ?? '');
    expect((await asks('DELETE', headers.location ?? '', login('carol'))).status).to.equal(204);
    // Read without us: in one object each time has its own zone, and each zone is described.
    const calendar = ICAL.Component.fromString(body);
    const zones = new Map(
      calendar.getAllSubcomponents('vtimezone').map((one) => {
        const zone = new ICAL.Timezone(one);
        return [zone.tzid, zone];
      }),
    );
    expect(calendar.getFirstProperty('x-wr-timezone')).to.equal(null);
    const events = calendar.getAllSubcomponents('vevent');
    const shown = events.flatMap((event) => {
      if (event.getFirstPropertyValue('summary') === 'Retreat') return [];
      const instants = ['dtstart', 'exdate'].map((name) => {
        const property = event.getFirstProperty(name);
        const time = property?.getFirstValue() as ICAL.Time;
        time.zone = zones.get(property?.getFirstParameter('tzid') ?? '') ?? ICAL.Timezone.localTimezone;
        return time.convertToZone(ICAL.Timezone.utcTimezone).toString();
      });
      return [[event.getFirstPropertyValue('summary'), ...instants, String(event.getFirstPropertyValue('rrule'))]];
    });
    expect(shown).to.have.deep.members([
      ['Here', '2030-01-07T00:00:00Z', '2030-01-08T00:00:00Z', 'FREQ=DAILY;UNTIL=20300109T000000Z'],
      ['There', '2030-01-07T14:00:00Z', '2030-01-08T14:00:00Z', 'FREQ=DAILY;UNTIL=20300109T140000Z'],
    ]);
  });

  it('is there after a restart, and gone when it is revoked, by its owner alone', async () => {
    const { headers } = await asks('POST', '/calendars', login('carol'));
    const path = headers.location ?? '';
    await system.restart();
    expect((await asks('GET', path)).status).to.equal(200);
    expect((await asks('DELETE', path, login('bob'))).status).to.equal(404);
    expect((await asks('DELETE', path)).status).to.equal(401);
    expect((await asks('GET', path)).status).to.equal(200);
    expect((await asks('DELETE', path, login('carol'))).status).to.equal(204);
    expect((await asks('GET', path)).status).to.equal(404);
  });

  it("is gone with all others of a user who has lost its secret, and with nobody else's", async () => {
    const make = async (name: 'bob' | 'carol'): Promise<string> =>
      (await asks('POST', '/calendars', login(name))).headers.location ?? '';
    const [first, second, other] = [await make('bob'), await make('bob'), await make('carol')];
    expect((await asks('DELETE', '/calendars')).status).to.equal(401);
    expect((await asks('DELETE', '/calendars', login('bob'))).status).to.equal(204);
    await system.restart();
    const statuses = [];
    for (const path of [first, second, other]) statuses.push((await asks('GET', path)).status);
    expect(statuses).to.deep.equal([404, 404, 200]);
  });

  it('is refused beyond the number that a user may have, and to nobody in particular', async () => {
    expect((await asks('POST', '/calendars')).status).to.equal(401);
    const statuses = [];
    for (let made = 0; made < 3; made += 1) statuses.push((await asks('POST', '/calendars', login('dave'))).status);
    expect(statuses).to.deep.equal([201, 201, 409]);
    expect((await asks('GET', `/calendars/${'x'.repeat(32)}.ics`)).status).to.equal(404);
    expect((await asks('PUT', '/calendars', login('dave'))).status).to.equal(405);
  });
});
