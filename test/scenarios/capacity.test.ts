import { expect } from 'chai';
import { ConferenceControlClient } from '../../lib/ccmp/client/client.ts';
import { description } from '../support/messages.ts';
import { plenary } from '../support/command.ts';
import { expectValid } from '../support/schemas.ts';
import { calendar } from '../schedule/calendars.ts';
import { made, PASSWORD, sipOf, TestSystem } from '../support/system.ts';

const HOUR = 3_600_000;
const stamp = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
const shown = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
const planned = (at: number, ...more: string[]): string =>
  description(
    `<xcon:conference-time><xcon:entry><xcon:base>${calendar([`DTSTART:${stamp(at)}`, 'DURATION:PT1H', ...more])}</xcon:base></xcon:entry></xcon:conference-time>`,
  );

describe('room on a server', () => {
  let system: TestSystem;
  before(async () => {
    system = await TestSystem.start({ 'capacity.userConferences': '1', 'schedule.earlyJoin': '0' });
  });
  after(() => system.close());

  /** In whole hours. */
  const tomorrow = Math.ceil(Date.now() / HOUR) * HOUR + 24 * HOUR;

  it('is booked when a conference is planned: one more is 511 with the first moment that does not fit', async () => {
    await system.as('alice').creates(planned(tomorrow + 24 * HOUR));
    const series = await system.as('alice').creates(planned(tomorrow, 'RRULE:FREQ=DAILY;COUNT=3'));
    expect(series.code).to.equal(511);
    expect(series.xml).to.include(`There is no room at ${shown(tomorrow + 24 * HOUR)}: 1 conferences of one user`);
    expect((await system.as('bob').creates(planned(tomorrow, 'RRULE:FREQ=DAILY;COUNT=3'))).code).to.equal(200);
  });

  it('is not promised beyond the horizon, and the response-string says so', async () => {
    const series = await system.as('carol').creates(planned(tomorrow, 'RRULE:FREQ=DAILY'));
    expect(series.code).to.equal(200);
    expect(series.xml).to.match(/<response-string>Success\. Room is not promised from 20\d\d-\d\d-\d\dT\S+Z on\.</);
    await system.as('carol').deletes(made(series));
  });

  it('is where others see who is busy: by the extension freeBusy, the client and the command', async () => {
    const of = sipOf('alice');
    const asked = { from: tomorrow, to: tomorrow + 48 * HOUR };
    const answer = await system.as('bob').asks('extended', {
      operation: 'retrieve',
      inside: `<extensionName>freeBusy</extensionName><f:asked xmlns:f="urn:plenary:free-busy" of="${of}" from="${shown(asked.from)}" to="${shown(asked.to)}"/>`,
    });
    expect(answer.code).to.equal(200);
    expectValid('ccmp', answer.xml);
    expectValid('free-busy', /<[^>]*:?busy-times.*busy-times>/s.exec(answer.xml)?.[0] ?? '');
    const client = new ConferenceControlClient({ url: system.url, user: 'bob@example.com', password: PASSWORD });
    const busy = { start: tomorrow + 24 * HOUR, end: tomorrow + 25 * HOUR };
    expect(await client.freeBusy({ of, ...asked })).to.deep.equal([busy]);
    expect(await client.freeBusy({ of: 'xcon-userid:alice@example.com', ...asked })).to.deep.equal([busy]);
    client.close();
    const { stdout } = await plenary([
      'conference',
      'freebusy',
      '--server',
      system.url,
      '--user',
      'bob:demo',
      '--of',
      of,
      '--json',
    ]);
    expect(JSON.parse(stdout)).to.deep.equal([{ start: shown(busy.start), end: shown(busy.end) }]);
  });
});
