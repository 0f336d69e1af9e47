import { expect } from 'chai';
import fc from 'fast-check';
import { carried } from '../../lib/schedule/carried.ts';
import { scheduleDefaults } from '../../lib/schedule/limits.ts';
import { newTimeIn, partOfSeries } from '../../lib/schedule/part-of-series.ts';
import { RecurrenceSet } from '../../lib/schedule/recurrence-set.ts';
import { UnusableTime } from '../../lib/schedule/unusable-time.ts';
import { calendar, setOf, shown } from './calendars.ts';

const berlin = (name: string, time: string): string => `${name};TZID=Europe/Berlin:${time}`;
const WEEKLY = calendar([berlin('DTSTART', '20300107T090000'), 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY']);
const occurrences = (text: string, most = 30) => {
  const found = [];
  for (const one of setOf(text).from(-Infinity)) {
    if (found.length === most) break;
    found.push(one);
  }
  return found;
};
const part = (text: string, from: string, to?: string, moved?: string): string =>
  partOfSeries(
    text,
    { from, ...(to !== undefined && { to }) },
    scheduleDefaults,
    moved === undefined ? undefined : newTimeIn(moved),
  );

describe('a part of a series', () => {
  it('[E17] is one event with the id of its occurrence', () => {
    const text = part(WEEKLY, '20300114T080000Z', '20300114T080000Z');
    expect(text).to.include(berlin('RECURRENCE-ID', '20300114T090000')).and.to.include('UID:u');
    expect(text).not.to.include('RRULE');
    expect(occurrences(text)).to.deep.equal([occurrences(WEEKLY, 2)[1]]);
  });

  it('[E17] goes on with the rule from its first occurrence to its last', () => {
    const text = part(WEEKLY, '20300318T080000Z', '20300408T070000Z');
    expect(text).to.include('RANGE=THISANDFUTURE').and.to.include('UNTIL=20300408T070000Z');
    expect(occurrences(text)).to.deep.equal(occurrences(WEEKLY).slice(10, 14));
    expect(occurrences(part(WEEKLY, '20300318T080000Z'), 5)).to.deep.equal(occurrences(WEEKLY).slice(10, 15));
  });

  it('[E17] moves as a whole on the clock, and keeps the ids', () => {
    const later = calendar([berlin('DTSTART', '20300319T100000'), berlin('DTEND', '20300319T120000')]);
    const moved = occurrences(part(WEEKLY, '20300318T080000Z', '20300408T070000Z', later));
    expect(moved.map(({ id }) => id)).to.deep.equal(
      occurrences(WEEKLY)
        .slice(10, 14)
        .map(({ id }) => id),
    );
    expect(moved.map(({ start }) => shown(start))).to.deep.equal([
      '2030-03-19 09:00',
      '2030-03-26 09:00',
      '2030-04-02 08:00',
      '2030-04-09 08:00',
    ]);
  });

  it('[E17] has what was changed and left out within it, and counts as the series does', () => {
    const text = calendar(
      ['DTSTART:20300107T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=9', 'EXDATE:20300110T090000Z'],
      ['RECURRENCE-ID:20300109T090000Z', 'DTSTART:20300109T150000Z', 'DURATION:PT2H'],
      ['RECURRENCE-ID:20300114T090000Z', 'DTSTART:20300114T090000Z', 'STATUS:CANCELLED'],
      ['RECURRENCE-ID;RANGE=THISANDFUTURE:20300113T090000Z', 'DTSTART:20300113T100000Z', 'DURATION:PT1H'],
    );
    const all = occurrences(text);
    expect(occurrences(part(text, '20300108T090000Z'))).to.deep.equal(all.slice(1));
    expect(occurrences(part(text, '20300109T090000Z'))).to.deep.equal(all.slice(2));
    expect(occurrences(part(text, '20300109T090000Z', '20300109T090000Z'))).to.deep.equal(all.slice(2, 3));
    expect(occurrences(part(text, '20300113T090000Z'))).to.deep.equal(all.slice(5));
    expect(occurrences(part(text, '20300115T090000Z'))).to.deep.equal(all.slice(6));
  });

  it('[E17] is of days where its series is, and takes times that clocks skip as the rule has them', () => {
    const days = calendar(['DTSTART;VALUE=DATE:20300107', 'RRULE:FREQ=WEEKLY']);
    expect(occurrences(part(days, '20300114T000000Z', '20300121T000000Z'))).to.deep.equal(
      occurrences(days, 3).slice(1),
    );
    const early = calendar([berlin('DTSTART', '20300330T023000'), 'DURATION:PT10M', 'RRULE:FREQ=DAILY']);
    expect(occurrences(part(early, '20300331T013000Z'), 3)).to.deep.equal(occurrences(early, 4).slice(1));
  });

  it('[E17] is refused where there is no such occurrence, and of several rules but one at a time', () => {
    expect(() => part(WEEKLY, '20300115T080000Z')).to.throw(UnusableTime);
    const two = calendar(['DTSTART:20300107T090000Z', 'RRULE:FREQ=WEEKLY', 'RRULE:FREQ=MONTHLY;BYDAY=1FR']);
    expect(() => part(two, '20300114T090000Z')).to.throw(UnusableTime);
    expect(occurrences(part(two, '20300114T090000Z', '20300114T090000Z'))).to.have.length(1);
  });

  it('[E17] and what is left of its series are the series', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe');
    const rules = fc.constantFrom(
      'FREQ=DAILY',
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,SU',
      'FREQ=MONTHLY;BYDAY=MO,TU,WE;BYSETPOS=1,-1',
      'FREQ=MONTHLY;BYMONTHDAY=31',
      'FREQ=DAILY;COUNT=25;INTERVAL=3',
      'FREQ=WEEKLY;UNTIL=20300901T000000Z',
    );
    const ranges = fc.tuple(fc.nat(12), fc.option(fc.nat(6), { nil: undefined }));
    fc.assert(
      fc.property(zones, rules, ranges, fc.integer({ min: -600, max: 600 }), (zone, rule, [first, more], minutes) => {
        const base = calendar([`DTSTART;TZID=${zone}:20300107T023000`, 'DURATION:PT20M', `RRULE:${rule}`]);
        const all = occurrences(base, 25);
        const [from, to] = [all[first]?.id, more === undefined ? undefined : all[first + more]?.id];
        if (from === undefined || (more !== undefined && to === undefined)) return;
        const range = { from, ...(to !== undefined && { to }) };
        const inside = occurrences(partOfSeries(base, range, scheduleDefaults), to === undefined ? 5 : 25);
        expect(inside).to.deep.equal(all.slice(first, to === undefined ? first + 5 : first + (more ?? 0) + 1));
        const again = partOfSeries(base, range, scheduleDefaults);
        expect(partOfSeries(again, range, scheduleDefaults)).to.equal(again);
        const rest = [];
        for (const one of new RecurrenceSet(base, scheduleDefaults, [range]).from(-Infinity)) {
          if (rest.length === 10) break;
          rest.push(one.id);
        }
        const outside = all.filter((_, index) => index < first || (more !== undefined && index > first + more));
        expect(rest.slice(0, outside.length)).to.deep.equal(outside.map(({ id }) => id).slice(0, 10));
        const start = new Date(Date.UTC(2030, 0, 7, 2, 30) + minutes * 60_000).toISOString().slice(0, 19);
        const next = setOf(base.replace('20300107T023000', start.replace(/[-:]/g, '')));
        const taken = carried(range, setOf(base), next);
        if (taken !== undefined)
          expect(next.find(taken.from), 'what a range begins with is there').to.not.equal(undefined);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what a range stands for when its series changes', () => {
  const to = (lines: readonly string[], from: string, last?: string) =>
    carried({ from, ...(last !== undefined && { to: last }) }, setOf(WEEKLY), setOf(calendar(lines)));

  it('[E17] are the occurrences of the same ids, days or places', () => {
    const [id, rule] = ['20300114T080000Z', 'RRULE:FREQ=WEEKLY'];
    expect(to([berlin('DTSTART', '20300107T090000'), rule], id, id)).to.deep.equal({ from: id, to: id });
    const atTen = '20300114T090000Z';
    expect(to([berlin('DTSTART', '20300107T100000'), rule], id, id)).to.deep.equal({ from: atTen, to: atTen });
    const tuesday = '20300115T080000Z';
    expect(to([berlin('DTSTART', '20300108T090000'), rule], id, id)).to.deep.equal({ from: tuesday, to: tuesday });
    expect(to([berlin('DTSTART', '20300121T090000'), rule], '20300204T080000Z')).to.deep.equal({
      from: '20300204T080000Z',
    });
  });

  it('[E17] are none where the series does not take place any more', () => {
    const short = [berlin('DTSTART', '20300107T090000'), 'RRULE:FREQ=WEEKLY;COUNT=2'];
    expect(to(short, '20300204T080000Z', '20300204T080000Z')).to.equal(undefined);
    expect(to(short, '20300204T080000Z')).to.equal(undefined);
    expect(to(short, '20300114T080000Z', '20300204T080000Z')).to.deep.equal({
      from: '20300114T080000Z',
      to: '20300204T080000Z',
    });
  });
});
