import { expect } from 'chai';
import { calendar } from '../schedule/calendars.ts';
import { entry, MINUTE, refusal, TimedWorld } from '../conference/timed-world.ts';
import { as, changes, idOf, shown, user } from '../conference/world.ts';

const DAY = 24 * 60 * MINUTE;
const WEEK = 7 * DAY;
const ALL = { from: 0, to: Infinity, limit: 100 };
const berlin = (name: string, time: string): string => `${name};TZID=Europe/Berlin:${time}`;
const named = (subject: string): string =>
  `<info:conference-description><info:subject>${subject}</info:subject></info:conference-description>`;

describe('a weekly series over a year', function () {
  this.timeout(60_000);

  it('[E13, E14, E17] takes place as it was changed: two moved, one cancelled, three weeks elsewhere', async () => {
    const first = Date.UTC(2030, 0, 7, 8); // nine in Berlin
    const world = await TimedWorld.at(first - DAY);
    const leap = async (moment: number): Promise<void> => {
      await world.stops();
      world.jumps((moment - world.now()) / MINUTE);
      await world.restarts();
    };
    const policy = `<xcon:mixing-end-offset required-participant="moderator">2030-01-07T09:00:00Z</xcon:mixing-end-offset>
      <xcon:allowed-extend-mixing-end-offset>true</xcon:allowed-extend-mixing-end-offset>`;
    const rule = [berlin('DTSTART', '20300107T090000'), 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=52'];
    const series = await world.made(entry(calendar(rule), policy));
    await world.control.updateUser(as('alice'), series, user(idOf('bob'), moderator));
    const ids = (await world.control.occurrences(as('alice'), series, ALL)).occurrences.map(({ id }) => id);
    expect(ids).to.have.length(52);
    const id = (week: number): string => ids[week] ?? '';
    const update = async (base: string) =>
      (
        await world.control.update(
          as('alice'),
          series,
          changes(entry(calendar([base].flatMap((one) => one.split('\n'))))),
        )
      ).uri;

    // Two are moved, each by its event alone; one does not take place.
    const moved = await update(
      [berlin('RECURRENCE-ID', '20300121T090000'), berlin('DTSTART', '20300122T140000'), 'DURATION:PT1H'].join('\n'),
    );
    await leap(first + WEEK + 30 * MINUTE);
    await update(
      [berlin('RECURRENCE-ID', '20300617T090000'), berlin('DTSTART', '20300618T080000'), 'DURATION:PT2H'].join('\n'),
    );
    await world.control.steer(as('alice'), series, { action: 'cancel', id: id(10) });
    // RFC 5239 §7.4: for the next three weeks only at ten, elsewhere.
    const range = { from: id(20), to: id(22) };
    const atTen = entry(calendar([berlin('DTSTART', '20300527T100000'), 'DURATION:PT1H']));
    const { uri: elsewhere } = await world.control.changeOccurrences(
      as('alice'),
      series,
      range,
      changes(atTen.replace('<info:conference-description>', '$&<info:subject>Elsewhere</info:subject>')),
    );
    await world.control.update(as('alice'), series, changes(named('Rounds')));
    expect(await shown(world.control, as('alice'), elsewhere)).to.include('<info:subject>Elsewhere<');
    expect(await shown(world.control, as('alice'), moved)).to.include('<info:subject>Rounds<');

    const { occurrences } = await world.control.occurrences(as('alice'), series, ALL);
    expect(occurrences).to.have.length(51);
    const hours = new Map<string, number>();
    for (const { start } of occurrences) {
      const clock = new Date(start).toLocaleString('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit' });
      hours.set(clock, (hours.get(clock) ?? 0) + 1);
    }
    expect(Object.fromEntries(hours), 'nine by the clock across both its changes').to.deep.equal({
      '09': 46,
      '14': 1,
      '08': 1,
      '10': 3,
    });

    let held = 0;
    for (const { start, end = 0, opens, child = series } of occurrences.filter((one) => one.start > world.now())) {
      await leap(opens - MINUTE);
      expect((await refusal(world.joins('bob', child)))?.message, 'before the window').to.include('and opens at');
      await leap(start + MINUTE);
      expect(await world.control.reached(series)).to.equal(child);
      await world.joins('carol', child);
      if (held % 10 === 1) {
        await world.control.steer(as('alice'), series, { action: 'extend', until: end + 30 * MINUTE });
        await leap(end + 20 * MINUTE);
        expect(await world.people(child), 'it was extended').to.equal(1);
        await leap(end + 31 * MINUTE);
      } else if (held % 10 === 2) {
        await world.joins('bob', child);
        await world.control.updateUser(as('alice'), child, user(idOf('bob'), participant));
        expect(await world.isActive(child), 'the moderator that it needs is missing').to.equal(false);
        await world.control.updateUser(as('alice'), child, user(idOf('bob'), moderator));
      } else await leap(end + MINUTE);
      expect(await world.people(child)).to.equal(0);
      expect((await refusal(world.joins('bob', child)))?.reason, 'after the window').to.equal('not-allowed');
      held++;
    }
    expect(held, 'two were over').to.equal(49);
    expect(world.errors).to.deep.equal([]);
    const left = await world.store.claim({ owner: 'test', now: world.now(), lease: MINUTE, limit: 9 });
    expect(left, 'nothing is to come').to.deep.equal({ steps: [], next: Infinity });
  });
});

const moderator = '<info:roles><info:entry>moderator</info:entry></info:roles>';
const participant = '<info:roles><info:entry>participant</info:entry></info:roles>';
