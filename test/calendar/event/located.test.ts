import { expect } from 'chai';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { floatingZone, located } from '../../../lib/calendar/event/located.ts';
import { scheduleDefaults } from '../../../lib/schedule/limits.ts';
import { RecurrenceSet } from '../../../lib/schedule/recurrence-set.ts';

const calendarOf = (event: readonly string[], above: readonly string[] = []): ICAL.Component =>
  ICAL.Component.fromString(
    ['BEGIN:VCALENDAR', ...above, 'BEGIN:VEVENT', 'UID:one', ...event, 'END:VEVENT', 'END:VCALENDAR'].join('\r\n'),
  );
const eventIn = (calendar: ICAL.Component): ICAL.Component => calendar.getFirstSubcomponent('vevent')!;
const zone = (name: string): string[] => ['BEGIN:VTIMEZONE', `TZID:${name}`, 'END:VTIMEZONE'];

describe('times that name no zone', () => {
  it('are meant in that of their object, in its only one, else in another', () => {
    const rows: [above: string[], meant: string][] = [
      [[], 'Asia/Tokyo'],
      [['X-WR-TIMEZONE:Europe/Paris', ...zone('Europe/Rome')], 'Europe/Paris'],
      [zone('Europe/Rome'), 'Europe/Rome'],
      [[...zone('Europe/Rome'), ...zone('Europe/Oslo')], 'Asia/Tokyo'],
    ];
    for (const [above, meant] of rows)
      expect(floatingZone(calendarOf(['DTSTART:20300107T090000'], above), 'Asia/Tokyo')).to.equal(meant);
  });

  it('get one, and what has one or is a day stays', () => {
    const kept = ['DTSTART;VALUE=DATE:20300107', 'RDATE:20300108T090000Z', 'EXDATE;TZID=Europe/Oslo:20300109T090000'];
    const event = located(eventIn(calendarOf([...kept, 'RECURRENCE-ID:20300107T090000'])), 'Europe/Rome');
    const lines = event.getAllProperties().map((one) => one.toICALString());
    expect(lines).to.include.members(kept).and.include('RECURRENCE-ID;TZID=Europe/Rome:20300107T090000');
  });

  it('plan the same with their zone as without it, to the last', () => {
    const zones = ['Europe/Rome', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'];
    const rules = ['FREQ=DAILY;COUNT=5', 'FREQ=DAILY;UNTIL=20300402T090000', 'FREQ=WEEKLY;UNTIL=20300420T085959Z'];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.constantFrom(...rules), fc.integer({ min: 0, max: 4 }), (...drawn) => {
        const [name, rule, left] = drawn;
        const exdate = `EXDATE:2030033${left > 1 ? 1 : 0}T090000`;
        const lines = ['DTSTART:20300329T090000', 'DURATION:PT1H', `RRULE:${rule}`, exdate];
        const floating = calendarOf(lines, [`X-WR-TIMEZONE:${name}`]);
        const calendar = new ICAL.Component('vcalendar');
        calendar.addSubcomponent(located(eventIn(floating), name));
        const [before, after] = [floating, calendar].map((one) => [
          ...new RecurrenceSet(one.toString(), scheduleDefaults).from(-Infinity),
        ]);
        expect(before).to.have.length.above(2);
        expect(after).to.deep.equal(before);
      }),
      { numRuns: 40 },
    );
  });
});
