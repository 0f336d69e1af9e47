import { expect } from 'chai';
import fc from 'fast-check';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { calendar } from '../schedule/calendars.ts';
import { MINUTE, NINE, TimedWorld } from './timed-world.ts';
import { as, changes, conference, shown } from './world.ts';

const DAY = 24 * 60 * MINUTE;
const WEEK = 7 * DAY;
const idAt = (start: number): string => new Date(start).toISOString().replace(/[-:]|\.\d+/g, '');
const monday = (n: number): string => idAt(NINE + n * WEEK);
const wednesday = (n: number): string => idAt(NINE + 2 * DAY + n * WEEK);

const base = (uid: string, lines: readonly string[], ...events: readonly (readonly string[])[]): string =>
  `<xcon:entry><xcon:base>${calendar(lines, ...events).replaceAll('UID:u', `UID:${uid}`)}</xcon:base></xcon:entry>`;
const MONDAYS = ['DTSTART:20300107T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY'];
const WEDNESDAYS = ['DTSTART:20300109T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY'];
const times = (...entries: readonly string[]): string =>
  `<info:conference-description><xcon:conference-time>${entries.join('')}</xcon:conference-time></info:conference-description>`;
const named = (subject: string): string =>
  `<info:conference-description><info:subject>${subject}</info:subject></info:conference-description>`;
const at = (start: string): string => times(base('u', [`DTSTART:${start}`, 'DURATION:PT1H']));

describe('a series of several entries', () => {
  let world: TimedWorld;
  beforeEach(async () => {
    world = await TimedWorld.at(NINE - DAY);
  });
  const create = async (...entries: readonly string[]) =>
    world.control.create(as('alice'), { document: conference(times(...entries)) });
  const change = async (uri: XconUri, range: { from: string; to?: string }, document: string): Promise<XconUri> =>
    (await world.control.changeOccurrences(as('alice'), uri, range, changes(document))).uri;
  const listed = async (uri: XconUri, limit: number) => {
    const { occurrences } = await world.control.occurrences(as('alice'), uri, { from: 0, to: Infinity, limit });
    return occurrences;
  };

  it('[E17] keeps the occurrences of the others where one is changed from some time on', async () => {
    const { uri } = await create(base('m', MONDAYS), base('w', WEDNESDAYS));
    const child = await change(uri, { from: wednesday(1) }, at('20300116T140000Z'));
    expect((await listed(uri, 6)).map((one) => [one.id, idAt(one.start), one.child])).to.deep.equal([
      [monday(0), monday(0), undefined],
      [wednesday(0), wednesday(0), undefined],
      [monday(1), monday(1), undefined],
      [wednesday(1), '20300116T140000Z', child],
      [monday(2), monday(2), undefined],
      [wednesday(2), '20300123T140000Z', child],
    ]);
    const [known] = await world.control.children(as('alice'), uri);
    expect(known).to.deep.equal({ uri: child, from: wednesday(1), entry: 1 });
    const other = await change(uri, { from: monday(1), to: monday(2) }, named('Mondays'));
    const inner = await change(uri, { from: wednesday(2), to: wednesday(2) }, named('One of these'));
    expect((await listed(uri, 6)).map((one) => one.child)).to.deep.equal([
      undefined,
      undefined,
      other,
      child,
      other,
      inner,
    ]);
    await world.control.delete(as('alice'), child);
    expect((await listed(uri, 8)).map((one) => one.child)).to.deep.equal([
      ...[undefined, undefined, other, undefined, other, inner],
      ...[undefined, undefined],
    ]);
  });

  it('[E17] tells each apart by its own events, and children follow their entry when the order changes', async () => {
    const override = (start: string, id: string, ...words: readonly string[]): string[] => [
      ...[`RECURRENCE-ID:${id}`, `DTSTART:${start}`, 'DURATION:PT1H'],
      ...words,
    ];
    const { uri, children = [] } = await create(
      base('m', MONDAYS, override('20300114T100000Z', monday(1), 'SUMMARY:M')),
      base('w', WEDNESDAYS, override('20300116T100000Z', wednesday(1), 'SUMMARY:W')),
    );
    expect(children.map(({ from, entry }) => [from, entry])).to.have.deep.members([
      [monday(1), undefined],
      [wednesday(1), 1],
    ]);
    const before = await listed(uri, 8);
    await world.control.update(as('alice'), uri, changes(times(base('w', WEDNESDAYS), base('m', MONDAYS))));
    expect(await listed(uri, 8)).to.deep.equal(before);
    const entries = (await world.control.children(as('alice'), uri)).map(({ from, entry }) => [from, entry]);
    expect(entries).to.have.deep.members([
      [monday(1), 1],
      [wednesday(1), undefined],
    ]);
  });

  it('[E17] of which one is meant, the UID of an event tells', async () => {
    // The Monday that was moved away, and another at its old time.
    const moved = [`RECURRENCE-ID:${monday(1)}`, 'DTSTART:20300115T090000Z', 'DURATION:PT1H'];
    const extra = ['DTSTART:20300114T090000Z', 'DURATION:PT30M', 'RRULE:FREQ=WEEKLY;COUNT=1'];
    const { uri } = await create(base('m', MONDAYS, moved), base('x', extra));
    const asked = (uid: string, start: string) =>
      world.control.update(
        as('alice'),
        uri,
        changes(times(base(uid, [`RECURRENCE-ID:${monday(1)}`, `DTSTART:${start}`, 'DURATION:PT20M']))),
      );
    const { uri: second } = await asked('x', '20300114T100000Z');
    const { uri: first } = await asked('m', '20300115T120000Z');
    expect(await world.control.children(as('alice'), uri)).to.have.deep.members([
      { uri: first, from: monday(1), to: monday(1) },
      { uri: second, from: monday(1), to: monday(1), entry: 1 },
    ]);
    expect((await listed(uri, 4)).map((one) => [idAt(one.start), one.child])).to.deep.equal([
      [monday(0), undefined],
      ['20300114T100000Z', second],
      ['20300115T120000Z', first],
      [monday(2), undefined],
    ]);
  });

  it('[E17] whatever is changed of one, the others stay as they are', async () => {
    const ranges = fc.array(
      fc.record({ from: fc.nat(7), more: fc.option(fc.nat(3)), subject: fc.constantFrom('A', 'B', 'C') }),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(ranges, fc.boolean(), async (asked, isSecond) => {
        world = await TimedWorld.at(NINE - DAY);
        const { uri } = await create(base('m', MONDAYS), base('w', WEDNESDAYS));
        const [idOf, otherId] = isSecond ? [wednesday, monday] : [monday, wednesday];
        for (const { from, more, subject } of asked) {
          const range = { from: idOf(from), ...(more !== null && { to: idOf(from + more) }) };
          await change(uri, range, named(subject)).catch(() => undefined); // those that overlap in part are refused
        }
        const all = await listed(uri, 24);
        const others = all.filter(({ id }) => !Array.from({ length: 13 }, (_, n) => idOf(n)).includes(id));
        expect(others.map(({ id, child }) => [id, child])).to.deep.equal(
          Array.from({ length: 12 }, (_, n) => [otherId(n), undefined]),
        );
        expect(all).to.have.length(24);
      }),
      { numRuns: 12 },
    );
  });
});

describe('several changes of a series at once', () => {
  it('[E17] are what the same changes are one after the other', async () => {
    const change = fc.record({
      week: fc.nat(6),
      subject: fc.constantFrom('A', 'B'),
      hour: fc.option(fc.integer({ min: 10, max: 16 })),
      andFuture: fc.boolean(),
    });
    const asked = fc.uniqueArray(change, { minLength: 1, maxLength: 5, selector: ({ week }) => week });
    await fc.assert(
      fc.asyncProperty(asked, async (told) => {
        const world = await TimedWorld.at(NINE - DAY);
        const events = told.map(({ week, subject, hour, andFuture }) => {
          const day = monday(week);
          const start = hour === null ? day : day.replace('T09', `T${hour}`);
          const range = andFuture ? ';RANGE=THISANDFUTURE' : '';
          return [`RECURRENCE-ID${range}:${day}`, `DTSTART:${start}`, 'DURATION:PT1H', `SUMMARY:${subject}`];
        });
        const seen = async (uri: XconUri) => {
          const { occurrences } = await world.control.occurrences(as('alice'), uri, {
            ...{ from: 0, to: Infinity, limit: 9 },
          });
          return Promise.all(
            occurrences.map(async ({ id, start, child }) => {
              const text = await shown(world.control, as('alice'), child ?? uri);
              return [id, idAt(start), /<info:subject>(.*?)</.exec(text)?.[1]];
            }),
          );
        };
        const { uri: together } = await world.control.create(as('alice'), {
          document: conference(times(base('u', MONDAYS, ...events))),
        });
        const { uri: one } = await world.control.create(as('alice'), {
          document: conference(times(base('u', MONDAYS))),
        });
        const order = events.toSorted(
          (a, b) =>
            Number(b[0]?.includes('FUTURE')) - Number(a[0]?.includes('FUTURE')) || (String(a) < String(b) ? -1 : 1),
        );
        for (const event of order) await world.control.update(as('alice'), one, changes(times(base('u', event))));
        expect(await seen(together)).to.deep.equal(await seen(one));
      }),
      { numRuns: 12 },
    );
  });
});
