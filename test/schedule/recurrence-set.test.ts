import { expect } from 'chai';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { UnusableTime } from '../../lib/schedule/unusable-time.ts';
import { calendar, setOf, shown, starts } from './calendars.ts';

const berlin = (time: string): string => `DTSTART;TZID=Europe/Berlin:${time}`;
const ends = (text: string): string[] => take(setOf(text).from(-Infinity), 2).map(({ end }) => shown(end ?? 0));

describe('the occurrences of a series', () => {
  it('[E17] stay at nine on the clock when clocks change', () => {
    const set = setOf(calendar([berlin('20300101T090000'), 'DURATION:PT1H', 'RRULE:FREQ=DAILY']));
    const [before, after] = [starts(set, 2, Date.UTC(2030, 2, 30)), starts(set, 2, Date.UTC(2030, 9, 26))];
    expect(before).to.deep.equal(['2030-03-30 08:00', '2030-03-31 07:00']);
    expect(after).to.deep.equal(['2030-10-26 07:00', '2030-10-27 08:00']);
  });

  it('[E17] take the hour after where clocks skip theirs, and the first where it comes twice', () => {
    const set = setOf(calendar([berlin('20300101T023000'), 'RRULE:FREQ=DAILY']));
    expect(starts(set, 3, Date.UTC(2030, 2, 30))).to.deep.equal([
      '2030-03-30 01:30',
      '2030-03-31 01:30',
      '2030-04-01 00:30',
    ]);
    expect(starts(set, 2, Date.UTC(2030, 9, 27))).to.deep.equal(['2030-10-27 00:30', '2030-10-28 01:30']);
  });

  it('[E17] know leap days, the ends of years and week 53', () => {
    const leap = setOf(calendar(['DTSTART:20280229T100000Z', 'RRULE:FREQ=YEARLY']));
    expect(starts(leap, 3)).to.deep.equal(['2028-02-29 10:00', '2032-02-29 10:00', '2036-02-29 10:00']);
    const week = setOf(calendar(['DTSTART:20261228T100000Z', 'RRULE:FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO']));
    expect(starts(week, 3)).to.deep.equal(['2026-12-28 10:00', '2032-12-27 10:00', '2037-12-28 10:00']);
    const eve = setOf(calendar(['DTSTART:20301231T233000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=2']));
    expect(starts(eve, 9)).to.deep.equal(['2030-12-31 23:30', '2031-01-01 23:30']);
  });

  it('[E17] of a week of the year alone are on the weekday of the first', () => {
    const set = setOf(calendar(['DTSTART:20250630T090000Z', 'RRULE:FREQ=YEARLY;BYWEEKNO=20']));
    const mondays = ['2025-06-30', '2026-05-11', '2027-05-17', '2028-05-15', '2029-05-14', '2030-05-13'];
    expect(starts(set, 6)).to.deep.equal(mondays.map((day) => `${day} 09:00`));
  });

  it('[E17] take a floating time in the zone of their object, else in that of the server', () => {
    const floating = calendar(['DTSTART:20300701T090000']);
    const own = floating.replace('VERSION:2.0', 'VERSION:2.0\r\nX-WR-TIMEZONE:Europe/Berlin');
    expect(starts(setOf(own), 1)).to.deep.equal(['2030-07-01 07:00']);
    expect(starts(setOf(floating, { zone: 'America/New_York' }), 1)).to.deep.equal(['2030-07-01 13:00']);
  });

  it('[E17] follow a zone that their object describes, for centuries', () => {
    const observance = (name: string, month: number, from: string, to: string): string[] => [
      `BEGIN:${name}`,
      `DTSTART:${month === 3 ? '19700329' : '19701025'}T020000`,
      `TZOFFSETFROM:${from}`,
      `TZOFFSETTO:${to}`,
      `RRULE:FREQ=YEARLY;BYMONTH=${String(month)};BYDAY=-1SU`,
      `END:${name}`,
    ];
    const zone = [
      'BEGIN:VTIMEZONE',
      'TZID:Our Time',
      ...observance('STANDARD', 10, '+0300', '+0200'),
      ...observance('DAYLIGHT', 3, '+0200', '+0300'),
      'END:VTIMEZONE',
    ];
    const event = calendar(['DTSTART;TZID=Our Time:20300701T090000', 'RRULE:FREQ=MONTHLY;INTERVAL=6']);
    const set = setOf(event.replace('BEGIN:VEVENT', `${zone.join('\r\n')}\r\nBEGIN:VEVENT`));
    expect(starts(set, 3)).to.deep.equal(['2030-07-01 06:00', '2031-01-01 07:00', '2031-07-01 06:00']);
    expect(starts(set, 2, Date.UTC(2130, 0, 1))).to.deep.equal(['2130-01-01 07:00', '2130-07-01 06:00']);
  });

  it('[E17] last whole days, nominal days, or exactly as long as the first', () => {
    expect(ends(calendar(['DTSTART;VALUE=DATE:20300101']))).to.deep.equal(['2030-01-02 00:00']);
    const nominal = calendar([berlin('20300330T100000'), 'DURATION:P1D']);
    expect(ends(nominal), 'ten on the next day').to.deep.equal(['2030-03-31 08:00']);
    const exact = calendar([berlin('20300330T100000'), 'DURATION:PT24H']);
    expect(ends(exact), 'a day later by a stop-watch').to.deep.equal(['2030-03-31 09:00']);
    const end = calendar([berlin('20300330T220000'), 'DTEND;TZID=Europe/Berlin:20300331T040000', 'RRULE:FREQ=WEEKLY']);
    expect(ends(end)).to.deep.equal(['2030-03-31 02:00', '2030-04-07 01:00']);
  });

  it('[E17] are more by RDATE and fewer by EXDATE', () => {
    const set = setOf(
      calendar([
        'DTSTART:20300101T100000Z',
        'RRULE:FREQ=DAILY;COUNT=4',
        'RDATE:20300102T150000Z,20300201T100000Z',
        'RDATE;VALUE=PERIOD:20300301T100000Z/PT3H',
        'EXDATE:20300103T100000Z',
        'EXDATE;VALUE=DATE:20300104',
      ]),
    );
    expect(starts(set, 9)).to.deep.equal([
      '2030-01-01 10:00',
      '2030-01-02 10:00',
      '2030-01-02 15:00',
      '2030-02-01 10:00',
      '2030-03-01 10:00',
    ]);
  });

  it('[E17] are moved and cancelled one by one, under the ids that they had', () => {
    const series = ['DTSTART:20300107T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY'];
    const moved = ['RECURRENCE-ID:20300114T090000Z', 'DTSTART:20300122T150000Z', 'DURATION:PT30M', 'SEQUENCE:2'];
    const stale = ['RECURRENCE-ID:20300114T090000Z', 'DTSTART:20300101T150000Z', 'SEQUENCE:1'];
    const cancelled = ['RECURRENCE-ID:20300128T090000Z', 'STATUS:CANCELLED'];
    const set = setOf(calendar(series, moved, stale, cancelled));
    expect(starts(set, 4)).to.deep.equal([
      '2030-01-07 09:00',
      '2030-01-21 09:00',
      '2030-01-22 15:00',
      '2030-02-04 09:00',
    ]);
    const [, , third] = set.from(-Infinity);
    expect(third?.id).to.equal('20300114T090000Z');
  });

  it('[E17] move together with all that follow, until that changes again', () => {
    const set = setOf(
      calendar(
        ['DTSTART:20300107T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY'],
        ['RECURRENCE-ID;RANGE=THISANDFUTURE:20300114T090000Z', 'DTSTART:20300115T100000Z', 'DURATION:PT2H'],
        ['RECURRENCE-ID;RANGE=THISANDFUTURE:20300204T090000Z', 'STATUS:CANCELLED'],
      ),
    );
    const all = ['2030-01-07 09:00', '2030-01-15 10:00', '2030-01-22 10:00', '2030-01-29 10:00'];
    expect(starts(set, 9)).to.deep.equal(all);
    expect(starts(set, 9, Date.UTC(2030, 0, 22, 11)), 'the one that goes on').to.deep.equal(all.slice(2));
  });

  it('[E17] are none of a cancelled event', () => {
    expect(starts(setOf(calendar(['DTSTART:20300107T090000Z', 'STATUS:CANCELLED'])), 1)).to.deep.equal([]);
  });

  it('[E17] are found from any moment, and the last before it', () => {
    const rules = fc.constantFrom(
      'FREQ=DAILY',
      'FREQ=WEEKLY;BYDAY=MO,TH',
      'FREQ=MONTHLY;BYDAY=-1FR',
      'FREQ=DAILY;COUNT=40',
    );
    const lines = (rule: string) => [
      [berlin('20300107T090000'), 'DURATION:PT1H', `RRULE:${rule}`, 'EXDATE;TZID=Europe/Berlin:20300110T090000'],
      ['RECURRENCE-ID;TZID=Europe/Berlin:20300114T090000', berlin('20300105T090000')],
    ];
    fc.assert(
      fc.property(rules, fc.integer({ min: 0, max: 300 * 24 }), (rule, hours) => {
        const set = setOf(calendar(...lines(rule)));
        const at = Date.UTC(2030, 0, 1, hours);
        const all = [...take(set.from(-Infinity), 400)];
        expect(take(set.from(at), 3)).to.deep.equal(all.filter(({ start, end = start + 1 }) => end > at).slice(0, 3));
        expect(set.upTo(at)).to.deep.equal(all.findLast(({ start }) => start <= at));
      }),
      { numRuns: 60 },
    );
  });
});

function take<T>(from: Iterable<T>, most: number): T[] {
  const taken: T[] = [];
  for (const one of from) {
    if (taken.length === most) break;
    taken.push(one);
  }
  return taken;
}

describe('rules', () => {
  const days = fc.uniqueArray(fc.constantFrom('SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'), {
    minLength: 1,
    maxLength: 4,
  });
  const list = (name: string, min: number, max: number) =>
    fc
      .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 })
      .map((values) => `;${name}=${values.toSorted((a, b) => a - b).join(',')}`);
  const byDay = days.map((names) => `;BYDAY=${names.join(',')}`);
  const rule = fc
    .tuple(
      fc.oneof(
        fc.tuple(fc.constant('FREQ=DAILY'), fc.oneof(fc.constant(''), byDay, list('BYMONTH', 1, 12))),
        fc.tuple(fc.constant('FREQ=WEEKLY'), fc.oneof(fc.constant(''), byDay)),
        fc.tuple(fc.constant('FREQ=MONTHLY'), fc.oneof(byDay, list('BYMONTHDAY', 1, 31))),
        fc.tuple(fc.constant('FREQ=YEARLY'), fc.oneof(fc.constant(''), list('BYMONTH', 1, 12))),
      ),
      fc.integer({ min: 1, max: 3 }),
      fc.oneof(
        fc.constant(''),
        fc.integer({ min: 1, max: 30 }).map((count) => `;COUNT=${String(count)}`),
      ),
    )
    .map(([[frequency, parts], interval, count]) => `${frequency};INTERVAL=${String(interval)}${parts}${count}`);

  it('[E17] give what a second implementation gives', () => {
    const start = fc.integer({ min: 0, max: 4_000 }).map((day) => Date.UTC(2020, 0, 1 + day, 9));
    fc.assert(
      fc.property(rule, start, (text, from) => {
        // The other one moves what falls on a day that a month does not have; RFC 5545 §3.3.10 passes it over.
        fc.pre(new Date(from).getUTCDate() <= 28);
        const recur = ICAL.Recur.fromString(text);
        const inStep = recur.iterator(ICAL.Time.fromJSDate(new Date(from), true)).next();
        const other = recur.iterator(inStep);
        const wanted: string[] = [];
        while (wanted.length < 30) {
          const next = other.next() as ICAL.Time | null;
          if (next === null) break;
          wanted.push(shown(next.toUnixTime() * 1000));
        }
        const set = setOf(calendar([`DTSTART:${inStep.toICALString()}`, `RRULE:${text}`]));
        expect(starts(set, 30)).to.deep.equal(wanted);
      }),
      { numRuns: 100 },
    );
  });

  const refused: readonly (readonly [lines: readonly string[], flaw: string])[] = [
    [['RRULE:FREQ=SECONDLY'], 'too-much'],
    [['RRULE:FREQ=MINUTELY;BYSECOND=0,30'], 'too-much'],
    [['RRULE:FREQ=MINUTELY'], 'too-much'],
    [['RRULE:FREQ=DAILY;COUNT=1001'], 'too-much'],
    [['RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'], 'malformed'],
    [['RRULE:FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6'], 'malformed'],
    [['RRULE:FREQ=MONTHLY;BYDAY=6MO'], 'malformed'],
    [['RRULE:FREQ=WEEKLY;BYDAY=MO;BYSETPOS=4'], 'malformed'],
    [['RRULE:FREQ=HOURLY;INTERVAL=24;BYHOUR=3'], 'malformed'],
    [['RRULE:FREQ=DAILY;INTERVAL=1000000000000'], 'malformed'],
    [['RRULE:FREQ=WEEKLY;BYMONTH=13'], 'malformed'],
    [['DTEND:20300101T080000Z'], 'inconsistent'],
    [['DTEND;VALUE=DATE:20300102'], 'inconsistent'],
    [['DTEND:20300101T110000Z', 'DURATION:PT1H'], 'inconsistent'],
    [['DURATION:-PT1H'], 'inconsistent'],
    [
      [`EXDATE:${Array.from({ length: 501 }, (_, at) => `2030${String(1000 + (at % 9))}T100000Z`).join(',')}`],
      'too-much',
    ],
  ];
  for (const [lines, flaw] of refused) {
    it(`[E17] are refused: ${lines.join(' ').slice(0, 60)}`, () => {
      const error = caught(() => setOf(calendar(['DTSTART:20300101T100000Z', ...lines])));
      expect(error).to.be.instanceOf(UnusableTime);
      expect((error as UnusableTime).flaw).to.equal(flaw);
    });
  }

  for (const text of [
    'tomorrow at ten',
    'BEGIN:VCALENDAR\r\nEND:VCALENDAR',
    calendar(['SUMMARY:no start']),
    'BEGIN:VEVENT\r\nEND:VEVENT',
  ]) {
    it(`[E17] are not looked for in ${JSON.stringify(text.slice(0, 60))}`, () => {
      expect((caught(() => setOf(text)) as UnusableTime).flaw).to.equal('malformed');
    });
  }
});

function caught(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
