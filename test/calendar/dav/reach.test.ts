import { expect } from 'chai';
import fc from 'fast-check';
import { reachOf } from '../../../lib/calendar/dav/reach.ts';
import { scheduleDefaults } from '../../../lib/schedule/limits.ts';
import { RecurrenceSet } from '../../../lib/schedule/recurrence-set.ts';
import { calendarText } from '../../support/dav.ts';

const pad = (value: number): string => String(value).padStart(2, '0');

describe('when the events of a text can take place', () => {
  const day = fc.tuple(
    fc.integer({ min: 2020, max: 2040 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
  );
  const event = fc.record({
    day,
    zone: fc.constantFrom('', ';TZID=Europe/Berlin', ';TZID=Pacific/Auckland', ';TZID=America/Los_Angeles'),
    length: fc.constantFrom('PT1H', 'P3D', 'P2W', 'PT49H', 'P1DT5H'),
    rule: fc.constantFrom(
      '',
      'RRULE:FREQ=DAILY;COUNT=5',
      'RRULE:FREQ=WEEKLY;UNTIL=20410101T000000Z',
      'RRULE:FREQ=YEARLY',
    ),
    more: fc.array(day, { maxLength: 3 }),
  });

  it('is never told too short', () => {
    fc.assert(
      fc.property(event, ({ day: [year, month, date], zone, length, rule, more }) => {
        const at = ([y, m, d]: readonly [number, number, number]): string => `${y}${pad(m)}${pad(d)}T233000`;
        const text = calendarText([
          'UID:x',
          `DTSTART${zone}:${at([year, month, date])}`,
          `DURATION:${length}`,
          ...(rule === '' ? [] : [rule]),
          ...more.map((one) => `RDATE${zone}:${at(one)}`),
        ]);
        const reach = reachOf(text);
        let looked = 0;
        for (const { start, end = start } of new RecurrenceSet(text, scheduleDefaults).from(-Infinity)) {
          expect(reach?.from).to.be.at.most(start);
          expect(reach?.to).to.be.at.least(end);
          if (++looked === 30) break;
        }
        expect(looked).to.be.above(0);
      }),
    );
  });

  it('is not told of texts without events, of zones, and of what means now', () => {
    expect(reachOf('')).to.equal(undefined);
    expect(reachOf('BEGIN:VTIMEZONE\nDTSTART:19700101T000000\nEND:VTIMEZONE')).to.equal(undefined);
    expect(reachOf(calendarText(['DTSTART:19700101T000000Z']))).to.equal(undefined);
  });
});
