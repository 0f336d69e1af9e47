import { expect } from 'chai';
import { CalendarPeer } from '../../support/calendar-peer.ts';
import { calendarText, DavParty, missing } from '../../support/dav.ts';
import { PASSWORD } from '../../support/system.ts';

const event = (title: string): string =>
  calendarText(
    [
      'UID:one@cadaver',
      'DTSTAMP:20291201T000000Z',
      'DTSTART;TZID=Europe/Berlin:20300107T090000',
      'DURATION:PT1H',
      'RRULE:FREQ=WEEKLY;COUNT=52',
      'EXDATE;TZID=Europe/Berlin:20300114T090000',
      `SUMMARY:${title}`,
      'X-OF-CLIENT:kept',
    ],
    [
      'UID:one@cadaver',
      'DTSTAMP:20291201T000000Z',
      'RECURRENCE-ID;TZID=Europe/Berlin:20300121T090000',
      'DTSTART;TZID=Europe/Berlin:20300121T110000',
      'DURATION:PT1H',
      `SUMMARY:${title}`,
    ],
  );

describe('cadaver', () => {
  let peer: CalendarPeer;
  before(async () => (peer = await CalendarPeer.start()));
  after(() => peer.close());

  it('lists, puts, gets and deletes a series with exceptions', async () => {
    const alice = new DavParty(peer.system, 'alice');
    const { origin, hostname } = peer.url;
    peer.writes('.netrc', `machine ${hostname} login alice password ${PASSWORD}\n`, 0o600);
    const types = (...lines: string[]): Promise<string> =>
      peer.run('cadaver', [`${origin}${alice.calendar}`], [...lines, 'quit', ''].join('\n'));
    peer.writes('one.ics', event('One'));
    expect(await types('put one.ics', 'ls', 'get one.ics back.ics')).to.include('one.ics');
    expect(missing(event('One'), peer.reads('back.ics'))).to.deep.equal([]);
    peer.writes('one.ics', event('Two'));
    await types('put one.ics');
    expect(missing(event('Two'), (await alice.gets('one.ics')).body)).to.deep.equal([]);
    await types('delete one.ics');
    expect((await alice.gets('one.ics')).status).to.equal(404);
  });
});
