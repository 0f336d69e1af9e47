import { expect } from 'chai';
import ICAL from 'ical.js';
import { CALDAV, calendarText, DavParty } from '../../support/dav.ts';
import { TestSystem } from '../../support/system.ts';

const single = (uid: string, day: string, ...more: string[]): string =>
  calendarText([`UID:${uid}`, 'DTSTAMP:20291201T000000Z', `DTSTART:${day}T090000Z`, 'DURATION:PT1H', ...more]);
const WITHIN = (inside: string): string =>
  `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">${inside}</C:comp-filter></C:comp-filter></C:filter>`;
const query = (inside: string, data = '<C:calendar-data/>'): string =>
  `<C:calendar-query xmlns:D="DAV:" xmlns:C="${CALDAV}"><D:prop><D:getetag/>${data}</D:prop>${WITHIN(inside)}</C:calendar-query>`;

describe('reports of a calendar', () => {
  let system: TestSystem;
  let alice: DavParty;
  let bob: DavParty;
  before(async () => {
    system = await TestSystem.start({ 'calendar.results': 3, 'calendar.instances': 20 });
    [alice, bob] = [new DavParty(system, 'alice'), new DavParty(system, 'bob')];
    await alice.puts(
      'a.ics',
      single(
        'a',
        '20300107',
        'SUMMARY:First',
        'CATEGORIES:Work',
        'ATTENDEE;CN=Bob:mailto:bob@example.com',
        'ORGANIZER:mailto:alice@example.com',
      ),
    );
    await alice.puts('b.ics', single('b', '20300108', 'SUMMARY:second'));
    await alice.puts('c.ics', single('c', '20300109', 'RRULE:FREQ=DAILY', 'SUMMARY:Daily'));
  });
  after(() => system.close());

  const found = async (inside: string): Promise<string[]> =>
    (await alice.multi('REPORT', alice.calendar, query(inside))).hrefs.map((href) => href.replace(alice.calendar, ''));

  it('find events by time, words and what they have', async () => {
    expect(await found('')).to.deep.equal(['a.ics', 'b.ics', 'c.ics']);
    expect(await found('<C:time-range start="20300108T000000Z" end="20300109T000000Z"/>')).to.deep.equal(['b.ics']);
    expect(await found('<C:time-range start="20310108T000000Z"/>')).to.deep.equal(['c.ics']);
    expect(await found('<C:time-range end="20300107T090000Z"/>')).to.deep.equal([]);
    expect(
      await found('<C:prop-filter name="SUMMARY"><C:text-match>SECOND</C:text-match></C:prop-filter>'),
    ).to.deep.equal(['b.ics']);
    const octets =
      '<C:prop-filter name="SUMMARY"><C:text-match collation="i;octet">SECOND</C:text-match></C:prop-filter>';
    expect(await found(octets)).to.deep.equal([]);
    expect(await found('<C:prop-filter name="CATEGORIES"><C:is-not-defined/></C:prop-filter>')).to.deep.equal([
      'b.ics',
      'c.ics',
    ]);
    const named = (text: string): string =>
      `<C:prop-filter name="ATTENDEE"><C:param-filter name="CN">${text}</C:param-filter></C:prop-filter>`;
    expect(await found(named('<C:text-match>bob</C:text-match>'))).to.deep.equal(['a.ics']);
    expect(await found(named('<C:is-not-defined/>'))).to.deep.equal([]);
    expect(
      await found('<C:prop-filter name="UID"><C:text-match collation="i;octet">b</C:text-match></C:prop-filter>'),
    ).to.deep.equal(['b.ics']);
    expect(await found('<C:comp-filter name="VALARM"/>')).to.deep.equal([]);
    expect(
      await found(
        '<C:prop-filter name="DTSTAMP"><C:time-range start="20291130T000000Z" end="20291202T000000Z"/></C:prop-filter>',
      ),
    ).to.have.length(3);
  });

  it('refuse what they can not answer', async () => {
    const refused = async (inside: string, data?: string): Promise<string> => {
      const { status, body } = await alice.asks('REPORT', alice.calendar, { body: query(inside, data) });
      return `${status} ${/<D:error[^>]*><(?:[A-Z]:)?([\w-]+)/.exec(body)?.[1] ?? body}`;
    };
    expect(await refused('<C:time-range/>')).to.equal('403 valid-filter');
    expect(await refused('<C:time-range start="20300108" end="20300109"/>')).to.equal('403 valid-filter');
    expect(
      await refused('<C:prop-filter name="X"><C:text-match collation="i;other">x</C:text-match></C:prop-filter>'),
    ).to.equal('403 supported-collation');
    expect(
      await refused('<C:comp-filter name="VALARM"><C:time-range start="20300108T000000Z"/></C:comp-filter>'),
    ).to.equal('403 supported-filter');
    expect(await refused('', '<C:calendar-data content-type="application/calendar+json"/>')).to.equal(
      '403 supported-calendar-data',
    );
    const years = '<C:calendar-data><C:expand start="20300101T000000Z" end="20310101T000000Z"/></C:calendar-data>';
    expect(await refused('', years)).to.equal('507 number-of-matches-within-limits');
  });

  it('show of events what was asked for', async () => {
    const data =
      '<C:calendar-data><C:comp name="VCALENDAR"><C:prop name="VERSION"/><C:comp name="VEVENT"><C:prop name="SUMMARY"/><C:prop name="UID" novalue="yes"/></C:comp></C:comp></C:calendar-data>';
    const uid = '<C:prop-filter name="UID"><C:text-match collation="i;octet">a</C:text-match></C:prop-filter>';
    const { responses } = await alice.multi('REPORT', alice.calendar, query(uid, data));
    const text = responses[0]?.found.get('calendar-data')?.text ?? '';
    expect(text.trim().split('\r\n').length).to.equal(7);
    expect(text).to.include('SUMMARY:First').and.to.include('UID:\r\n');
    expect(responses[0]?.found.get('getetag')?.text).to.equal((await alice.gets('a.ics')).headers.etag);
  });

  it('name several events, and say which are not there', async () => {
    const hrefs = ['a.ics', 'none.ics'].map((name) => `<D:href>${alice.calendar}${name}</D:href>`).join('');
    const many = (inside: string): string =>
      `<C:calendar-multiget xmlns:D="DAV:" xmlns:C="${CALDAV}"><D:prop><D:getetag/><C:calendar-data/></D:prop>${inside}</C:calendar-multiget>`;
    const { responses } = await alice.multi(
      'REPORT',
      alice.calendar,
      many(`${hrefs}<D:href>${bob.calendar}a.ics</D:href>`),
    );
    expect(responses.map(({ status }) => status)).to.deep.equal([undefined, 404, 404]);
    const { status } = await alice.asks('REPORT', alice.calendar, { body: many(hrefs.repeat(2)) });
    expect(status).to.equal(507);
  });

  it('[RFC 6578] synchronise in portions', async () => {
    const { token } = await alice.syncs();
    for (const name of ['a', 'b', 'c'])
      await alice.puts(
        `${name}.ics`,
        (await alice.gets(`${name}.ics`)).body.replace('END:VEVENT', 'X-MORE:1\r\nEND:VEVENT'),
      );
    const part = (from: string): string =>
      `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${from}</D:sync-token><D:sync-level>1</D:sync-level><D:limit><D:nresults>2</D:nresults></D:limit><D:prop><D:getetag/></D:prop></D:sync-collection>`;
    const first = await alice.multi('REPORT', alice.calendar, part(token), '0');
    expect(first.responses.map(({ href, status }) => [href.replace(alice.calendar, ''), status])).to.deep.equal([
      ['a.ics', undefined],
      ['b.ics', undefined],
      ['', 507],
    ]);
    const second = await alice.multi('REPORT', alice.calendar, part(first.token), '0');
    expect(second.hrefs.map((href) => href.replace(alice.calendar, ''))).to.deep.equal(['c.ics']);
  });

  it('[RFC 6638] tell when others are in conferences', async () => {
    const request = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:x',
      'METHOD:REQUEST',
      'BEGIN:VFREEBUSY',
      'UID:fb',
      'DTSTAMP:20291201T000000Z',
      'DTSTART:20300107T000000Z',
      'DTEND:20300108T000000Z',
      'ORGANIZER:mailto:alice@example.com',
      'ATTENDEE:mailto:bob@example.com',
      'ATTENDEE:mailto:nobody@example.com',
      'END:VFREEBUSY',
      'END:VCALENDAR',
      '',
    ].join('\r\n');
    const { status, body } = await alice.asks('POST', `${alice.home}outbox/`, {
      'Content-Type': 'text/calendar',
      body: request,
    });
    expect(status).to.equal(200);
    expect(body)
      .to.include('FREEBUSY;FBTYPE=BUSY:20300107T090000Z/20300107T100000Z')
      .and.to.include('2.0;Success')
      .and.to.include('3.7;Invalid calendar user');
  });

  it('[RFC 6638] let attendees keep what is theirs, and change nothing of the conference', async () => {
    const { changed } = await bob.syncs();
    const path = encodeURIComponent(changed[0] ?? '');
    const own = await bob.gets(path);
    const alarm = 'BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT';
    expect(
      (await bob.puts(path, own.body.replace('END:VEVENT', alarm), { 'If-Match': own.headers.etag ?? '' })).status,
    ).to.equal(204);
    expect((await bob.gets(path)).body).to.include('TRIGGER:-PT5M');
    expect((await alice.gets('a.ics')).body).not.to.include('TRIGGER:-PT5M');
    const accepted = (await bob.gets(path)).body.replace('PARTSTAT=NEEDS-ACTION', 'PARTSTAT=ACCEPTED');
    expect((await bob.puts(path, accepted)).status).to.equal(204);
    expect((await alice.gets('a.ics')).body).to.match(/ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED:mailto:bob@/);
    const renamed = await bob.puts(path, own.body.replace('SUMMARY:First', 'SUMMARY:Mine'));
    expect([renamed.status, renamed.body.includes('allowed-attendee-scheduling-object-change')]).to.deep.equal([
      403,
      true,
    ]);
    expect((await bob.asks('DELETE', bob.calendar + path)).status).to.equal(403);
    expect((await alice.gets('a.ics')).body).to.include('SUMMARY:First');
  });

  it('keep what clients set on a calendar, and what is ours as it is', async () => {
    const set = (inside: string): string =>
      `<D:propertyupdate xmlns:D="DAV:" xmlns:A="http://apple.com/ns/ical/"><D:set><D:prop>${inside}</D:prop></D:set></D:propertyupdate>`;
    const patched = async (inside: string): Promise<string> =>
      (await alice.asks('PROPPATCH', alice.calendar, { body: set(inside) })).body;
    expect(
      await patched('<A:calendar-color>#FF0000FF</A:calendar-color><D:displayname>Mine</D:displayname>'),
    ).to.include('200 OK');
    expect(await patched('<A:calendar-order>1</A:calendar-order><D:resourcetype/>'))
      .to.include('403 Forbidden')
      .and.to.include('424 Failed Dependency');
    const asked =
      '<D:propfind xmlns:D="DAV:" xmlns:A="http://apple.com/ns/ical/"><D:prop><A:calendar-color/><A:calendar-order/><D:displayname/></D:prop></D:propfind>';
    const [self] = (await alice.multi('PROPFIND', alice.calendar, asked, '0')).responses;
    expect([...(self?.found ?? [])].map(([name, { text }]) => [name, text])).to.deep.equal([
      ['calendar-color', '#FF0000FF'],
      ['displayname', 'Mine'],
    ]);
    const brief = await alice.asks('PROPFIND', alice.calendar, { Depth: '0', Prefer: 'return=minimal', body: asked });
    expect(brief.body).not.to.include('404');
  });

  it('read what they show by an independent reader', async () => {
    const { body, headers } = await alice.gets('c.ics');
    expect(headers['content-type']).to.equal('text/calendar; charset=utf-8');
    expect(ICAL.Component.fromString(body).getFirstSubcomponent('vevent')?.getFirstPropertyValue('summary')).to.equal(
      'Daily',
    );
    expect((await alice.gets('c.ics', { 'If-None-Match': headers.etag ?? '' })).status).to.equal(304);
    const { headers: options } = await alice.asks('OPTIONS', alice.calendar);
    expect(options['dav']).to.include('calendar-access').and.to.include('calendar-auto-schedule');
  });
});
