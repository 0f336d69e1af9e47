import { expect } from 'chai';
import fc from 'fast-check';
import { scheduleDefaults } from '../../lib/schedule/limits.ts';
import { rescheduled } from '../../lib/schedule/rescheduled.ts';
import { calendar } from './calendars.ts';

const WEEKLY = ['DTSTART:20300107T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=8'];
const changed = (line: string, other: string): string[] => WEEKLY.map((one) => (one.startsWith(line) ? other : one));
const moved = (day: string, to: string): string[] => [`RECURRENCE-ID:${day}T090000Z`, `DTSTART:${to}`, 'DURATION:PT1H'];
const between = (before: string, after: string): unknown => {
  const found = rescheduled(before, after, scheduleDefaults);
  return found === 'all' ? found : [...found].toSorted();
};

describe('what is rescheduled when times change', () => {
  const series = calendar(WEEKLY);

  it('is all of a series at other times, longer, or with more occurrences (RFC 6638 §3.2.8)', () => {
    for (const after of [
      changed('DTSTART', 'DTSTART:20300107T100000Z'),
      changed('DURATION', 'DURATION:PT2H'),
      changed('RRULE', 'RRULE:FREQ=WEEKLY;COUNT=9'),
      changed('RRULE', 'RRULE:FREQ=DAILY;COUNT=8'),
      [...WEEKLY, 'RDATE:20300110T090000Z'],
    ])
      expect(between(series, calendar(after)), after.join()).to.equal('all');
    const endless = calendar(changed('RRULE', 'RRULE:FREQ=WEEKLY'));
    expect(between(series, endless)).to.equal('all');
    const future = moved('20300121', '20300121T100000Z').map((one) =>
      one.replace('RECURRENCE-ID', 'RECURRENCE-ID;RANGE=THISANDFUTURE'),
    );
    expect(between(series, calendar(WEEKLY, future))).to.equal('all');
    expect(between(calendar(['DTSTART:20300107T090000Z']), calendar(['DTSTART:20300107T093000Z']))).to.equal('all');
  });

  it('is one occurrence that is moved, moved back, or reinstated', () => {
    const one = calendar(WEEKLY, moved('20300121', '20300121T110000Z'));
    expect(between(series, one)).to.deep.equal(['20300121T090000Z']);
    expect(between(one, series)).to.deep.equal(['20300121T090000Z']);
    expect(between(calendar([...WEEKLY, 'EXDATE:20300114T090000Z']), series)).to.deep.equal(['20300114T090000Z']);
  });

  it('is nothing when occurrences go, words change, or the same is written otherwise', () => {
    for (const after of [
      [...WEEKLY, 'SUMMARY:Other', 'SEQUENCE:4'],
      [...WEEKLY, 'EXDATE:20300121T090000Z'],
      changed('RRULE', 'RRULE:FREQ=WEEKLY;COUNT=4'),
      changed('DURATION', 'DTEND:20300107T100000Z'),
      [...WEEKLY, 'STATUS:CANCELLED'],
    ])
      expect(between(series, calendar(after)), after.join()).to.deep.equal([]);
    expect(between('nonsense', series)).to.deep.equal([]);
  });

  it('is just what is moved, however many', () => {
    const days = ['20300107', '20300114', '20300121', '20300128', '20300204'];
    const places = fc.dictionary(fc.constantFrom(...days), fc.integer({ min: 9, max: 15 }));
    const text = (hours: Record<string, number>): string =>
      calendar(
        WEEKLY,
        ...Object.entries(hours).map(([day, hour]) => moved(day, `${day}T${String(hour).padStart(2, '0')}0000Z`)),
      );
    fc.assert(
      fc.property(places, places, (before, after) => {
        const expected = days.filter((day) => (before[day] ?? 9) !== (after[day] ?? 9));
        expect(between(text(before), text(after))).to.deep.equal(expected.map((day) => `${day}T090000Z`));
      }),
      { numRuns: 50 },
    );
  });
});
