import { expect } from 'chai';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { calendar } from '../schedule/calendars.ts';
import { entry, MINUTE, NINE, refusal, TimedWorld, WEEKLY } from './timed-world.ts';
import { as, changes, idOf, newcomer, refusalOf, shown, sipOf } from './world.ts';

const DAY = 24 * 60 * MINUTE;
const WEEK = 7 * DAY;
const idAt = (start: number): string => new Date(start).toISOString().replace(/[-:]|\.\d+/g, '');
/** The id of the nth Monday, from 0. */
const monday = (n: number): string => idAt(NINE + n * WEEK);
const one = (n: number) => ({ from: monday(n), to: monday(n) });
const at = (time: string, length = 'PT1H'): string => entry(calendar([`DTSTART:${time}`, `DURATION:${length}`]));
const ALL = { from: 0, to: Infinity, limit: 12 };

const listed = async (world: TimedWorld, uri: XconUri, limit = 12, name = 'alice') => {
  const { occurrences } = await world.control.occurrences(as(name), uri, { ...ALL, limit });
  return occurrences;
};
const starts = async (world: TimedWorld, uri: XconUri, limit = 6): Promise<string[]> =>
  (await listed(world, uri, limit)).map(({ start }) => idAt(start));
const text = (world: TimedWorld, uri: XconUri): Promise<string> => shown(world.control, as('alice'), uri);
const change = async (world: TimedWorld, uri: XconUri, range: { from: string; to?: string }, document: string) =>
  (await world.control.changeOccurrences(as('alice'), uri, range, changes(document))).uri;
const update = (world: TimedWorld, uri: XconUri, document: string) =>
  world.control.update(as('alice'), uri, changes(document));
const named = (subject: string): string =>
  `<info:conference-description><info:subject>${subject}</info:subject></info:conference-description>`;

describe('a change of some occurrences of a series', () => {
  let world: TimedWorld;
  let series: XconUri;
  beforeEach(async () => {
    world = await TimedWorld.at(NINE - DAY);
    series = await world.made(entry(WEEKLY));
  });

  it('[E17] makes a dependent child of the series, which has the rest of it', async () => {
    const child = await change(world, series, one(1), at('20300114T140000Z', 'PT2H'));
    expect(child).not.to.equal(series);
    const document = await text(world, child);
    expect(document).to.include(`<xcon:cloning-parent>${series}</xcon:cloning-parent>`);
    expect(document, 'reached where the series is').to.include(`<info:uri>sip:${series.slice(5)}</info:uri>`);
    expect(document)
      .to.include('RECURRENCE-ID:20300114T090000Z')
      .and.to.include(`entity="${idOf('bob')}"`);
    const [first, second, third] = await listed(world, series);
    expect([first?.child, third?.child]).to.deep.equal([undefined, undefined]);
    expect(second).to.deep.include({ id: monday(1), start: NINE + WEEK + 5 * 60 * MINUTE, child, state: 'planned' });
    expect(await world.control.children(as('alice'), series)).to.deep.equal([{ uri: child, ...one(1) }]);
    expect((await refusal(world.control.delete(as('bob'), child)))?.reason).to.equal('not-allowed');
  });

  it('[E17] is asked for by an iCalendar object that tells of them alone', async () => {
    const moved = calendar(['RECURRENCE-ID:20300114T090000Z', 'DTSTART:20300115T090000Z', 'DURATION:PT1H']);
    const { uri: child } = await update(world, series, entry(moved));
    expect(child).not.to.equal(series);
    const weeks = calendar([
      'RECURRENCE-ID;RANGE=THISANDFUTURE:20300121T090000Z',
      'DTSTART:20300121T100000Z',
      'DURATION:PT1H',
      'RRULE:FREQ=WEEKLY;COUNT=3',
    ]);
    const { uri: range } = await update(world, series, entry(weeks));
    const always = calendar(['RECURRENCE-ID;RANGE=THISANDFUTURE:20300225T090000Z', 'DTSTART:20300225T110000Z']);
    await update(world, series, entry(always));
    expect(await starts(world, series, 9)).to.deep.equal([
      '20300107T090000Z',
      '20300115T090000Z',
      '20300121T100000Z',
      '20300128T100000Z',
      '20300204T100000Z',
      '20300211T090000Z',
      '20300218T090000Z',
      '20300225T110000Z',
      '20300304T110000Z',
    ]);
    const again = await update(world, series, entry(moved.replace('0115T09', '0115T12')));
    expect(again.uri, 'the same occurrence is the same child').to.equal(child);
    expect((await update(world, range, entry(weeks.replace('0121T10', '0121T07')))).uri).to.equal(range);
    expect((await starts(world, series, 3)).slice(1)).to.deep.equal(['20300115T120000Z', '20300121T070000Z']);
  });

  it('[E17] that changes nothing makes none', async () => {
    expect(await change(world, series, one(1), at('20300114T090000Z'))).to.equal(series);
    expect(await world.control.children(as('alice'), series)).to.deep.equal([]);
  });

  it('[E17] may be changed itself, split again, and deleted', async () => {
    const range = await change(world, series, { from: monday(1), to: monday(5) }, named('Venice'));
    const inner = await change(world, series, one(3), named('Rome'));
    expect(await text(world, inner)).to.include(`<xcon:cloning-parent>${range}</xcon:cloning-parent>`);
    const children = async (): Promise<(XconUri | undefined)[]> =>
      (await listed(world, series, 7)).map(({ child }) => child);
    expect(await children()).to.deep.equal([undefined, range, range, inner, range, range, undefined]);
    await update(world, range, named('Pisa'));
    expect(await text(world, inner), 'Rome was set for it').to.include('<info:subject>Rome<');
    await update(
      world,
      range,
      '<info:conference-description><info:keywords>x</info:keywords></info:conference-description>',
    );
    expect(await text(world, inner)).to.include('<info:keywords>x<');
    await world.control.delete(as('alice'), range);
    expect(await children()).to.deep.equal([undefined, undefined, undefined, inner, undefined, undefined, undefined]);
    expect(await text(world, inner)).to.include(`<xcon:cloning-parent>${series}</xcon:cloning-parent>`);
    expect(await text(world, inner), 'that was the range’s').not.to.include('<info:keywords>');
    await world.control.delete(as('alice'), inner);
    expect(await children()).to.deep.equal(Array.from({ length: 7 }, () => undefined));
  });

  it('[E17] takes in what stands for some of its occurrences already', async () => {
    const single = await change(world, series, one(3), named('Rome'));
    const range = await change(world, series, { from: monday(2) }, at('20300121T100000Z'));
    expect((await listed(world, series, 5)).map(({ child }) => child)).to.deep.equal([
      undefined,
      undefined,
      range,
      single,
      range,
    ]);
    expect((await starts(world, series, 4))[3], 'who is named Rome moves with the others').to.equal('20300128T100000Z');
    expect(await text(world, single)).to.include('<info:subject>Rome<');
    expect(await refusalOf(change(world, series, { from: monday(1), to: monday(2) }, named('x')))).to.equal('conflict');
  });

  it('[E17] is refused where they overlap, are over, are none, or go on', async () => {
    const asked = (range: { from: string; to?: string }, document: string) =>
      refusalOf(change(world, series, range, document));
    expect(await asked(one(1), at('20300121T083000Z'))).to.equal('conflict');
    expect(await asked({ from: idAt(NINE + DAY) }, named('x'))).to.equal('conflict');
    expect(await asked({ from: monday(1), to: idAt(NINE + 8 * DAY) }, named('x'))).to.equal('conflict');
    expect(await asked(one(1), entry(calendar(['DTSTART:20300114T090000Z', 'RRULE:FREQ=DAILY'])))).to.equal('conflict');
    expect(await refusalOf(world.control.changeOccurrences(as('bob'), series, one(1), changes(named('x'))))).to.equal(
      'conflict',
    );
    expect(await refusalOf(world.control.changeOccurrences(as('dave'), series, one(1), changes(named('x'))))).to.equal(
      'no-such-conference',
    );
    expect(await refusalOf(world.control.changeOccurrences(newcomer, series, one(1), changes(named('x'))))).to.equal(
      'authentication-required',
    );
    await world.until(NINE + MINUTE);
    expect(await asked(one(0), named('x')), 'it goes on').to.equal('conflict');
    await world.until(NINE + DAY);
    expect(await asked(one(0), named('x')), 'it is over').to.equal('conflict');
    expect(await world.control.children(as('alice'), series)).to.deep.equal([]);
  });

  it('[E17] changes who is invited to it, and no one else learns of it', async () => {
    const list = `<info:users><xcon:allowed-users-list><xcon:target uri="${sipOf('dave')}" method="dial-in"/></xcon:allowed-users-list></info:users>`;
    const child = await change(world, series, one(1), list);
    expect(await refusalOf(world.control.retrieve(as('dave'), series))).to.equal('no-such-conference');
    expect(await shown(world.control, as('dave'), child)).to.include(`entity="${idOf('dave')}"`);
    const gone = `<info:users><info:user entity="${idOf('carol')}" state="deleted"/></info:users>`;
    await change(world, series, one(2), gone);
    expect(await listed(world, series, 3, 'carol'), 'she has no part in the third').to.have.length(3);
    expect((await listed(world, series, 3, 'carol')).map(({ id }) => id)).to.deep.equal([
      monday(0),
      monday(1),
      monday(3),
    ]);
    const lists = async (name: string) => (await world.control.conferences(as(name))).map(({ uri }) => uri);
    expect(await lists('alice'), 'lists are of series').to.deep.equal([series]);
    expect(await lists('root')).to.deep.equal([series]);
  });
});

describe('a change of a series with children', () => {
  let world: TimedWorld;
  let series: XconUri;
  beforeEach(async () => {
    world = await TimedWorld.at(NINE - DAY);
    series = await world.made(entry(WEEKLY));
  });

  it('[E17] is followed in what they have not set otherwise', async () => {
    const child = await change(world, series, one(1), named('Venice'));
    const before = (await world.control.retrieve(as('alice'), child)).version;
    const more =
      '<info:conference-description><info:subject>All</info:subject><info:keywords>a b</info:keywords></info:conference-description>';
    const users = `<info:users><info:user entity="${idOf('dave')}"/><info:user entity="${idOf('carol')}" state="deleted"/></info:users>`;
    await update(world, series, more + users);
    const document = await text(world, child);
    expect(document).to.include('<info:subject>Venice<').and.to.include('<info:keywords>a b<');
    expect(document)
      .to.include(`entity="${idOf('dave')}"`)
      .and.not.to.include(`entity="${idOf('carol')}"`);
    expect((await world.control.retrieve(as('alice'), child)).version, 'in one change').to.equal(before + 1);
  });

  it('[E17] moves those that have not been moved', async () => {
    const titled = await change(world, series, one(1), named('Venice'));
    const moved = await change(world, series, one(2), at('20300122T140000Z'));
    await update(world, series, entry(calendar(['DTSTART:20300107T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY'])));
    expect(await starts(world, series, 4)).to.deep.equal([
      '20300107T100000Z',
      '20300114T100000Z',
      '20300122T140000Z',
      '20300128T100000Z',
    ]);
    expect(await text(world, titled)).to.include('RECURRENCE-ID:20300114T100000Z');
    expect(await text(world, moved)).to.include('RECURRENCE-ID:20300121T100000Z');
    const { occurrences } = await world.control.occurrences(as('alice'), moved, ALL);
    expect(occurrences.map(({ id }) => id)).to.deep.equal(['20300121T100000Z']);
  });

  it('[E17] is refused where a child would have no occurrence, or two would overlap; cancelling takes it along', async () => {
    const child = await change(world, series, one(2), named('Venice'));
    await change(world, series, one(1), at('20300113T090000Z'));
    const short = entry(calendar(['DTSTART:20300107T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=2']));
    const gone = await refusal(update(world, series, short));
    expect(gone?.reason).to.equal('conflict');
    expect(gone?.message).to.include(child);
    const tuesdays = entry(calendar(['DTSTART:20300108T083000Z', 'DURATION:P6DT23H', 'RRULE:FREQ=WEEKLY']));
    expect(await refusalOf(update(world, series, tuesdays))).to.equal('conflict');
    await world.control.steer(as('alice'), series, { action: 'cancel', id: monday(2) });
    expect(await refusalOf(world.control.retrieve(as('alice'), child))).to.equal('no-such-conference');
    expect(await starts(world, series, 3)).to.deep.equal(['20300107T090000Z', '20300113T090000Z', '20300128T090000Z']);
  });

  it('[E17] takes them along when it is deleted', async () => {
    const child = await change(world, series, { from: monday(1) }, named('Venice'));
    const inner = await change(world, series, one(2), named('Rome'));
    await world.control.delete(as('alice'), series);
    for (const uri of [series, child, inner])
      expect(await refusalOf(world.control.retrieve(as('alice'), uri))).to.equal('no-such-conference');
    expect(await world.store.count('conference')).to.equal(0);
  });

  it('[E17] and each change of an occurrence, is one set of changes', async () => {
    const child = await change(world, series, one(1), named('Venice'));
    const from = await world.store.newestPosition();
    await update(
      world,
      series,
      '<info:conference-description><info:keywords>a</info:keywords></info:conference-description>',
    );
    const logged = await world.store.changes({ after: from, limit: 9 });
    expect(logged.map(({ uri }) => uri)).to.have.members([series, child]);
  });

  it('[E14, E17] lets people in where the occurrence is', async () => {
    const child = await change(world, series, one(0), at('20300107T110000Z'));
    await world.until(NINE);
    const closed = await refusal(world.joins('bob', series));
    expect(closed?.message).to.include('opens at 2030-01-14T08:50:00Z');
    expect(await world.control.reached(series)).to.equal(series);
    await world.until(NINE + 110 * MINUTE);
    expect(await world.control.reached(series)).to.equal(child);
    await world.joins('bob', child);
    await world.control.steer(as('alice'), series, { action: 'end' });
    expect(await world.people(child), 'steered by the series').to.equal(0);
    expect(await world.control.reached(series)).to.equal(series);
    await world.until(NINE + WEEK);
    await world.joins('bob', series);
    expect(world.errors).to.deep.equal([]);
  });
});

describe('moving a conference', () => {
  it('[E11, E17] moves the offsets along that are not sent again', async () => {
    const world = await TimedWorld.at(NINE - DAY);
    const policy = `<xcon:can-join-after-offset>2030-01-07T08:30:00Z</xcon:can-join-after-offset>
      <xcon:notify-end-of-conference>300</xcon:notify-end-of-conference>`;
    const uri = await world.made(entry(WEEKLY, policy));
    await update(world, uri, entry(WEEKLY.replace('0107T09', '0108T12')));
    const document = await text(world, uri);
    expect(document).to.include('>2030-01-08T11:30:00Z</xcon:can-join').and.to.include('>300</xcon:notify-end');
    await update(
      world,
      uri,
      entry(WEEKLY, '<xcon:must-join-before-offset>2030-01-07T09:15:00Z</xcon:must-join-before-offset>'),
    );
    expect(await text(world, uri), 'what is sent stands alone').not.to.include('can-join-after-offset');
  });
});
