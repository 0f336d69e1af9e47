import { expect } from 'chai';
import { calendarText, CALDAV, DavParty } from '../../support/dav.ts';
import { TestSystem } from '../../support/system.ts';

const EVENT = ['UID:x', 'DTSTAMP:20291201T000000Z', 'DTSTART:20300107T090000Z', 'DURATION:PT1H'];
const times = (text: string, count: number): string => text.repeat(count);

describe('a calendar that somebody floods', () => {
  let system: TestSystem;
  let alice: DavParty;
  before(async () => {
    system = await TestSystem.start({
      'calendar.bodyBytes': 4_000_000,
      'calendar.length': 4_000_000,
      'calendar.lines': 100_000,
      'calendar.conferences': 50,
    });
    alice = new DavParty(system, 'alice');
  });
  after(() => system.close());

  const refused: readonly (readonly [title: string, text: () => string, status: number, condition: string])[] = [
    ['50,000 components inside one another', () => times('BEGIN:X\r\n', 50_000), 403, 'max-resource-size'],
    [
      '50,000 components',
      () => `BEGIN:VCALENDAR\r\n${times('BEGIN:VALARM\r\nEND:VALARM\r\n', 50_000)}`,
      403,
      'max-resource-size',
    ],
    [
      '10,000 attendees',
      () => calendarText([...EVENT, ...Array.from({ length: 10_000 }, (_, n) => `ATTENDEE:mailto:u${n}@example.com`)]),
      403,
      'max-attendees-per-instance',
    ],
    ['100,001 lines', () => calendarText([...EVENT, times('COMMENT:1\r\n', 100_001).trim()]), 403, 'max-resource-size'],
    ['a rule of seconds', () => calendarText([...EVENT, 'RRULE:FREQ=SECONDLY']), 409, 'conflict'],
    [
      'a rule that never happens',
      () => calendarText([...EVENT, 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30']),
      403,
      'valid-calendar-data',
    ],
    ['a rule of every minute', () => calendarText([...EVENT, 'RRULE:FREQ=MINUTELY']), 409, 'conflict'],
    [
      '600 changed occurrences',
      () =>
        calendarText(
          [...EVENT, 'RRULE:FREQ=DAILY'],
          ...Array.from({ length: 600 }, (_, n) => [
            'UID:x',
            `RECURRENCE-ID:${new Date(Date.UTC(2030, 0, 8 + n, 9)).toISOString().replace(/[-:]|\.\d+/g, '')}`,
            'DTSTAMP:20291201T000000Z',
            'STATUS:CANCELLED',
          ]),
        ),
      409,
      'conflict',
    ],
    [
      'a change of what is no moment',
      () =>
        calendarText(
          [...EVENT, 'RRULE:FREQ=DAILY'],
          ['UID:x', 'RECURRENCE-ID;TZID=Nowhere:20300108T090000', 'DTSTART:20300108T100000Z'],
        ),
      403,
      'valid-calendar-data',
    ],
    [
      'a changed occurrence that ends before it begins',
      () =>
        calendarText(
          [...EVENT, 'RRULE:FREQ=DAILY'],
          [
            'UID:x',
            'SUMMARY:Other',
            'RECURRENCE-ID:20300108T090000Z',
            'DTSTART:20300108T100000Z',
            'DTEND:20300108T080000Z',
          ],
        ),
      409,
      'conflict',
    ],
    [
      'a zone that nobody knows',
      () => calendarText(['UID:x', 'DTSTAMP:20291201T000000Z', 'DTSTART;TZID=Nowhere:20300107T090000']),
      403,
      'valid-calendar-data',
    ],
    [
      'a zone whose name ends where it should not',
      () =>
        calendarText(['UID:x', 'DTSTAMP:20291201T000000Z', 'DTSTART;TZID=tzone://Microsoft/Custom:20300107T090000']),
      403,
      'valid-calendar-data',
    ],
    [
      'a METHOD',
      () => calendarText(EVENT).replace('VERSION', 'METHOD:REQUEST\r\nVERSION'),
      403,
      'valid-calendar-object-resource',
    ],
    ['a to-do', () => calendarText(EVENT).replaceAll('VEVENT', 'VTODO'), 403, 'supported-calendar-component'],
    [
      'the event of somebody else',
      () => calendarText([...EVENT, 'ORGANIZER:mailto:bob@example.com']),
      403,
      'allowed-organizer-scheduling-object-change',
    ],
    ['no calendar', () => 'nothing', 403, 'valid-calendar-data'],
  ];
  for (const [title, text, status, condition] of refused) {
    it(`says what is wrong with ${title}`, async () => {
      const put = await alice.puts('x.ics', text());
      expect(put.body).to.include(`:${condition}`);
      expect(put.status).to.equal(status);
      expect((await alice.syncs()).changed).to.deep.equal([]);
    });
  }

  it('takes what is allowed after all that', async () => {
    expect((await alice.puts('fine.ics', calendarText(EVENT))).status).to.equal(201);
    expect((await alice.puts('again.ics', calendarText(EVENT))).body).to.include('no-uid-conflict');
    expect((await alice.asks('DELETE', `${alice.calendar}fine.ics`)).status).to.equal(204);
  });

  it('refuses queries without bounds, and what is another’s', async () => {
    const status = async (method: string, path: string, headers: Record<string, string> = {}): Promise<number> =>
      (await alice.asks(method, path, headers)).status;
    expect(await status('PROPFIND', alice.home, { Depth: 'infinity' })).to.equal(403);
    expect(await status('PROPFIND', alice.home, { Depth: '0', body: times('<a>', 50_000) })).to.equal(400);
    expect(await status('REPORT', alice.calendar, { body: `<C:calendar-query xmlns:C="${CALDAV}"/>` })).to.equal(403);
    expect(await status('REPORT', alice.calendar, { body: '<x/>' })).to.equal(403);
    const range = `<C:free-busy-query xmlns:C="${CALDAV}"><C:time-range start="19700101T000000Z" end="99991231T000000Z"/></C:free-busy-query>`;
    expect(await status('REPORT', alice.calendar, { body: range })).to.equal(403);
    expect(await status('PROPFIND', new DavParty(system, 'bob').calendar)).to.equal(403);
    expect(await status('GET', '/dav/calendars/alice@example.com/conferences/..%2f..%2fx')).to.equal(404);
    expect(await status('GET', '/dav/%ff/')).to.equal(404);
    expect(await status('MKCALENDAR', `${alice.home}more/`)).to.equal(404);
    expect(await status('LOCK', alice.calendar)).to.equal(405);
    expect((await alice.asks('GET', alice.calendar, { Authorization: 'Basic eDp5' })).status).to.equal(401);
  });
});
