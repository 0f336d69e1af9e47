import { expect } from 'chai';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { cancelled } from '../../lib/schedule/cancelling.ts';
import { scheduleDefaults } from '../../lib/schedule/limits.ts';
import { calendar, setOf } from './calendars.ts';

const ids = (base: string): string[] => [...setOf(base).from(-Infinity)].map(({ id }) => id);
const eventsIn = (base: string): ICAL.Component[] => ICAL.Component.fromString(base).getAllSubcomponents('vevent');

describe('an occurrence that is cancelled', () => {
  const zone = fc.constantFrom(';TZID=Europe/Berlin:', ';TZID=America/New_York:', ':');
  const drawn = fc.record({ zone, moved: fc.nat(4), sequence: fc.nat(9), cancel: fc.nat(4) });

  it('takes place no more, however an event had changed it; the others do', () => {
    fc.assert(
      fc.property(drawn, ({ zone: at, moved, sequence, cancel }) => {
        const base = calendar(
          [`DTSTART${at}20300325T090000`, 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=5'],
          [
            `RECURRENCE-ID${at}${['20300325', '20300401', '20300408', '20300415', '20300422'][moved] ?? ''}T090000`,
            ...[`DTSTART${at}20300326T130000`, 'DURATION:PT1H', `SEQUENCE:${sequence}`],
          ],
        );
        const before = ids(base);
        const id = before[cancel] ?? '';
        const after = cancelled(base, id, true, scheduleDefaults);
        expect(ids(after)).to.deep.equal(before.filter((one) => one !== id));
        const statuses = eventsIn(after).map((one) => one.getFirstPropertyValue('status'));
        expect(statuses.filter((one) => one === 'CANCELLED')).to.have.length(1);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves what changes it and all after it for those', () => {
    const later = ['RECURRENCE-ID;RANGE=THISANDFUTURE:20300326T090000Z', 'DTSTART:20300326T110000Z', 'DURATION:PT1H'];
    const base = calendar(['DTSTART:20300325T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=4'], later);
    const after = cancelled(base, '20300326T090000Z', true, scheduleDefaults);
    const starts = [...setOf(after).from(-Infinity)].map(({ start }) => new Date(start).toISOString().slice(8, 13));
    expect(starts).to.deep.equal(['25T09', '27T11', '28T11']);
  });

  it('is the event itself where there is but one', () => {
    const after = cancelled(calendar(['DTSTART:20300325T090000Z']), '20300325T090000Z', false, scheduleDefaults);
    const [event, ...others] = eventsIn(after);
    expect(others).to.deep.equal([]);
    expect(event?.getFirstPropertyValue('status')).to.equal('CANCELLED');
    expect(event?.getFirstPropertyValue('sequence')).to.equal(1);
  });
});
