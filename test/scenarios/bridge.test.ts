import { expect } from 'chai';
import { handIn } from '../calendar/mail/mail-server.ts';
import { eventsOf, House, invitation, OUTLOOK, OUTLOOK_ZONE, type Said, UID, WEEKLY } from '../support/bridge.ts';

describe('the bridge, invited by mail', () => {
  let house: House;
  beforeEach(async () => {
    house = await House.start();
  });
  afterEach(() => house.close());
  const send = (said: Said): Promise<number> => house.send(said);
  const conferences = (): Promise<string[]> => house.conferences();

  it('makes a conference of the event, answers with its addresses and follows the event to its end', async () => {
    expect(await send(OUTLOOK)).to.equal(250);
    const [uri = ''] = await conferences();
    const [answer] = await house.server.until(1);
    expect([answer?.from, answer?.to[0], answer?.method]).to.deep.equal([
      'meet@example.com',
      'olga@example.com',
      'REPLY',
    ]);
    expect(answer?.parsed.headers.get('auto-submitted')).to.equal('auto-replied');
    expect(answer?.parsed.inReplyTo).to.equal('<1@outlook>');
    const [reply] = eventsOf(answer);
    expect(reply?.getFirstPropertyValue('uid')).to.equal(UID);
    const attendee = reply?.getFirstProperty('attendee');
    expect([attendee?.getFirstValue(), attendee?.getFirstParameter('partstat')]).to.deep.equal([
      ...['mailto:meet@example.com', 'ACCEPTED'],
    ]);
    const sip = String(reply?.getFirstPropertyValue('location'));
    expect(sip).to.match(/^sip:[a-z2-7]+@example\.com$/);
    expect(answer?.parsed.text).to.include(sip);
    const first = await house.olga.asks('conf', { operation: 'retrieve', confObjID: uri });
    expect(first.xml)
      .to.include('Planning')
      .and.include('RRULE:FREQ=WEEKLY;COUNT=10')
      .and.include('mailto:erin@example.com');

    const moved = {
      ...OUTLOOK,
      sequence: 1,
      lines: WEEKLY.map((line) => line.replace('T09', 'T11').replace('T10', 'T12')),
    };
    expect(await send(moved)).to.equal(250);
    expect(await send(OUTLOOK)).to.equal(250); // comes late, and means nothing any more
    await house.server.until(2);
    expect(await conferences()).to.deep.equal([uri]);
    const second = await house.olga.asks('conf', { operation: 'retrieve', confObjID: uri });
    expect(second.xml).to.include('20300107T110000').and.not.include('20300107T090000');

    const name = 'RECURRENCE-ID;TZID=W. Europe Standard Time:20300114T110000';
    const without = {
      zone: OUTLOOK_ZONE,
      method: 'CANCEL',
      sequence: 2,
      lines: [name, name.replace('RECURRENCE-ID', 'DTSTART')],
    };
    expect(await send(without)).to.equal(250);
    await house.server.until(3);
    const listed = await house.olga.asks('conf', { operation: 'retrieve', confObjID: uri });
    expect(listed.xml).to.include('STATUS:CANCELLED');

    expect(await send({ ...OUTLOOK, method: 'CANCEL', sequence: 3 })).to.equal(250);
    expect(await conferences()).to.deep.equal([]);
    // Nobody was told twice: the organizer's calendar has invited the others.
    expect(house.server.received.map(({ to }) => to[0])).to.deep.equal(Array(3).fill('olga@example.com'));
  });

  const refused: Record<string, Partial<Said>> = {
    'without a word of the mail server': { headers: [] },
    'with the word of another server': {
      headers: ['Authentication-Results: mx.evil.example; dmarc=pass header.from=example.com'],
    },
    'that failed the check': {
      headers: ['Authentication-Results: mx.example.com; dmarc=fail header.from=example.com'],
    },
    'checked for another domain': {
      headers: ['Authentication-Results: mx.example.com; dkim=pass header.d=evil.example'],
    },
    'from somebody who is no user': {
      ...{ from: 'mallory@evil.example', organizer: 'mallory@evil.example' },
      headers: ['Authentication-Results: mx.example.com; dmarc=pass header.from=evil.example'],
    },
    'about an event of somebody else': { organizer: 'erin@example.com' },
    'that answers by itself': {
      headers: [
        'Authentication-Results: mx.example.com; dmarc=pass header.from=example.com',
        'Auto-Submitted: auto-replied',
      ],
    },
    'of a mailing list': {
      headers: [
        'Authentication-Results: mx.example.com; dmarc=pass header.from=example.com',
        'List-Id: <all.example.com>',
      ],
    },
    'that publishes': { method: 'PUBLISH' },
  };
  for (const [what, said] of Object.entries(refused)) {
    it(`drops a mail ${what}, without an answer`, async () => {
      expect(await send({ ...OUTLOOK, ...said })).to.equal(250);
      expect(await conferences()).to.deep.equal([]);
      expect(house.server.received).to.have.length(0);
    });
  }

  it('drops a mail of nobody, without an answer', async () => {
    expect(await handIn(house.system.mail, { from: '', to: 'meet@example.com', raw: invitation(OUTLOOK) })).to.equal(
      250,
    );
    expect(await conferences()).to.deep.equal([]);
    expect(house.server.received).to.have.length(0);
  });

  it('declines what can not take place', async () => {
    const often = { ...OUTLOOK, lines: [...WEEKLY.slice(0, 2), 'RRULE:FREQ=SECONDLY'] };
    expect(await send(often)).to.equal(250);
    const [answer] = await house.server.until(1);
    const [reply] = eventsOf(answer);
    expect(reply?.getFirstProperty('attendee')?.getFirstParameter('partstat')).to.equal('DECLINED');
    expect(answer?.parsed.text).to.include('once a minute');
    expect(await conferences()).to.deep.equal([]);
  });
});
