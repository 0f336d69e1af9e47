import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { calendarText, DavParty, missing } from '../../support/dav.ts';
import { PASSWORD, TestSystem } from '../../support/system.ts';
import { run } from './program.ts';

const event = (title: string): string =>
  calendarText([
    'UID:one@cadaver',
    'DTSTAMP:20291201T000000Z',
    'DTSTART:20300107T090000Z',
    'DURATION:PT1H',
    `SUMMARY:${title}`,
    'X-OF-CLIENT:kept',
  ]);

describe('cadaver', () => {
  let system: TestSystem;
  const home = mkdtempSync(join(tmpdir(), 'plenary-peer-'));
  before(async () => (system = await TestSystem.start()));
  after(async () => {
    await system.close();
    rmSync(home, { recursive: true });
  });

  it('lists, puts, gets and deletes events', async () => {
    const alice = new DavParty(system, 'alice');
    const { origin, hostname } = new URL(system.url);
    writeFileSync(join(home, '.netrc'), `machine ${hostname} login alice password ${PASSWORD}\n`, { mode: 0o600 });
    const types = (...lines: string[]): Promise<string> =>
      run('cadaver', [`${origin}${alice.calendar}`], { home, input: [...lines, 'quit', ''].join('\n') });
    writeFileSync(join(home, 'one.ics'), event('One'));
    expect(await types('put one.ics', 'ls', 'get one.ics back.ics')).to.include('one.ics');
    expect(missing(event('One'), readFileSync(join(home, 'back.ics'), 'utf8'))).to.deep.equal([]);
    writeFileSync(join(home, 'one.ics'), event('Two'));
    await types('put one.ics');
    expect((await alice.gets('one.ics')).body).to.include('SUMMARY:Two');
    await types('delete one.ics');
    expect((await alice.gets('one.ics')).status).to.equal(404);
  });
});
