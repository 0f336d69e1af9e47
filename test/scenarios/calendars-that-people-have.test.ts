import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { ConferenceControlClient } from '../../lib/ccmp/client/client.ts';
import { DavParty } from '../support/dav.ts';
import { made, TestSystem } from '../support/system.ts';

const FIXTURES = new URL('../calendar/fixtures/', import.meta.url);

/** When the conferences begin that calendars of these programs plan, in UTC; of long series the first ones. */
const PLANNED: Readonly<Record<string, readonly string[]>> = {
  'apple-all-day': ['2030-07-05T00:00'],
  // On a clock that only the object describes; one left out, one moved, one cancelled.
  'apple-biweekly': ['2030-04-01T04:30', '2030-04-30T05:30', '2030-05-27T04:30'],
  'apple-daily': ['2030-01-07T08:00', '2030-01-08T08:00', '2030-01-10T08:30', '2030-01-11T08:00'],
  // "This and all future" of Apple and Google: two series, each an event of its own.
  'apple-split-1': ['2030-03-05T09:00', '2030-03-12T09:00'],
  'apple-split-2': ['2030-03-19T10:30', '2030-03-26T10:30', '2030-04-02T09:30'],
  'google-all-day': ['2030-05-02T04:00', '2032-05-03T04:00', '2033-05-02T04:00'],
  'google-monthly': ['2030-01-10T19:00', '2030-02-14T19:00', '2030-03-14T18:00'],
  'google-split-1': ['2030-03-05T09:00', '2030-03-12T09:00'],
  'google-split-2': ['2030-03-19T10:30', '2030-03-26T10:30', '2030-04-02T09:30'],
  // Lines folded between the octets of a character; over the change of the clock.
  'google-weekly': ['2030-03-04T14:00', '2030-03-11T13:00', '2030-03-26T19:00', '2030-04-08T13:00'],
  'outlook-all-day': ['2030-03-18T23:00'],
  // A zone of the user's own, two exceptions in one line, one moved, one cancelled.
  'outlook-monthly': ['2030-02-13T17:30', '2030-03-14T17:30', '2030-07-10T16:30'],
  'outlook-weekly': ['2030-01-08T08:00', '2030-01-15T13:00', '2030-01-29T08:00', '2030-02-05T08:00'],
  // Names of Windows that the object does not describe.
  'outlook-zone-by-name': ['2030-06-12T15:30'],
  'thunderbird-all-day': ['2030-03-02T00:00'],
};
const LONG = new Set(['apple-daily', 'google-monthly', 'outlook-weekly']);

describe('the calendars that people have', () => {
  let system: TestSystem;
  let client: ConferenceControlClient;
  before(async () => {
    system = await TestSystem.start();
    client = system.client('alice');
  });
  after(() => system.close());

  const begins = async (uri: string): Promise<string[]> => {
    const { occurrences } = await client.occurrences(uri, { from: 0 });
    return occurrences.map(({ start }) => new Date(start).toISOString().slice(0, 16));
  };
  const expectPlanned = async (uri: string, name: string): Promise<void> => {
    const planned = PLANNED[name] ?? [];
    const all = await begins(uri);
    expect(LONG.has(name) ? all.slice(0, planned.length) : all).to.deep.equal(planned);
  };
  const conferences = async (): Promise<string[]> => (await client.conferences()).map(({ uri }) => uri);

  it('are all told of here', () => {
    const files = readdirSync(FIXTURES).filter((name) => name.endsWith('.ics'));
    expect(files.map((name) => name.replace('.ics', '')).toSorted()).to.deep.equal(Object.keys(PLANNED).toSorted());
  });

  for (const name of Object.keys(PLANNED)) {
    const octets = readFileSync(new URL(`${name}.ics`, FIXTURES));

    it(`${name} takes place when its program says, where CalDAV brings it`, async () => {
      const known = await conferences();
      const alice = new DavParty(system, 'alice');
      const { status, body } = await alice.puts(`${name}.ics`, octets);
      expect([status, body]).to.deep.equal([201, '']);
      const [uri = '', ...others] = (await conferences()).filter((one) => !known.includes(one));
      expect(others).to.deep.equal([]);
      await expectPlanned(uri, name);
    });

    it(`${name} takes place when its program says, where it is the base of a conference`, async () => {
      const unfolded = Buffer.from(octets.toString('latin1').replace(/\r?\n /g, ''), 'latin1').toString('utf8');
      const base = unfolded.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/\r?\n/g, '&#13;\n');
      const content =
        '<info:conference-description><xcon:conference-time><xcon:entry>' +
        `<xcon:base>${base}</xcon:base></xcon:entry></xcon:conference-time></info:conference-description>`;
      await expectPlanned(made(await system.as('alice').creates(content)), name);
    });
  }
});
