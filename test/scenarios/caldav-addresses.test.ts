import { expect } from 'chai';
import { calendarText, DavParty } from '../support/dav.ts';
import { PASSWORD, TestSystem } from '../support/system.ts';

const event = (name: string, address: string): string =>
  calendarText([
    ...[`UID:${name}`, 'DTSTAMP:20291201T000000Z', 'DTSTART:20300107T090000Z', 'DURATION:PT1H', `SUMMARY:${name}`],
    ...['ORGANIZER:mailto:alice@example.com', `ATTENDEE:mailto:${address}`],
  ]);
const [SIP, MAIL] = ['sip:erin@example.com', 'mailto:erin@elsewhere.example'];

describe('the calendar of a user whose addresses change', () => {
  let system: TestSystem;
  let erin: DavParty;
  beforeEach(async () => {
    system = await TestSystem.start();
    await has(SIP);
    const alice = new DavParty(system, 'alice');
    for (const [name, address] of [
      ['own', 'erin@example.com'],
      ['other', 'erin@elsewhere.example'],
    ] as const)
      expect((await alice.puts(`${name}.ics`, event(name, address))).status).to.equal(201);
    erin = new DavParty(system, 'erin');
  });
  afterEach(() => system.close());

  const has = (...addresses: readonly string[]): Promise<unknown> =>
    system.administration.addUser({ name: 'erin', password: PASSWORD, displayText: 'Erin', addresses });
  /** Other addresses in the directory. */
  const readdress = async (...addresses: readonly string[]): Promise<void> => {
    await system.administration.removeUser({ name: 'erin' });
    await has(...addresses);
  };
  const ctag = async (): Promise<string> => {
    const body =
      '<D:propfind xmlns:D="DAV:" xmlns:A="http://calendarserver.org/ns/"><D:prop><A:getctag/></D:prop></D:propfind>';
    const [found] = (await erin.multi('PROPFIND', erin.calendar, body, '0')).responses;
    return found?.found.get('getctag')?.text ?? '';
  };
  const titles = async (names: Iterable<string>): Promise<string[]> => {
    const texts = await Promise.all([...names].map(async (name) => (await erin.gets(encodeURIComponent(name))).body));
    return texts.map((text) => /^SUMMARY:(\w+)/m.exec(text)?.[1] ?? '').toSorted();
  };

  for (const isRestarted of [false, true]) {
    it(`[RFC 6578] tells what she sees now and what no more${isRestarted ? ', also over a restart' : ''}`, async () => {
      const first = await erin.syncs();
      expect(await titles(first.changed)).to.deep.equal(['own']);
      const firstTag = await ctag();
      await readdress(SIP, MAIL);
      if (isRestarted) await system.restart();
      expect(await ctag()).not.to.equal(firstTag);
      const second = await erin.syncs(first.token);
      expect(await titles(second.changed)).to.deep.equal(['other', 'own']);
      const [own = ''] = first.changed;
      expect(second.etags.get(own), 'what is shown may be another').not.to.equal(first.etags.get(own));
      expect(second.gone).to.deep.equal([]);
      expect((await erin.syncs(second.token)).changed, 'told once').to.deep.equal([]);
      const secondTag = await ctag();
      await readdress(SIP);
      if (isRestarted) await system.restart();
      const third = await erin.syncs(second.token);
      expect(third.gone).to.have.length(1);
      expect(third.gone[0]).not.to.equal(own);
      expect((await erin.gets(encodeURIComponent(third.gone[0] ?? ''))).status).to.equal(404);
      expect(await ctag()).not.to.equal(secondTag);
      expect([...(await erin.syncs()).etags]).to.deep.equal([[own, third.etags.get(own)]]);
    });
  }

  it('shows them in a feed that is asked again', async () => {
    const { headers } = await erin.asks('POST', '/calendars');
    const feed = headers.location ?? '';
    const first = await erin.asks('GET', feed);
    expect(first.body.match(/^SUMMARY:\w+/gm)).to.deep.equal(['SUMMARY:own']);
    const tag = { 'If-None-Match': first.headers.etag ?? '' };
    expect((await erin.asks('GET', feed, tag)).status).to.equal(304);
    await readdress(SIP, MAIL);
    const second = await erin.asks('GET', feed, tag);
    expect(second.status).to.equal(200);
    expect(second.body.match(/^SUMMARY:\w+/gm)?.toSorted()).to.deep.equal(['SUMMARY:other', 'SUMMARY:own']);
  });
});
