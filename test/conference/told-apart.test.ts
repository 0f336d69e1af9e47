import { expect } from 'chai';
import { capacityDefaults } from '../../lib/conference/capacity.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import type { SeriesChild } from '../../lib/model/conference-object.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { calendar } from '../schedule/calendars.ts';
import { entry, MINUTE, NINE, PEOPLE, refusal, TimedWorld } from './timed-world.ts';
import { as, changes, conference, idOf, refusalOf, shown, sipOf, world as makeWorld } from './world.ts';

const DAY = 24 * 60 * MINUTE;
const WEEKLY = ['DTSTART:20300107T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY'];
/** An event that overrides a Monday's occurrence. */
const override = (day: string, ...lines: readonly string[]): string[] => {
  const start = lines.some((line) => line.startsWith('DTSTART')) ? [] : [`DTSTART:${day}T090000Z`];
  return [`RECURRENCE-ID:${day}T090000Z`, ...start, 'DURATION:PT1H', ...lines];
};
const series = (...events: readonly (readonly string[])[]): string => entry(calendar(WEEKLY, ...events));
const id = (day: string): string => `${day}T090000Z`;

describe('events of a base that override a series', () => {
  let world: TimedWorld;
  beforeEach(async () => {
    world = await TimedWorld.at(NINE - DAY);
  });

  const create = async (document: string) => {
    const answer = await world.control.create(as('alice'), { document: conference(document + PEOPLE) });
    return { uri: answer.uri, children: answer.children ?? [] };
  };
  const update = async (uri: XconUri, document: string) => {
    const answer = await world.control.update(as('alice'), uri, changes(document));
    return { uri: answer.uri, children: answer.children ?? [] };
  };
  const text = (uri: XconUri): Promise<string> => shown(world.control, as('alice'), uri);
  const starts = async (uri: XconUri, limit: number): Promise<string[]> => {
    const { occurrences } = await world.control.occurrences(as('alice'), uri, { from: 0, to: Infinity, limit });
    return occurrences.map(({ start }) => new Date(start).toISOString().replace(/[-:]|\.\d+/g, ''));
  };
  const children = (uri: XconUri): Promise<readonly SeriesChild[]> => world.control.children(as('alice'), uri);
  const only = (all: readonly SeriesChild[]): XconUri => {
    expect(all).to.have.length(1);
    return (all[0] as SeriesChild).uri;
  };

  it('[E17] with other words are children from the first version on, in one set of changes', async () => {
    const from = await world.store.newestPosition();
    const made = await create(
      series(
        override('20300114', 'SUMMARY:Budget', 'DESCRIPTION:Bring figures'),
        override('20300121', 'DTSTART:20300122T140000Z'),
      ),
    );
    const child = only(made.children);
    expect(made.children).to.deep.equal([{ uri: child, from: id('20300114'), to: id('20300114') }]);
    expect(await children(made.uri)).to.deep.equal(made.children);
    expect(await text(child))
      .to.include('<info:subject>Budget</info:subject>')
      .and.to.include('<info:free-text>Bring figures</info:free-text>')
      .and.to.include(`<xcon:cloning-parent>${made.uri}</xcon:cloning-parent>`)
      .and.to.include('RECURRENCE-ID:20300114T090000Z');
    expect(await text(made.uri), 'times stay with the series')
      .to.include('RECURRENCE-ID:20300121T090000Z')
      .and.not.to.include('SUMMARY:Budget');
    expect(await starts(made.uri, 4)).to.deep.equal([
      '20300107T090000Z',
      '20300114T090000Z',
      '20300122T140000Z',
      '20300128T090000Z',
    ]);
    const logged = await world.store.changes({ after: from, limit: 9 });
    expect(logged.map(({ uri, version }) => [uri, version])).to.have.deep.members([
      [made.uri, 1],
      [child, 1],
    ]);
  });

  it('[E17] are the same when the conference is changed, and say nothing when they are sent back', async () => {
    const { uri } = await create(series());
    const told = series(override('20300114', 'SUMMARY:Budget', 'DTSTART:20300114T150000Z'));
    const { uri: answered, children: made } = await update(uri, told);
    expect(answered, 'the answer is of the series').to.equal(uri);
    const child = only(made);
    expect((await starts(uri, 2))[1]).to.equal('20300114T150000Z');
    await update(
      child,
      '<info:conference-description><info:subject>Money</info:subject></info:conference-description>',
    );
    const read = /<xcon:base>([^]*?)<\/xcon:base>/.exec(await text(uri))?.[1] ?? '';
    expect((await update(uri, entry(read))).children).to.deep.equal([]);
    expect(await text(child)).to.include('>Money<');
    const again = await update(uri, told.replace('SUMMARY:Budget', 'SUMMARY:Budget again'));
    expect(only(again.children), 'the same occurrence is the same child').to.equal(child);
    expect(await text(child)).to.include('>Budget again<');
    expect((await starts(uri, 2))[1]).to.equal('20300114T150000Z');
  });

  it('[E17] with other attendees invite these to that occurrence alone', async () => {
    const list = (name: string): string =>
      `<info:users><xcon:allowed-users-list><xcon:target uri="${sipOf(name)}" method="dial-in"/><xcon:target uri="*@elsewhere.example" method="dial-in"/></xcon:allowed-users-list></info:users>`;
    const document = series(
      override('20300114', `ATTENDEE:${sipOf('bob')}`, `ATTENDEE:mailto:dave@${sipOf('dave').split('@')[1] ?? ''}`),
    );
    const made = await world.control.create(as('alice'), { document: conference(document + list('carol')) });
    const child = only(made.children ?? []);
    expect(await text(child))
      .to.include(`uri="${sipOf('bob')}"`)
      .and.to.include(`uri="${sipOf('dave')}"`)
      .and.to.include('uri="*@elsewhere.example"')
      .and.not.to.include(idOf('carol'));
    expect(await shown(world.control, as('dave'), child)).to.include(`entity="${idOf('dave')}"`);
    expect(await refusalOf(world.control.retrieve(as('dave'), made.uri))).to.equal('no-such-conference');
    expect(await text(made.uri))
      .to.include(idOf('carol'))
      .and.not.to.include(idOf('bob'));
  });

  it('[E17] that say what the series says, are cancelled, or are over, are times of the series', async () => {
    await world.until(NINE + 8 * DAY);
    const lines = ['DTSTART:20300107T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY', 'SUMMARY:Weekly'];
    const { uri, children: made } = await create(
      entry(
        calendar(
          lines,
          override('20300107', 'SUMMARY:Long ago'),
          override('20300121', 'SUMMARY:Weekly', 'DTSTART:20300121T100000Z'),
          override('20300128', 'SUMMARY:Never', 'STATUS:CANCELLED'),
        ),
      ),
    );
    expect(made).to.deep.equal([]);
    expect(await children(uri)).to.deep.equal([]);
    expect(await starts(uri, 4)).to.deep.equal([
      '20300107T090000Z',
      '20300114T090000Z',
      '20300121T100000Z',
      '20300204T090000Z',
    ]);
  });

  it('[E17] may tell of all later occurrences, and of one among these', async () => {
    const { uri, children: made } = await create(
      series(
        override('20300128', 'SUMMARY:Rome'),
        override('20300121', 'SUMMARY:Italy', 'DTSTART:20300121T110000Z').map((line) =>
          line.replace('RECURRENCE-ID:', 'RECURRENCE-ID;RANGE=THISANDFUTURE:'),
        ),
      ),
    );
    expect(made).to.have.length(2);
    const [all, inner] = made as [SeriesChild, SeriesChild];
    expect([all.from, all.to]).to.deep.equal([id('20300121'), undefined]);
    expect(await text(inner.uri)).to.include(`<xcon:cloning-parent>${all.uri}</xcon:cloning-parent>`);
    expect(await text(inner.uri)).to.include('>Rome<');
    expect(await starts(uri, 5)).to.deep.equal([
      '20300107T090000Z',
      '20300114T090000Z',
      '20300121T110000Z',
      '20300128T090000Z',
      '20300204T110000Z',
    ]);
  });

  it('[E17] may change places with one another', async () => {
    const { uri, children: made } = await create(
      series(
        override('20300114', 'SUMMARY:One', 'DTSTART:20300121T090000Z'),
        override('20300121', 'SUMMARY:Two', 'DTSTART:20300114T090000Z'),
      ),
    );
    expect(made).to.have.length(2);
    const { occurrences } = await world.control.occurrences(as('alice'), uri, { from: 0, to: Infinity, limit: 4 });
    expect(occurrences.map((one) => one.id)).to.deep.equal([
      id('20300107'),
      id('20300121'),
      id('20300114'),
      id('20300128'),
    ]);
  });

  it('[E17] that move the first one before it opens leave the series as it is planned', async () => {
    await world.until(NINE - 5 * MINUTE);
    const { uri, children: made } = await create(
      series(override('20300107', 'SUMMARY:Later', 'DTSTART:20300107T140000Z')),
    );
    expect(await world.isActive(uri)).to.equal(false);
    await world.until(Date.UTC(2030, 0, 7, 13, 55));
    expect(await world.isActive(only(made))).to.equal(true);
    expect(await world.control.reached(uri)).to.equal(only(made));
  });

  it('[E17] are refused as a whole, with the occurrence that is in the way, and nothing is changed', async () => {
    const { uri } = await create(series());
    const before = await text(uri);
    const from = await world.store.newestPosition();
    const wrong = await refusal(
      update(
        uri,
        series(
          override('20300114', 'SUMMARY:Fine'),
          override('20300121', 'SUMMARY:Too early', 'DTSTART:20300114T093000Z'),
        ),
      ),
    );
    expect(wrong?.reason).to.equal('conflict');
    expect(wrong?.version, 'of the conference that was to be changed').to.equal(1);
    expect(await text(uri)).to.equal(before);
    expect(await children(uri)).to.deep.equal([]);
    expect(await world.store.newestPosition()).to.equal(from);
  });

  it('[E17] are refused as a whole by a guard of one of them, and where there is no room for one', async () => {
    const { uri } = await create(series());
    const before = await text(uri);
    let barred = true;
    world.control.addGuard(({ after }) => {
      if (barred && after?.header.stands?.from === id('20300121')) throw new Refusal('barred', 'Not then.');
      return undefined;
    });
    const told = series(override('20300114', 'SUMMARY:One'), override('20300121', 'SUMMARY:Two'));
    expect(await refusalOf(update(uri, told))).to.equal('barred');
    expect(await refusalOf(create(told))).to.equal('barred');
    expect(await text(uri)).to.equal(before);
    expect(await children(uri)).to.deep.equal([]);
    barred = false;
    expect((await update(uri, told)).children).to.have.length(2);

    const small = { ...capacityDefaults, conferences: 1 };
    const { control, store } = await makeWorld({}, undefined, { capacity: small, clock: () => NINE - DAY });
    const other = calendar(['DTSTART:20300114T150000Z', 'DURATION:PT1H']);
    await control.create(as('alice'), { document: conference(entry(other)) });
    const from = await store.newestPosition();
    const clashing = series(
      override('20300121', 'SUMMARY:Fits', 'DTSTART:20300121T150000Z'),
      override('20300114', 'SUMMARY:No room', 'DTSTART:20300114T150000Z'),
    );
    const full = await refusal(control.create(as('alice'), { document: conference(clashing) }));
    expect(full?.reason).to.equal('resources-exhausted');
    expect(full?.message).to.include('2030-01-14T14:50');
    expect(await store.newestPosition()).to.equal(from);
  });

  it('[E17] that change nothing leave even the version as it is', async () => {
    const { uri } = await create(series());
    const version = async (): Promise<number> => (await world.control.retrieve(as('alice'), uri)).version;
    const range = { from: id('20300114'), to: id('20300114') };
    const occurrences = [{ range, changes: changes(entry(calendar(override('20300114')))) }];
    const answer = await world.control.update(as('alice'), uri, changes(''), { occurrences });
    expect([answer.uri, answer.children]).to.deep.equal([uri, undefined]);
    expect(await version()).to.equal(1);
    const other = {
      range: { from: id('20300121'), to: id('20300121') },
      changes: changes(entry(calendar(override('20300121', 'DTSTART:20300121T100000Z')))),
    };
    const { children: made = [] } = await world.control.update(as('alice'), uri, changes(''), {
      occurrences: [...occurrences, other],
    });
    expect(made.map(({ from }) => from)).to.deep.equal([id('20300121')]);
    expect(await children(uri)).to.deep.equal(made);
  });

  it('[E17] of the same occurrence count once, the later revision', async () => {
    const { children: made } = await create(
      series(
        override('20300114', 'SUMMARY:New', 'SEQUENCE:2'),
        override('20300114', 'SUMMARY:Old', 'SEQUENCE:1', 'DTSTART:20300114T170000Z'),
      ),
    );
    expect(await text(only(made)))
      .to.include('>New<')
      .and.to.include('DTSTART:20300114T090000Z');
  });

  it('[E17] are for who may change the conference', async () => {
    const { uri } = await create(series());
    const asked = changes(series(override('20300114', 'SUMMARY:Mine')));
    expect(await refusalOf(world.control.update(as('bob'), uri, asked))).to.equal('conflict');
    expect(await refusalOf(world.control.update(as('dave'), uri, asked))).to.equal('no-such-conference');
    expect(await children(uri)).to.deep.equal([]);
  });

  it('[E17] tell one occurrence by words too, where the base holds nothing else', async () => {
    const { uri } = await create(series());
    const alone = entry(calendar(override('20300114', 'SUMMARY:Budget')));
    const { uri: child } = await update(uri, alone);
    expect(child).not.to.equal(uri);
    expect(await text(child)).to.include('<info:subject>Budget<');
    const said = alone.replace(
      '</info:conference-description>',
      '<info:subject>Said</info:subject></info:conference-description>',
    );
    await update(uri, said.replace('<info:conference-description><xcon', '<info:conference-description><xcon'));
    expect(await text(child), 'what confInfo says counts').to.include('<info:subject>Said<');
  });
});
