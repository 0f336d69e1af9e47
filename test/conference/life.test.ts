import { expect } from 'chai';
import { calendar } from '../schedule/calendars.ts';
import { entry, MINUTE, NINE, ONCE, refusal, TimedWorld, WEEKLY } from './timed-world.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { as, changes, endpoint, idOf, shown, sipOf, user } from './world.ts';

describe('the life of a conference with times', () => {
  it('[E14, E11] opens ten minutes before its start, is active until its end, and is then as it was reserved', async () => {
    const world = await TimedWorld.at(NINE - 60 * MINUTE);
    const uri = await world.made(entry(ONCE));
    expect(await world.isActive(uri)).to.equal(false);
    const early = await refusal(world.joins('bob', uri));
    expect(early?.reason).to.equal('not-allowed');
    expect(early?.message).to.include('opens at 2030-01-07T08:50:00Z');
    await world.passes(50);
    expect(await world.isActive(uri), 'the window is open').to.equal(true);
    await world.joins('bob', uri);
    expect(await world.people(uri)).to.equal(1);
    await world.passes(69);
    expect(await world.isActive(uri)).to.equal(true);
    await world.passes(1);
    expect(await world.isActive(uri), 'the hour is over').to.equal(false);
    expect(await world.people(uri)).to.equal(0);
    expect((await refusal(world.joins('bob', uri)))?.message).to.include('does not take place again');
    expect(world.errors).to.deep.equal([]);
  });

  it('[E17] opens again for the next occurrence of a series', async () => {
    const world = await TimedWorld.at(NINE);
    const uri = await world.made(entry(WEEKLY));
    await world.joins('bob', uri);
    await world.passes(60);
    expect((await refusal(world.joins('bob', uri)))?.message).to.include('opens at 2030-01-14T08:50:00Z');
    await world.passes(7 * 24 * 60 - 70);
    await world.joins('carol', uri);
    expect(await world.people(uri)).to.equal(1);
  });

  it('[E11, E14] takes its offsets to every occurrence', async () => {
    const world = await TimedWorld.at(NINE - 120 * MINUTE);
    const more = `<xcon:mixing-start-offset required-participant="none">2030-01-07T08:55:00Z</xcon:mixing-start-offset>
      <xcon:mixing-end-offset required-participant="none">2030-01-07T10:30:00Z</xcon:mixing-end-offset>
      <xcon:can-join-after-offset>2030-01-07T08:30:00Z</xcon:can-join-after-offset>
      <xcon:must-join-before-offset>2030-01-07T09:15:00Z</xcon:must-join-before-offset>`;
    const uri = await world.made(entry(WEEKLY, more));
    const { occurrences } = await world.control.occurrences(as('alice'), uri, { from: 0, to: Infinity, limit: 2 });
    expect(occurrences).to.deep.equal([
      { id: '20300107T090000Z', start: NINE, opens: NINE - 30 * MINUTE, end: NINE + 90 * MINUTE, state: 'planned' },
      {
        id: '20300114T090000Z',
        start: NINE + 10_080 * MINUTE,
        opens: NINE + 10_050 * MINUTE,
        end: NINE + 10_170 * MINUTE,
        state: 'planned',
      },
    ]);
    await world.passes(10_080 + 120 + 14);
    await world.joins('bob', uri);
    await world.passes(1);
    expect((await refusal(world.joins('carol', uri)))?.message, 'too late').to.include('opens at 2030-01-21T08:30:00Z');
    expect(await world.people(uri), 'who is in stays').to.equal(1);
  });

  it('[E16] announces its end', async () => {
    const world = await TimedWorld.at(NINE);
    const uri = await world.made(entry(ONCE, '<xcon:notify-end-of-conference>300</xcon:notify-end-of-conference>'));
    await world.passes(54);
    expect(await shown(world.control, as('alice'), uri)).not.to.include('plenary:ends');
    await world.passes(1);
    expect(await shown(world.control, as('alice'), uri)).to.include('2030-01-07T10:00:00Z</plenary:ends>');
    await world.passes(5);
    expect(await shown(world.control, as('alice'), uri)).not.to.include('plenary:ends');
  });

  const WEEK = 7 * 24 * 60 * MINUTE;
  const isMixing = async (world: TimedWorld, uri: XconUri): Promise<boolean> =>
    (await shown(world.control, as('alice'), uri)).includes('<plenary:mixing>true</plenary:mixing>');

  it('[E12] mixes from its offset or the first one whom that needs, to its end or the last one, each time', async () => {
    const world = await TimedWorld.at(NINE - 60 * MINUTE);
    const more = `<xcon:mixing-start-offset required-participant="moderator">2030-01-07T09:05:00Z</xcon:mixing-start-offset>
      <xcon:mixing-end-offset required-participant="moderator">2030-01-07T10:00:00Z</xcon:mixing-end-offset>`;
    const uri = await world.made(entry(WEEKLY, more));
    await world.control.updateUser(as('alice'), uri, user(idOf('bob'), roles('moderator')));
    for (const week of [0, 1]) {
      await world.until(NINE + week * WEEK);
      await world.joins('bob', uri);
      expect(await isMixing(world, uri), 'not before its offset').to.equal(false);
      await world.passes(5);
      expect(await isMixing(world, uri)).to.equal(true);
      await world.joins('carol', uri);
      await world.control.deleteUser(as('carol'), uri);
      expect(await isMixing(world, uri)).to.equal(true);
      await world.passes(60);
      expect(await isMixing(world, uri), 'it is over').to.equal(false);
    }
    await world.until(NINE + 2 * WEEK + 10 * MINUTE);
    await world.joins('carol', uri);
    expect(await isMixing(world, uri), 'nobody governs').to.equal(false);
    await world.joins('bob', uri);
    expect(await isMixing(world, uri)).to.equal(true);
    const left = user(idOf('bob'), endpoint(sipOf('bob'), '<info:status>disconnected</info:status>'));
    await world.control.updateUser(as('alice'), uri, left).catch(() => world.control.deleteUser(as('bob'), uri));
    expect(await isMixing(world, uri), 'who governed has left').to.equal(false);
    expect(await world.isActive(uri), 'and the others wait').to.equal(true);
  });

  it('[E15] opens early enough for those who are asked to come, each time', async () => {
    const world = await TimedWorld.at(NINE - 60 * MINUTE);
    const uri = await world.made(entry(WEEKLY, '<xcon:request-user>2030-01-07T08:40:00Z</xcon:request-user>'));
    for (const week of [0, 1]) {
      const asked = NINE + week * WEEK - 20 * MINUTE;
      await world.until(asked - MINUTE);
      expect(await world.isActive(uri)).to.equal(false);
      await world.until(asked);
      expect(await world.isActive(uri)).to.equal(true);
      const { object } = (await world.store.load(uri)) ?? {};
      expect(object?.header.occurrence?.asks, 'when the focus calls them').to.equal(asked);
      await world.until(NINE + week * WEEK + 61 * MINUTE);
    }
  });

  it('[E16, E13, E10] announces its end, needs whom it names and may be extended in every occurrence', async () => {
    const world = await TimedWorld.at(NINE + WEEK);
    const more = `<xcon:mixing-end-offset required-participant="moderator">2030-01-07T10:00:00Z</xcon:mixing-end-offset>
      <xcon:notify-end-of-conference>300</xcon:notify-end-of-conference>
      <xcon:allowed-extend-mixing-end-offset>true</xcon:allowed-extend-mixing-end-offset>`;
    const uri = await world.made(entry(WEEKLY, more));
    await world.control.updateUser(as('alice'), uri, user(idOf('bob'), roles('moderator')));
    await world.joins('bob', uri);
    await world.passes(55);
    expect(await shown(world.control, as('alice'), uri)).to.include('2030-01-14T10:00:00Z</plenary:ends>');
    await world.control.steer(as('alice'), uri, { action: 'extend', until: NINE + WEEK + 90 * MINUTE });
    await world.passes(20);
    expect(await world.people(uri)).to.equal(1);
    await world.control.updateUser(as('alice'), uri, user(idOf('bob'), roles('participant')));
    expect(await world.isActive(uri)).to.equal(false);
  });

  it('lasts without an end until the last one leaves', async () => {
    const world = await TimedWorld.at(NINE);
    const uri = await world.made(entry(calendar(['DTSTART:20300107T090000Z'])));
    await world.joins('bob', uri);
    await world.passes(600);
    expect(await world.isActive(uri)).to.equal(true);
    await world.control.deleteUser(as('bob'), uri);
    expect(await world.isActive(uri)).to.equal(false);
    expect(await refusal(world.joins('bob', uri))).not.to.equal(undefined);
  });

  it('[E13] ends when the last one with the role that it needs becomes an ordinary participant', async () => {
    const world = await TimedWorld.at(NINE);
    const more =
      '<xcon:mixing-end-offset required-participant="moderator">2030-01-07T10:00:00Z</xcon:mixing-end-offset>';
    const uri = await world.made(entry(ONCE, more));
    await world.control.updateUser(as('alice'), uri, user(idOf('bob'), roles('moderator')));
    await world.control.updateUser(as('alice'), uri, user(idOf('carol'), roles('moderator')));
    for (const name of ['bob', 'carol']) await world.joins(name, uri);
    await world.control.updateUser(as('alice'), uri, user(idOf('bob'), roles('participant')));
    expect(await world.isActive(uri), 'Carol governs').to.equal(true);
    await world.control.updateUser(as('alice'), uri, user(idOf('carol'), roles('participant')));
    expect(await world.isActive(uri), 'nobody governs').to.equal(false);
    expect(await world.people(uri)).to.equal(0);
  });

  it('goes on where it stood after a restart, and after a long outage takes each step once', async () => {
    const world = await TimedWorld.at(NINE);
    const uri = await world.made(entry(WEEKLY));
    const other = await world.made(entry(ONCE));
    await world.joins('bob', uri);
    await world.stops();
    await world.passes(30);
    await world.restarts();
    expect(await world.people(uri)).to.equal(1);
    expect(world.late).to.deep.equal([]);
    await world.stops();
    const { version } = await world.control.retrieve(as('alice'), uri);
    await world.passes(3 * 7 * 24 * 60);
    await world.restarts();
    expect(world.late).to.have.members([uri, other]);
    const after = await world.control.retrieve(as('alice'), uri);
    expect(after.version, 'ended, and the one that goes on begun').to.equal(version + 1);
    expect(await world.isActive(uri)).to.equal(true);
    expect(await world.people(uri)).to.equal(0);
    expect(await world.isActive(other)).to.equal(false);
  });

  it('follows a clock that is set, after a while', async () => {
    const world = await TimedWorld.at(NINE - 300 * MINUTE);
    const uri = await world.made(entry(ONCE));
    world.jumps(299);
    await world.passes(1);
    expect(await world.isActive(uri)).to.equal(true);
  });

  it('neither undoes nor repeats a step when the clock is set back an hour', async () => {
    const world = await TimedWorld.at(NINE - 15 * MINUTE);
    const uri = await world.made(entry(ONCE, '<xcon:notify-end-of-conference>300</xcon:notify-end-of-conference>'));
    for (const minutes of [5, 10, 5]) await world.passes(minutes);
    await world.joins('bob', uri);
    const version = async (): Promise<number> => (await world.control.retrieve(as('alice'), uri)).version;
    const before = await version();
    world.jumps(-60);
    await world.passes(5);
    expect(await version(), 'the clock does nothing').to.equal(before);
    await world.joins('carol', uri);
    expect([await world.isActive(uri), await world.people(uri)]).to.deep.equal([true, 2]);
    await world.passes(105);
    expect(await version(), 'the end is announced, once').to.equal(before + 2);
    await world.passes(5);
    expect([await world.isActive(uri), await world.people(uri)]).to.deep.equal([false, 0]);
    const over = await version();
    expect(over).to.equal(before + 3);
    world.jumps(-60);
    await world.passes(120);
    expect([await world.isActive(uri), await version()], 'it does not begin again').to.deep.equal([false, over]);
    expect({ late: world.late, errors: world.errors }).to.deep.equal({ late: [], errors: [] });
  });

  it('takes what is missed by a clock that is set forward once, and tells', async () => {
    const world = await TimedWorld.at(NINE);
    const [series, once] = [await world.made(entry(WEEKLY)), await world.made(entry(ONCE))];
    await world.joins('bob', series);
    const { version } = await world.control.retrieve(as('alice'), series);
    world.jumps((2 * WEEK) / MINUTE + 30);
    await world.passes(1);
    const after = await world.control.retrieve(as('alice'), series);
    expect(after.version, 'one ended, one passed, one begun').to.equal(version + 1);
    expect([await world.isActive(series), await world.people(series)]).to.deep.equal([true, 0]);
    expect(await world.isActive(once)).to.equal(false);
    expect(world.late).to.have.members([series, once]);
  });

  it('keeps one timer for any number of conferences', async () => {
    const world = await TimedWorld.at(NINE - 300 * MINUTE);
    for (let made = 0; made < 50; made++) await world.made(entry(ONCE));
    await world.passes(1);
    expect(world.time.pending).to.equal(1);
    await world.passes(290);
    const { steps } = await world.store.claim({ owner: 'test', now: NINE, lease: MINUTE, limit: 99 });
    expect(steps.map(({ due }) => due)).to.deep.equal(Array.from({ length: 50 }, () => NINE));
  });

  it('moves with its times, also while it goes on', async () => {
    const world = await TimedWorld.at(NINE);
    const uri = await world.made(entry(ONCE));
    await world.joins('bob', uri);
    const longer = calendar(['DTSTART:20300107T090000Z', 'DURATION:PT2H']);
    await world.control.update(as('alice'), uri, changes(entry(longer)));
    await world.passes(61);
    expect(await world.people(uri), 'it got longer').to.equal(1);
    await world.control.update(
      as('alice'),
      uri,
      changes(entry(calendar(['DTSTART:20300201T090000Z', 'DURATION:PT1H']))),
    );
    expect(await world.isActive(uri), 'it takes place in February').to.equal(false);
  });

  const refused: readonly (readonly [reason: string, base: string, more?: string])[] = [
    ['malformed', 'tomorrow at ten'],
    ['malformed', calendar(['DTSTART:20300107T090000Z', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2'])],
    ['conflict', calendar(['DTSTART:20300107T090000Z', 'RRULE:FREQ=MINUTELY'])],
    ['conflict', calendar(['DTSTART:20300107T090000Z', 'DURATION:PT30H', 'RRULE:FREQ=DAILY'])],
    ['conflict', calendar(['DTSTART:20300107T090000Z', 'DTEND:20300107T080000Z'])],
    ['conflict', ONCE, '<xcon:must-join-before-offset>2030-01-07T08:00:00Z</xcon:must-join-before-offset>'],
  ];
  for (const [reason, base, more] of refused) {
    it(`[E10, E17] is not begun with ${JSON.stringify((base.split('DTSTART')[1] ?? base).slice(0, 60))}: ${reason}`, async () => {
      const world = await TimedWorld.at(NINE);
      expect((await refusal(world.made(entry(base, more))))?.reason).to.equal(reason);
    });
  }
});

const roles = (role: string): string => `<info:roles><info:entry>${role}</info:entry></info:roles>`;

describe('a moderator', () => {
  it('starts a conference before its time, ends it before its end, and it does not begin again', async () => {
    const world = await TimedWorld.at(NINE - 60 * MINUTE);
    const uri = await world.made(entry(WEEKLY));
    expect((await refusal(world.control.steer(as('bob'), uri, { action: 'start' })))?.reason).to.equal('conflict');
    await world.control.steer(as('alice'), uri, { action: 'start' });
    await world.joins('bob', uri);
    await world.passes(70);
    expect(await world.people(uri)).to.equal(1);
    await world.control.steer(as('alice'), uri, { action: 'end' });
    expect(await world.isActive(uri)).to.equal(false);
    await world.passes(5);
    expect((await refusal(world.joins('bob', uri)))?.message).to.include('opens at 2030-01-14T08:50:00Z');
  });

  it('[E10] extends what may be extended, by no more than the next occurrence leaves', async () => {
    const world = await TimedWorld.at(NINE);
    const daily = calendar(['DTSTART:20300107T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY']);
    const may = '<xcon:allowed-extend-mixing-end-offset>true</xcon:allowed-extend-mixing-end-offset>';
    const uri = await world.made(entry(daily, may));
    const extend = (hours: number) => ({ action: 'extend' as const, until: NINE + hours * 60 * MINUTE });
    await world.control.steer(as('alice'), uri, extend(2));
    await world.joins('bob', uri);
    await world.passes(119);
    expect(await world.people(uri)).to.equal(1);
    await world.passes(1);
    expect(await world.people(uri)).to.equal(0);
    await world.control.steer(as('alice'), uri, { action: 'start' });
    expect((await refusal(world.control.steer(as('alice'), uri, extend(99))))?.reason).to.equal('conflict');
    const fixed = await world.made(entry(daily));
    expect((await refusal(world.control.steer(as('alice'), fixed, extend(2))))?.reason).to.equal('conflict');
  });

  it('[E17] who organizes cancels one occurrence, and only that', async () => {
    const world = await TimedWorld.at(NINE - 60 * MINUTE);
    const uri = await world.made(entry(WEEKLY));
    await world.control.steer(as('alice'), uri, { action: 'cancel', id: '20300107T090000Z' });
    const { occurrences } = await world.control.occurrences(as('alice'), uri, { from: 0, to: Infinity, limit: 1 });
    expect(occurrences[0]?.id).to.equal('20300114T090000Z');
    expect((await refusal(world.joins('bob', uri)))?.message).to.include('opens at 2030-01-14T08:50:00Z');
    const nothing = world.control.steer(as('alice'), uri, { action: 'cancel', id: '20300108T090000Z' });
    expect((await refusal(nothing))?.reason).to.equal('conflict');
  });
});
