import { expect } from 'chai';
import { calendarText, DavParty } from '../../support/dav.ts';
import { TestSystem } from '../../support/system.ts';

const LENGTH = 4_000;
const NOTE = 'n'.repeat(2_500);
const event = (...lines: readonly string[]): string =>
  calendarText(['UID:x', 'DTSTAMP:20291201T000000Z', 'DTSTART:20300107T090000Z', 'DURATION:PT1H', ...lines]);

describe('an event that is shown longer than one may be stored', () => {
  let system: TestSystem;
  let alice: DavParty;
  beforeEach(async () => {
    system = await TestSystem.start({ 'calendar.length': LENGTH });
    alice = new DavParty(system, 'alice');
  });
  afterEach(() => system.close());

  it('[RFC 4791 §5.2.5] is given back whole; stored like that it is refused, and nothing changes', async () => {
    expect((await alice.puts('x.ics', event(`X-NOTE:${NOTE}`))).status).to.equal(201);
    const { xml } = await system.as('alice').asks('confs', { operation: 'retrieve' });
    const uri = />(xcon:[^<]+)</.exec(xml)?.[1] ?? '';
    const about = 'about '.repeat(400).trim();
    const said = `<info:conference-description><info:free-text>${about}</info:free-text></info:conference-description>`;
    expect((await system.as('alice').updates(uri, said)).code).to.equal(200);

    const shown = await alice.gets('x.ics');
    expect([shown.status, shown.body.length > LENGTH]).to.deep.equal([200, true]);
    const unfolded = shown.body.replace(/\r\n /g, '');
    expect(unfolded).to.include(NOTE).and.include(about);

    const back = await alice.puts('x.ics', shown.body, { 'If-Match': shown.headers.etag ?? '' });
    expect(back.status).to.equal(403);
    expect(back.body)
      .to.match(/:max-resource-size/)
      .and.include(`at most ${LENGTH} characters`);
    const after = await alice.gets('x.ics');
    expect([after.headers.etag, after.body]).to.deep.equal([shown.headers.etag, shown.body]);

    const short = unfolded.replace(/X-NOTE:n+\r\n/, '');
    expect((await alice.puts('x.ics', short, { 'If-Match': shown.headers.etag ?? '' })).status).to.equal(204);
  });
});
