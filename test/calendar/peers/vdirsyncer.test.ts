import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { calendarText, DavParty, missing } from '../../support/dav.ts';
import { PASSWORD, TestSystem } from '../../support/system.ts';
import { run } from './program.ts';

const SERIES = calendarText([
  'UID:series@vdir',
  'DTSTAMP:20291201T000000Z',
  'DTSTART;TZID=Europe/Berlin:20300107T090000',
  'DURATION:PT1H',
  'RRULE:FREQ=WEEKLY;COUNT=52',
  'SUMMARY:Series',
  'X-OF-CLIENT:kept',
]);

describe('vdirsyncer and khal', () => {
  let system: TestSystem;
  let alice: DavParty;
  const home = mkdtempSync(join(tmpdir(), 'plenary-peer-'));
  const folder = join(home, 'calendars', 'conferences');
  const files = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.ics'));
  const synchronise = (): Promise<string> => run('vdirsyncer', ['sync'], { home });
  const khal = (...args: string[]): Promise<string> => run('khal', args, { home });

  before(async () => {
    system = await TestSystem.start();
    alice = new DavParty(system, 'alice');
    for (const name of ['vdirsyncer', 'khal']) mkdirSync(join(home, '.config', name), { recursive: true });
    writeFileSync(
      join(home, '.config/vdirsyncer/config'),
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
url = "${new URL(system.url).origin}/"
username = "alice"
password = "${PASSWORD}"
`,
    );
    writeFileSync(
      join(home, '.config/khal/config'),
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
    await run('vdirsyncer', ['discover'], { home, input: 'y\ny\n' });
  });
  after(async () => {
    await system.close();
    rmSync(home, { recursive: true });
  });

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
    writeFileSync(local, readFileSync(local, 'utf8').replace('SUMMARY:Series', 'SUMMARY:Renamed'));
    await synchronise();
    expect((await alice.gets('series.ics')).body).to.include('SUMMARY:Renamed');
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
