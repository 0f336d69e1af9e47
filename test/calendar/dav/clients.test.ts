import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { calendarText, DavParty, missing } from '../../support/dav.ts';
import { TestSystem } from '../../support/system.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);
/** As it is meant: some programs fold lines between the octets of a character. */
const meant = (octets: Buffer): string =>
  Buffer.from(octets.toString('latin1').replace(/\r?\n /g, ''), 'latin1').toString('utf8');

describe('what a client stores in a calendar of conferences', () => {
  let system: TestSystem;
  let alice: DavParty;
  before(async () => {
    system = await TestSystem.start();
    alice = new DavParty(system, 'alice');
  });
  after(() => system.close());

  for (const file of readdirSync(FIXTURES).filter((name) => name.endsWith('.ics'))) {
    it(`is given back property by property: ${file}`, async () => {
      const octets = readFileSync(new URL(file, FIXTURES));
      const text = meant(octets);
      const put = await alice.puts(file, octets);
      expect([put.status, put.body]).to.deep.equal([201, '']);
      const got = await alice.gets(file);
      expect(missing(text, got.body)).to.deep.equal([]);
      expect((await alice.puts(file, got.body)).status).to.equal(204);
      expect((await alice.gets(file)).body).to.equal(got.body);
    });
  }

  const word = fc.stringMatching(/^[ -~äöü🗓]{0,30}$/u).map((text) => text.trim());
  const escaped = (text: string): string => text.replace(/[\\;,]/g, (one) => `\\${one}`);
  const edit = fc.record({
    summary: fc.option(word),
    description: fc.option(word),
    location: fc.option(word),
    hour: fc.integer({ min: 8, max: 17 }),
    minutes: fc.integer({ min: 5, max: 300 }),
    count: fc.option(fc.integer({ min: 1, max: 30 })),
    attendees: fc.uniqueArray(fc.constantFrom('bob@example.com', 'carol@example.com', 'eve@else.example'), {
      maxLength: 3,
    }),
    own: fc.array(fc.tuple(fc.constantFrom('X-A', 'X-B', 'COMMENT', 'CONTACT'), word), { maxLength: 3 }),
    alarm: fc.option(fc.integer({ min: 1, max: 60 })),
  });

  it('is given back after any edits', async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const name = `random-${++made}.ics`;
        for (const { summary, description, location, hour, minutes, count, attendees, own, alarm } of edits) {
          const text = calendarText([
            `UID:${name}`,
            'DTSTAMP:20291201T000000Z',
            `DTSTART;TZID=Europe/Berlin:20300107T${String(hour).padStart(2, '0')}0000`,
            `DURATION:PT${minutes}M`,
            ...(count === null ? [] : [`RRULE:FREQ=DAILY;COUNT=${count}`]),
            ...(summary === null ? [] : [`SUMMARY:${escaped(summary)}`]),
            ...(description === null ? [] : [`DESCRIPTION:${escaped(description)}`]),
            ...(location === null ? [] : [`LOCATION:${escaped(location)}`]),
            ...(attendees.length === 0 ? [] : ['ORGANIZER:mailto:alice@example.com']),
            ...attendees.map((address) => `ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:${address}`),
            ...own.map(([property, value]) => `${property}:${escaped(value)}`),
            ...(alarm === null ? [] : ['BEGIN:VALARM', 'ACTION:AUDIO', `TRIGGER:-PT${alarm}M`, 'END:VALARM']),
          ]);
          const put = await alice.puts(name, text);
          expect(put.status, put.body).to.be.oneOf([201, 204]);
          expect(missing(text, (await alice.gets(name)).body)).to.deep.equal([]);
        }
      }),
      { numRuns: 25 },
    );
  });
});
