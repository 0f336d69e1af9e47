import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import ICAL from 'ical.js';
import { calendarText, missing } from '../../support/dav.ts';
import { PASSWORD, TestSystem } from '../../support/system.ts';
import { run } from './program.ts';

const SERIES = calendarText([
  'UID:series@python',
  'DTSTAMP:20291201T000000Z',
  'DTSTART;TZID=Europe/Berlin:20300107T090000',
  'DTEND;TZID=Europe/Berlin:20300107T100000',
  'RRULE:FREQ=WEEKLY;COUNT=52',
  'SUMMARY:Series',
  'ORGANIZER:mailto:alice@example.com',
  'ATTENDEE;CN=Bob:mailto:bob@example.com',
  'X-OF-CLIENT:kept',
  'BEGIN:VALARM',
  'ACTION:DISPLAY',
  'DESCRIPTION:soon',
  'TRIGGER:-PT10M',
  'END:VALARM',
]);

describe('python3-caldav', () => {
  let system: TestSystem;
  const home = mkdtempSync(join(tmpdir(), 'plenary-peer-'));
  before(async () => (system = await TestSystem.start()));
  after(async () => {
    await system.close();
    rmSync(home, { recursive: true });
  });

  it('creates, finds, changes, synchronises and deletes a series', async () => {
    const script = fileURLToPath(new URL('session.py', import.meta.url));
    const said = await run('/usr/bin/python3', [script, `${new URL(system.url).origin}/dav/`, 'alice', PASSWORD], {
      ...{ home, input: SERIES },
    });
    const lines = said.split('\n').filter((line) => line.startsWith('{"step"'));
    const steps = new Map(
      lines.map((line) => JSON.parse(line) as { step: string; value: unknown }).map((one) => [one.step, one.value]),
    );
    expect(steps.get('components')).to.deep.equal(['VEVENT']);
    expect(missing(SERIES, String(steps.get('created')))).to.deep.equal([]);
    expect(steps.get('changed')).to.equal(1);
    const starts = (steps.get('expanded') as string[]).flatMap((text) =>
      ICAL.Component.fromString(text)
        .getAllSubcomponents('vevent')
        .map((event) => String(event.getFirstPropertyValue('dtstart'))),
    );
    expect(starts).to.have.members([
      ...['2030-03-25T08:00:00Z', '2030-04-01T07:00:00Z'],
      ...['2030-10-21T07:00:00Z', '2030-10-28T08:00:00Z'],
    ]);
    expect(String(steps.get('found'))).to.include('series@python');
    const renamed = String(steps.get('renamed'));
    expect(missing(SERIES, renamed)).to.deep.equal(['SUMMARY:Series']);
    expect(renamed).to.include('EXDATE;TZID=Europe/Berlin:20300114T090000');
    expect(
      [...String(steps.get('busy')).matchAll(/^FREEBUSY[^:]*:(.*)$/gm)].map(([, period = '']) =>
        period.trim().slice(0, 16),
      ),
    ).to.deep.equal(['20300107T080000Z', '20300121T080000Z']);
    expect(steps.get('left')).to.equal(0);
  });
});
