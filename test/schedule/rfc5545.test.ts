import { expect } from 'chai';
import { namedZone, UTC } from '../../lib/schedule/zone.ts';
import { calendar, setOf, shown } from './calendars.ts';

interface Example {
  readonly start: string;
  readonly rules: readonly string[];
  /** Year → days as `month/day,day-day`, at nine on the clock; of rules without an end, the first. */
  readonly days?: Readonly<Record<number, string>>;
  readonly times?: readonly string[];
  readonly endless?: true;
  readonly more?: readonly string[];
}

const workingDay = ['09', '10', '11', '12', '13', '14', '15', '16'].flatMap((hour) =>
  ['00', '20', '40'].map((minute) => `${hour}:${minute}`),
);
const forever = { endless: true } as const;

/** Every example of RFC 5545 §3.8.5.3, in its order. */
const EXAMPLES: readonly Example[] = [
  { start: '19970902', rules: ['FREQ=DAILY;COUNT=10'], days: { 1997: '9/2-11' } },
  {
    start: '19970902',
    rules: ['FREQ=DAILY;UNTIL=19971224T000000Z'],
    days: { 1997: '9/2-30 10/1-31 11/1-30 12/1-23' },
  },
  {
    ...forever,
    start: '19970902',
    rules: ['FREQ=DAILY;INTERVAL=2'],
    days: { 1997: '9/2,4,6,8,10,12,14,16,18,20,22,24,26,28,30 10/2,4,6,8,10,12,14,16,18,20,22,24,26,28,30 11/1,3' },
  },
  { start: '19970902', rules: ['FREQ=DAILY;INTERVAL=10;COUNT=5'], days: { 1997: '9/2,12,22 10/2,12' } },
  {
    start: '19980101',
    rules: [
      'FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA',
      'FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1',
    ],
    days: { 1998: '1/1-31', 1999: '1/1-31', 2000: '1/1-31' },
  },
  { start: '19970902', rules: ['FREQ=WEEKLY;COUNT=10'], days: { 1997: '9/2,9,16,23,30 10/7,14,21,28 11/4' } },
  {
    start: '19970902',
    rules: ['FREQ=WEEKLY;UNTIL=19971224T000000Z'],
    days: { 1997: '9/2,9,16,23,30 10/7,14,21,28 11/4,11,18,25 12/2,9,16,23' },
  },
  {
    ...forever,
    start: '19970902',
    rules: ['FREQ=WEEKLY;INTERVAL=2;WKST=SU'],
    days: { 1997: '9/2,16,30 10/14,28 11/11,25 12/9,23', 1998: '1/6,20 2/3,17' },
  },
  {
    start: '19970902',
    rules: ['FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH', 'FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH'],
    days: { 1997: '9/2,4,9,11,16,18,23,25,30 10/2' },
  },
  {
    start: '19970901',
    rules: ['FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR'],
    days: { 1997: '9/1,3,5,15,17,19,29 10/1,3,13,15,17,27,29,31 11/10,12,14,24,26,28 12/8,10,12,22' },
  },
  {
    start: '19970902',
    rules: ['FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH'],
    days: { 1997: '9/2,4,16,18,30 10/2,14,16' },
  },
  {
    start: '19970905',
    rules: ['FREQ=MONTHLY;COUNT=10;BYDAY=1FR'],
    days: { 1997: '9/5 10/3 11/7 12/5', 1998: '1/2 2/6 3/6 4/3 5/1 6/5' },
  },
  { start: '19970905', rules: ['FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR'], days: { 1997: '9/5 10/3 11/7 12/5' } },
  {
    start: '19970907',
    rules: ['FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU'],
    days: { 1997: '9/7,28 11/2,30', 1998: '1/4,25 3/1,29 5/3,31' },
  },
  {
    start: '19970922',
    rules: ['FREQ=MONTHLY;COUNT=6;BYDAY=-2MO'],
    days: { 1997: '9/22 10/20 11/17 12/22', 1998: '1/19 2/16' },
  },
  {
    ...forever,
    start: '19970928',
    rules: ['FREQ=MONTHLY;BYMONTHDAY=-3'],
    days: { 1997: '9/28 10/29 11/28 12/29', 1998: '1/29 2/26' },
  },
  {
    start: '19970902',
    rules: ['FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15'],
    days: { 1997: '9/2,15 10/2,15 11/2,15 12/2,15', 1998: '1/2,15' },
  },
  {
    start: '19970930',
    rules: ['FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1'],
    days: { 1997: '9/30 10/1,31 11/1,30 12/1,31', 1998: '1/1,31 2/1' },
  },
  {
    start: '19970910',
    rules: ['FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15'],
    days: { 1997: '9/10-15', 1999: '3/10-13' },
  },
  {
    ...forever,
    start: '19970902',
    rules: ['FREQ=MONTHLY;INTERVAL=2;BYDAY=TU'],
    days: { 1997: '9/2,9,16,23,30 11/4,11,18,25', 1998: '1/6,13,20,27 3/3,10,17,24,31' },
  },
  {
    start: '19970610',
    rules: ['FREQ=YEARLY;COUNT=10;BYMONTH=6,7'],
    days: { 1997: '6/10 7/10', 1998: '6/10 7/10', 1999: '6/10 7/10', 2000: '6/10 7/10', 2001: '6/10 7/10' },
  },
  {
    start: '19970310',
    rules: ['FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3'],
    days: { 1997: '3/10', 1999: '1/10 2/10 3/10', 2001: '1/10 2/10 3/10', 2003: '1/10 2/10 3/10' },
  },
  {
    start: '19970101',
    rules: ['FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200'],
    days: { 1997: '1/1 4/10 7/19', 2000: '1/1 4/9 7/18', 2003: '1/1 4/10 7/19', 2006: '1/1' },
  },
  {
    ...forever,
    start: '19970519',
    rules: ['FREQ=YEARLY;BYDAY=20MO'],
    days: { 1997: '5/19', 1998: '5/18', 1999: '5/17' },
  },
  {
    ...forever,
    start: '19970512',
    rules: ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO'],
    days: { 1997: '5/12', 1998: '5/11', 1999: '5/17' },
  },
  {
    ...forever,
    start: '19970313',
    rules: ['FREQ=YEARLY;BYMONTH=3;BYDAY=TH'],
    days: { 1997: '3/13,20,27', 1998: '3/5,12,19,26', 1999: '3/4,11,18,25' },
  },
  {
    ...forever,
    start: '19970605',
    rules: ['FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8'],
    days: {
      1997: '6/5,12,19,26 7/3,10,17,24,31 8/7,14,21,28',
      1998: '6/4,11,18,25 7/2,9,16,23,30 8/6,13,20,27',
      1999: '6/3,10,17,24 7/1,8,15,22,29 8/5,12,19,26',
    },
  },
  {
    ...forever,
    start: '19970902',
    more: ['EXDATE;TZID=America/New_York:19970902T090000'],
    rules: ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13'],
    days: { 1998: '2/13 3/13 11/13', 1999: '8/13', 2000: '10/13' },
  },
  {
    ...forever,
    start: '19970913',
    rules: ['FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13'],
    days: { 1997: '9/13 10/11 11/8 12/13', 1998: '1/10 2/7 3/7 4/11 5/9 6/13' },
  },
  {
    ...forever,
    start: '19961105',
    rules: ['FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8'],
    days: { 1996: '11/5', 2000: '11/7', 2004: '11/2' },
  },
  { start: '19970904', rules: ['FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3'], days: { 1997: '9/4 10/7 11/6' } },
  {
    ...forever,
    start: '19970929',
    rules: ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2'],
    days: { 1997: '9/29 10/30 11/27 12/30', 1998: '1/29 2/26 3/30' },
  },
  // The RFC ends this one at 17:00 UTC, which is 13:00 on that clock, and means 17:00 there.
  { start: '19970902', rules: ['FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z'], times: ['09:00', '12:00', '15:00'] },
  {
    start: '19970902',
    rules: ['FREQ=MINUTELY;INTERVAL=15;COUNT=6'],
    times: ['09:00', '09:15', '09:30', '09:45', '10:00', '10:15'],
  },
  {
    start: '19970902',
    rules: ['FREQ=MINUTELY;INTERVAL=90;COUNT=4'],
    times: ['09:00', '10:30', '12:00', '13:30'],
  },
  {
    ...forever,
    start: '19970902',
    rules: [
      'FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40',
      'FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16',
    ],
    times: workingDay,
  },
  { start: '19970805', rules: ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO'], days: { 1997: '8/5,10,19,24' } },
  { start: '19970805', rules: ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU'], days: { 1997: '8/5,17,19,31' } },
  {
    start: '20070115',
    rules: ['FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5'],
    days: { 2007: '1/15,30 2/15 3/15,30' },
  },
];

const two = (number: number): string => String(number).padStart(2, '0');

function expected({ start, days = {}, times = [] }: Example): string[] {
  const day = `${start.slice(0, 4)}-${start.slice(4, 6)}-${start.slice(6)}`;
  const named = Object.entries(days).flatMap(([year, months]) =>
    months.split(' ').flatMap((text) => {
      const [month = '', list = ''] = text.split('/');
      return list.split(',').flatMap((range) => {
        const [from = 0, to = from] = range.split('-').map(Number);
        return Array.from(
          { length: to - from + 1 },
          (_, at) => `${year}-${two(Number(month))}-${two(from + at)} 09:00`,
        );
      });
    }),
  );
  return [...named, ...times.map((time) => `${day} ${time}`)];
}

describe('the examples of RFC 5545 §3.8.5.3', () => {
  const here = process.env['TZ'];
  const newYork = namedZone('America/New_York') ?? UTC;
  afterEach(() => {
    if (here === undefined) delete process.env['TZ'];
    else process.env['TZ'] = here;
  });

  for (const serverZone of ['UTC', 'Pacific/Auckland', 'America/Los_Angeles']) {
    for (const example of EXAMPLES) {
      for (const rule of example.rules) {
        it(`[E17] ${rule} on a server in ${serverZone}`, () => {
          process.env['TZ'] = serverZone;
          const lines = [`DTSTART;TZID=America/New_York:${example.start}T090000`, `RRULE:${rule}`];
          const set = setOf(calendar([...lines, ...(example.more ?? [])]));
          const wanted = expected(example);
          const found: string[] = [];
          for (const { start } of set.from(-Infinity)) {
            if (found.length === wanted.length + 1) break;
            found.push(shown(newYork.wallOf(start)));
          }
          expect(found.slice(0, wanted.length)).to.deep.equal(wanted);
          expect(found.length > wanted.length, 'goes on').to.equal(example.endless === true);
        });
      }
    }
  }
});
