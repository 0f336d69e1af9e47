import { expect } from 'chai';
import fc from 'fast-check';
import { fieldsOf, momentOf, stamp, timeOf, utcTime } from '../../lib/schedule/written-times.ts';

const DAY = 86_400_000;
/** Whole seconds of the years 1 to 9999, which iCalendar can write. */
const seconds = fc
  .integer({ min: Date.parse('0001-01-01T00:00:00Z') / 1_000, max: Date.parse('9999-12-31T23:59:59Z') / 1_000 })
  .map((second) => second * 1_000);

describe('moments as iCalendar writes them', () => {
  it('are read as they were written', () => {
    fc.assert(fc.property(seconds, (at) => void expect(momentOf(stamp(at))).to.equal(at)));
  });

  it('are written in UTC with whole seconds', () => {
    expect(stamp(Date.parse('2026-03-29T01:30:05.999Z'))).to.equal('20260329T013005Z');
  });

  for (const written of ['20260329T013005', '20260329', '2026-03-29 01:30', '20261329T013005Z', '']) {
    it(`are none in '${written}', which is no moment in UTC`, () => {
      expect(momentOf(written)).to.be.NaN;
    });
  }

  it('have as times in UTC the fields that are written', () => {
    fc.assert(fc.property(seconds, (at) => void expect(fieldsOf(utcTime(at))).to.equal(at)));
  });
});

describe('times on the clock', () => {
  it('have the fields that they were made of', () => {
    fc.assert(fc.property(seconds, (wall) => void expect(fieldsOf(timeOf(wall))).to.equal(wall)));
  });

  it('name no zone', () => {
    expect(timeOf(Date.parse('2026-11-23T09:00:00Z')).toICALString()).to.equal('20261123T090000');
  });

  it('are days where only the day counts', () => {
    fc.assert(
      fc.property(seconds, (wall) => {
        const day = timeOf(wall, true);
        expect(day.isDate).to.equal(true);
        expect(fieldsOf(day)).to.equal(Math.floor(wall / DAY) * DAY);
      }),
    );
  });
});
