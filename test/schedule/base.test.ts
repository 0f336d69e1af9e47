import { expect } from 'chai';
import { singleEvent } from '../../lib/schedule/base.ts';

const object = (...lines: readonly string[]): string =>
  ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', ...lines, 'UID:u', 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
const startOf = (base: string): string | undefined => /^DTSTART:(\S+)/m.exec(base)?.[1];
const NOW = Date.UTC(2026, 2, 4, 12);

describe('an event as a client without rules and zones sees it', () => {
  const starts: readonly (readonly [rule: string, start: string])[] = [
    ['FREQ=DAILY', '20260305T100000Z'],
    ['FREQ=DAILY;INTERVAL=4', '20260306T100000Z'],
    ['FREQ=DAILY;UNTIL=20200110T100000Z', '20200110T100000Z'],
    ['FREQ=DAILY;COUNT=3', '20200103T100000Z'],
    ['FREQ=WEEKLY;BYDAY=MO,TH', '20260305T100000Z'],
    ['FREQ=WEEKLY;INTERVAL=2', '20260318T100000Z'],
    ['FREQ=MONTHLY;BYDAY=-1FR', '20260327T100000Z'],
    ['FREQ=YEARLY;BYMONTH=6', '20260601T100000Z'],
  ];
  for (const [rule, start] of starts) {
    it(`shows of ${rule} since 2020 the occurrence of ${start}`, () => {
      const base = object('DTSTART:20200101T100000Z', 'DURATION:PT1H', `RRULE:${rule}`);
      expect(startOf(singleEvent(base, NOW))).to.equal(start);
    });
  }

  const endless = [
    'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=DAILY;INTERVAL=1000000000000',
    'FREQ=WEEKLY;BYMONTH=13',
    'FREQ=MONTHLY;BYDAY=7MO',
  ];
  for (const rule of endless) {
    it(`does not look for ever for an occurrence of ${rule}`, () => {
      const base = object('DTSTART:20200101T100000Z', 'DURATION:PT1H', `RRULE:${rule}`);
      expect(startOf(singleEvent(base, NOW))).to.equal('20200101T100000Z');
    });
  }

  it('takes a zone by its IANA name, and by its description where the name is not known', () => {
    const observance = ['DTSTART:19700101T000000', 'TZOFFSETFROM:+0300', 'TZOFFSETTO:+0300'];
    const startIn = (name: string): string | undefined => {
      const zone = [
        'BEGIN:VTIMEZONE',
        `TZID:${name}`,
        'BEGIN:STANDARD',
        ...observance,
        'END:STANDARD',
        'END:VTIMEZONE',
      ];
      const event = object(`DTSTART;TZID=${name}:20260101T100000`);
      return startOf(singleEvent(event.replace('BEGIN:VEVENT', [...zone, 'BEGIN:VEVENT'].join('\r\n')), NOW));
    };
    expect(startIn('Europe/Paris')).to.equal('20260101T090000Z');
    expect(startIn('Ours')).to.equal('20260101T070000Z');
    const nowhere = object('DTSTART;TZID=Nowhere:20260101T100000');
    expect(singleEvent(nowhere, NOW), 'a zone that nobody knows').to.equal(nowhere);
  });

  it('does not follow a time zone that changes every second', () => {
    const observance = ['DTSTART:19700101T000000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200', 'RRULE:FREQ=SECONDLY'];
    const zone = ['BEGIN:VTIMEZONE', 'TZID:X', 'BEGIN:STANDARD', ...observance, 'END:STANDARD', 'END:VTIMEZONE'];
    const event = object('DTSTART;TZID=X:20260101T100000');
    const base = event.replace('BEGIN:VEVENT', [...zone, 'BEGIN:VEVENT'].join('\r\n'));
    expect(singleEvent(base, NOW)).to.equal(base);
  });

  it('leaves alone what is no iCalendar', () => {
    expect(singleEvent('tomorrow at ten', NOW)).to.equal('tomorrow at ten');
  });
});
