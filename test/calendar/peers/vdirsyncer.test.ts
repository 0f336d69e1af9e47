import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { CalendarPeer } from '../../support/calendar-peer.ts';
import { calendarText, DavParty, missing } from '../../support/dav.ts';
import { PASSWORD } from '../../support/system.ts';

const MASTER = [
  'UID:series@vdir',
  'DTSTAMP:20291201T000000Z',
  'DTSTART;TZID=Europe/Berlin:20300107T090000',
  'DURATION:PT1H',
  'RRULE:FREQ=WEEKLY;COUNT=52',
  'SUMMARY:Series',
  'X-OF-CLIENT:kept',
];
const SERIES = calendarText(MASTER);
/** As a program on the other side changes it: renamed, one occurrence left out, one moved. */
const EXCEPTED = calendarText(
  [...MASTER.with(5, 'SUMMARY:Renamed'), 'EXDATE;TZID=Europe/Berlin:20300114T090000'],
  [
    'UID:series@vdir',
    'DTSTAMP:20291201T000000Z',
    'RECURRENCE-ID;TZID=Europe/Berlin:20300121T090000',
    'DTSTART;TZID=Europe/Berlin:20300121T110000',
    'DURATION:PT1H',
    'SUMMARY:Renamed',
  ],
);

describe('vdirsyncer and khal', () => {
  let peer: CalendarPeer;
  let alice: DavParty;
  let folder = '';
  const files = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.ics'));
  const synchronise = (): Promise<string> => peer.run('vdirsyncer', ['sync']);
  const khal = (...args: string[]): Promise<string> => peer.run('khal', args);

  before(async () => {
    peer = await CalendarPeer.start();
    const { home } = peer;
    folder = join(home, 'calendars', 'conferences');
    alice = new DavParty(peer.system, 'alice');
    for (const name of ['vdirsyncer', 'khal']) mkdirSync(join(home, '.config', name), { recursive: true });
    peer.writes(
      '.config/vdirsyncer/config',
      `[general]
status_path = "${home}/status/"
[pair conferences]
a = "local"
b = "server"
collections = ["conferences"]
[storage local]
type = "filesystem"
path = "${home}/calendars/"
fileext = ".ics"
[storage server]
type = "caldav"
url = "${peer.url.origin}/"
username = "alice"
password = "${PASSWORD}"
`,
    );
    peer.writes(
      '.config/khal/config',
      `[calendars]
[[conferences]]
path = ${folder}
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/Berlin
default_timezone = Europe/Berlin
[default]
default_calendar = conferences
`,
    );
    await peer.run('vdirsyncer', ['discover'], 'y\ny\n');
  });
  after(() => peer.close());

  it('keep a folder of events and the server the same', async () => {
    await alice.puts('series.ics', SERIES);
    await synchronise();
    const [series = '', ...more] = files();
    expect(more).to.deep.equal([]);
    const local = join(folder, series);
    expect(missing(SERIES, readFileSync(local, 'utf8'))).to.deep.equal([]);
    for (const day of ['2030-03-25', '2030-04-01', '2030-10-21', '2030-10-28'])
      expect(await khal('list', '--format', '{start-time} {title}', '--day-format', '', day, '1d'), day).to.include(
        '09:00 Series',
      );

    await khal('new', '2030-02-01', '10:00', '11:00', 'Made by khal', '::', 'Words of khal');
    // In one step, as programs write: khal looks into a folder that has changed.
    writeFileSync(`${local}.tmp`, EXCEPTED);
    renameSync(`${local}.tmp`, local);
    await synchronise();
    expect(missing(EXCEPTED, (await alice.gets('series.ics')).body)).to.deep.equal([]);
    const listed = await khal('list', '--format', '{start-date} {start-time}', '--day-format', '', '2030-01-07', '21d');
    expect(listed.trim().split('\n')).to.deep.equal(['2030-01-07 09:00', '2030-01-21 11:00']);
    const made = files().find((name) => name !== series) ?? '';
    const { body } = await alice.gets(encodeURIComponent(made));
    expect(missing(readFileSync(join(folder, made), 'utf8'), body)).to.deep.equal([]);
    expect(body).to.include('SUMMARY:Made by khal');
    await synchronise();

    rmSync(join(folder, made));
    await alice.asks('DELETE', `${alice.calendar}series.ics`);
    await synchronise();
    expect(files()).to.deep.equal([]);
    expect((await alice.syncs()).changed).to.deep.equal([]);
  });
});
