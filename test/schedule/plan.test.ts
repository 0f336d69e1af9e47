import { expect } from 'chai';
import { scheduleDefaults } from '../../lib/schedule/limits.ts';
import { planOf } from '../../lib/schedule/plan.ts';
import { UnusableTime } from '../../lib/schedule/unusable-time.ts';
import { calendar } from './calendars.ts';

const DAILY = calendar(['DTSTART:20300107T090000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=3']);

describe('what an iCalendar object plans', () => {
  it('is made once for the same object under the same limits', () => {
    expect(planOf(DAILY, scheduleDefaults)).to.equal(planOf(DAILY, scheduleDefaults));
    expect(planOf(`${DAILY}\r\n`, scheduleDefaults)).not.to.equal(planOf(DAILY, scheduleDefaults));
  });

  it('is another under other limits, for times without a zone follow them', () => {
    const tokyo = { ...scheduleDefaults, zone: 'Asia/Tokyo' };
    const [here, there] = [scheduleDefaults, tokyo].map((limits) => planOf(DAILY, limits).start);
    expect(here).to.equal(Date.UTC(2030, 0, 7, 9));
    expect(there).to.equal(Date.UTC(2030, 0, 7));
  });

  it('is refused as often as it is asked for', () => {
    for (let time = 0; time < 2; time += 1)
      expect(() => planOf('no calendar', scheduleDefaults)).to.throw(UnusableTime, 'no iCalendar object');
  });

  it('is the same where it was forgotten for others', () => {
    const first = planOf(DAILY, scheduleDefaults);
    for (let hour = 0; hour < 60; hour += 1)
      planOf(calendar([`DTSTART:20300107T1000${String(hour).padStart(2, '0')}`, 'DURATION:PT1M']), scheduleDefaults);
    const again = planOf(DAILY, scheduleDefaults);
    expect(again).not.to.equal(first);
    expect([...again.from(-Infinity)]).to.deep.equal([...first.from(-Infinity)]);
  });
});
