import { expect } from 'chai';
import ICAL from 'ical.js';
import { CalendarPeer } from '../../support/calendar-peer.ts';
import { calendarText, missing } from '../../support/dav.ts';
import { PASSWORD } from '../../support/system.ts';

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
  let peer: CalendarPeer;
  before(async () => (peer = await CalendarPeer.start()));
  after(() => peer.close());

  it('creates, finds, changes, synchronises and deletes a series', async () => {
    const script = new URL('session.py', import.meta.url);
    const said = await peer.python(script, [`${peer.url.origin}/dav/`, 'alice', PASSWORD], SERIES);
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
