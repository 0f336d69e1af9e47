import { expect } from 'chai';
import type { ConferenceControlClient } from '../../lib/ccmp/client/client.ts';
import type { CcmpError } from '../../lib/ccmp/client/errors.ts';
import { info, PREFIXES } from '../../lib/model/names.ts';
import { parseFragment } from '../../lib/xml/parse.ts';
import { description, endpoint } from '../support/messages.ts';
import { expectValid } from '../support/schemas.ts';
import { calendar } from '../schedule/calendars.ts';
import { made, sipOf, TestSystem } from '../support/system.ts';

const HOUR = 3_600_000;
const stamp = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
const times = (base: string, more = ''): string =>
  `<xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base>${more}</xcon:entry></xcon:conference-time>`;

const parsed = (text: string) => parseFragment(Buffer.from(text), PREFIXES);

describe('the occurrences of a conference', () => {
  let system: TestSystem;
  let client: ConferenceControlClient;
  before(async () => {
    system = await TestSystem.start();
    client = system.client('alice');
  });
  after(() => system.close());

  /** In whole seconds, as iCalendar has them. */
  const tomorrow = (): number => Math.ceil(Date.now() / 1000) * 1000 + 24 * HOUR;

  it('[X1, E17] are listed with their ids and states, and steered by who may', async () => {
    const start = tomorrow();
    const base = calendar([`DTSTART:${stamp(start)}`, 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=3']);
    const may = '<xcon:allowed-extend-mixing-end-offset>true</xcon:allowed-extend-mixing-end-offset>';
    const uri = made(await system.as('alice').creates(description(times(base, may))));
    const { occurrences } = await client.occurrences(uri);
    expect(occurrences.map(({ id }) => id)).to.deep.equal([0, 24, 48].map((hours) => stamp(start + hours * HOUR)));
    expect(occurrences[0]).to.deep.include({ start, end: start + HOUR, opens: start - 600_000, state: 'planned' });
    expect((await client.occurrences(uri, { from: start + 2 * HOUR, limit: 1 })).occurrences).to.have.length(1);

    await client.steer(uri, { action: 'cancel', id: stamp(start + 24 * HOUR) });
    await client.steer(uri, { action: 'start' });
    await client.steer(uri, { action: 'extend', until: start + 2 * HOUR });
    const [running, ...others] = (await client.occurrences(uri)).occurrences;
    expect(running).to.deep.include({ id: stamp(start), state: 'open', end: start + 2 * HOUR });
    expect(others.map(({ id }) => id)).to.deep.equal([stamp(start + 48 * HOUR)]);
    await client.steer(uri, { action: 'end' });
    const wrong = await client.steer(uri, { action: 'end' }).catch((error: unknown) => error);
    expect((wrong as CcmpError).code).to.equal(409);
  });

  it('[E17, X1] are changed alone, and what stands for them is told', async () => {
    const start = tomorrow();
    const [second, third] = [24, 48].map((hours) => stamp(start + hours * HOUR));
    const base = calendar([`DTSTART:${stamp(start)}`, 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=4']);
    const uri = made(await system.as('alice').creates(description(times(base))));
    const only = calendar([`RECURRENCE-ID:${second ?? ''}`, `DTSTART:${stamp(start + 26 * HOUR)}`, 'DURATION:PT1H']);
    const changed = await client.update(uri, info('conference-info', {}, [parsed(description(times(only)))]));
    expect(changed.uri).not.to.equal(uri);
    expect(changed.document?.attribute('entity')).to.equal(changed.uri);
    const subject = info('conference-info', {}, [
      info('conference-description', {}, [info('subject', {}, ['Venice'])]),
    ]);
    const child = await client.changeOccurrences(uri, { from: third ?? '', changes: subject });
    const { occurrences } = await client.occurrences(uri);
    expect(occurrences.map((one) => one.child)).to.deep.equal([undefined, changed.uri, child.uri, child.uri]);
    expect(occurrences[1]?.start).to.equal(start + 26 * HOUR);
    expect((await client.conferences()).map((one) => one.uri))
      .to.include(uri)
      .and.not.to.include(child.uri);
    const wrong = await client
      .changeOccurrences(uri, { from: stamp(start + HOUR), changes: subject })
      .catch((error: unknown) => error);
    expect((wrong as CcmpError).code).to.equal(409);
    await client.delete(uri);
    const gone = await client.retrieve(child.uri).catch((error: unknown) => error);
    expect((gone as CcmpError).code).to.equal(404);
  });

  it('[E17] that a base tells apart are made and changed with the series, all or nothing', async () => {
    const start = tomorrow();
    const [second = '', third = ''] = [24, 48].map((hours) => stamp(start + hours * HOUR));
    const master = [`DTSTART:${stamp(start)}`, 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=4'];
    const apart = (id: string, at: number, ...words: readonly string[]): string[] => [
      ...[`RECURRENCE-ID:${id}`, `DTSTART:${stamp(at)}`, 'DURATION:PT1H'],
      ...words,
    ];
    const document = (...events: readonly string[][]) =>
      info('conference-info', { entity: 'xcon:AUTO_GENERATE_1@example.com' }, [
        parsed(description(times(calendar(master, ...events)))),
      ]);
    const one = apart(second, start + 26 * HOUR, 'SUMMARY:Budget', `ATTENDEE:${sipOf('bob')}`);
    const { uri, children = [] } = await client.create({ document: document(one) });
    expect(children.map(({ from, to }) => [from, to])).to.deep.equal([[second, second]]);
    const [child] = children;
    const shown = await client.retrieve(child?.uri ?? '');
    expect(JSON.stringify(shown.document)).to.include('Budget').and.to.include(sipOf('bob'));
    const { occurrences } = await client.occurrences(uri);
    expect(occurrences[1]).to.deep.include({ id: second, start: start + 26 * HOUR, child: child?.uri });

    const changes = (...events: readonly string[][]) => info('conference-info', {}, document(...events).elements);
    const both = await client.update(uri, changes(one, apart(third, start + 49 * HOUR, 'SUMMARY:Rome')));
    expect(both.uri).to.equal(uri);
    expect(both.children?.map(({ from }) => from).toSorted()).to.deep.equal([second, third]);

    const versions = () =>
      Promise.all([uri, child?.uri ?? ''].map(async (one) => (await client.retrieve(one)).version));
    const before = await versions();
    const clash = apart(third, start + 26.5 * HOUR, 'SUMMARY:Too early');
    const refused = await client
      .update(uri, changes(apart(second, start + 26 * HOUR, 'SUMMARY:Other'), clash))
      .catch((error: unknown) => error);
    expect((refused as CcmpError).code).to.equal(409);
    expect(await versions()).to.deep.equal(before);
  });

  it('[E14] let nobody in before, and say when; while they go on they are answered validly', async () => {
    const start = tomorrow();
    const uri = made(await system.as('alice').creates(description(times(calendar([`DTSTART:${stamp(start)}`])))));
    const early = await system.as('bob').joins(uri, endpoint(sipOf('bob')));
    expect(early.code).to.equal(401);
    expect(early.xml).to.include(`opens at ${new Date(start - 600_000).toISOString().slice(0, 19)}Z`);
    const asked = await system.as('alice').asks('extended', {
      operation: 'retrieve',
      confObjID: uri,
      inside: '<extensionName>occurrences</extensionName><o:between xmlns:o="urn:plenary:occurrences" limit="5"/>',
    });
    expect(asked.code).to.equal(200);
    expect(asked.xml).to.include(`id="${stamp(start)}"`);
    const bad = await system.as('alice').asks('extended', {
      operation: 'retrieve',
      confObjID: uri,
      inside: '<extensionName>occurrences</extensionName><o:between xmlns:o="urn:plenary:occurrences" from="soon"/>',
    });
    expect(bad.code).to.equal(400);
    await client.steer(uri, { action: 'start' });
    expect((await system.as('bob').joins(uri, endpoint(sipOf('bob')))).code).to.equal(200);
  });

  it('are elements of our schema', () => {
    const open = 'xmlns="urn:plenary:occurrences"';
    expectValid(
      'occurrences',
      `<occurrences ${open}><occurrence id="20300107T090000Z" start="2030-01-07T09:00:00Z" opens="2030-01-07T08:50:00Z" state="planned"/></occurrences>`,
    );
    for (const xml of [
      `<between ${open} from="2030-01-07T09:00:00Z" limit="3"/>`,
      `<start ${open}/>`,
      `<end ${open}/>`,
    ])
      expectValid('occurrences', xml);
    expectValid('occurrences', `<children ${open}><child uri="xcon:a@b" from="20300107T090000Z"/></children>`);
    expectValid('occurrences', `<extend ${open} until="2030-01-07T09:00:00Z"/>`);
    const change = `<change ${open} id="20300107T090000Z"><i:conference-info xmlns:i="urn:ietf:params:xml:ns:conference-info"/></change>`;
    expectValid('occurrences', change);
    expectValid('occurrences', `<cancel ${open} id="20300107T090000Z"/>`);
  });
});
