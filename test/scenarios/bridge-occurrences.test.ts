import { expect } from 'chai';
import { eventsOf, House, OUTLOOK, OUTLOOK_ZONE, type Said, UID, WEEKLY } from '../support/bridge.ts';

describe('single occurrences of a series to which the bridge is invited', () => {
  let house: House;
  beforeEach(async () => {
    house = await House.start();
  });
  afterEach(() => house.close());

  const send = (said: Said): Promise<number> => house.send(said);
  const conferences = (): Promise<string[]> => house.conferences();

  const NAME = 'RECURRENCE-ID;TZID=W. Europe Standard Time:20300114T090000';
  /** An occurrence of the series as a mail has it that speaks of it alone. */
  const second = (said: Partial<Said>): Said => ({
    zone: OUTLOOK_ZONE,
    lines: [NAME, NAME.replace('RECURRENCE-ID', 'DTSTART'), NAME.replace('RECURRENCE-ID', 'DTEND').replace('09', '10')],
    ...said,
  });

  /** What stands for occurrences of the series. */
  const children = async (uri: string): Promise<string[]> => {
    const inside =
      '<extensionName>occurrences</extensionName><occurrences xmlns="urn:plenary:occurrences" from="2030-01-01T00:00:00Z" to="2030-01-29T00:00:00Z"/>';
    const { xml } = await house.olga.asks('extended', { operation: 'retrieve', confObjID: uri, inside });
    return [...xml.matchAll(/child="(xcon:[^"]+)"/g)].map(([, child]) => child ?? '');
  };
  const seen = async (uri: string): Promise<string> =>
    (await house.olga.asks('conf', { operation: 'retrieve', confObjID: uri })).xml;
  /** Who may come, and who is a user. */
  const people = async (uri: string): Promise<readonly (readonly (string | undefined)[])[]> => {
    const xml = await seen(uri);
    return [/<xcon:target uri="([^"]+)"/g, /<info:user entity="xcon-userid:([^"]+)"/g].map((one) =>
      [...xml.matchAll(one)].map(([, name]) => name).toSorted(),
    );
  };
  const OLGA = 'olga@example.com';

  it('makes a child of an occurrence that gets a name of its own', async () => {
    await send(OUTLOOK);
    const [uri = ''] = await conferences();
    const retreat = [
      NAME,
      NAME.replace('RECURRENCE-ID', 'DTSTART'),
      'DTEND;TZID=W. Europe Standard Time:20300114T170000',
    ];
    expect(await send(second({ sequence: 1, summary: 'Retreat', lines: retreat }))).to.equal(250);
    await house.server.until(2);
    const [child = '', ...others] = await children(uri);
    expect(others).to.deep.equal([]);
    expect(await seen(child))
      .to.include('Retreat')
      .and.include('20300114T170000');
    expect(await seen(uri)).not.to.include('Retreat');
  });

  it('lets people come to one occurrence who are asked to it alone, and takes that back', async () => {
    await send(OUTLOOK);
    const [uri = ''] = await conferences();
    const frank = 'ATTENDEE;RSVP=TRUE;CN=Frank:mailto:frank@example.com';
    const withFrank = second({ sequence: 1 });
    expect(await send({ ...withFrank, lines: [...withFrank.lines, frank] })).to.equal(250);
    await house.server.until(2);
    const [child = '', ...others] = await children(uri);
    expect(others).to.deep.equal([]);
    const two = ['mailto:erin@example.com', 'sip:frank@example.com'];
    expect((await people(child))[0]).to.deep.equal(two);
    expect((await people(child))[1]).to.deep.equal(['erin@example.com', 'frank@example.com', OLGA]);
    expect((await people(uri))[0]).to.deep.equal(['mailto:erin@example.com']);
    expect((await people(uri))[1]).to.deep.equal(['erin@example.com', OLGA]);

    expect(await send(second({ sequence: 2, attendees: ['frank'] }))).to.equal(250);
    await house.server.until(3);
    expect(await children(uri)).to.deep.equal([child]);
    expect(await people(child)).to.deep.equal([['sip:frank@example.com'], ['frank@example.com', OLGA]]);

    expect(await send(second({ sequence: 3 }))).to.equal(250);
    await house.server.until(4);
    expect(await people(child)).to.deep.equal([['mailto:erin@example.com'], ['erin@example.com', OLGA]]);

    // The series said anew, without a word of single occurrences, is all there is (RFC 5546 §3.2.2).
    expect(await send({ ...OUTLOOK, sequence: 4 })).to.equal(250);
    await house.server.until(5);
    expect(await children(uri)).to.deep.equal([]);
    expect((await people(uri))[0]).to.deep.equal(['mailto:erin@example.com']);
  });

  it('makes the children of a series that comes with people of single occurrences', async () => {
    const frank = 'ATTENDEE;RSVP=TRUE;CN=Frank:mailto:frank@example.com';
    const one = [...second({}).lines, frank, 'ATTENDEE:mailto:meet@example.com', 'SUMMARY:Planning'];
    const override = ['END:VEVENT', 'BEGIN:VEVENT', `UID:${UID}`, 'DTSTAMP:20290101T000000Z', ...one];
    expect(await send({ ...OUTLOOK, lines: [...WEEKLY, ...override] })).to.equal(250);
    await house.server.until(1);
    const [uri = ''] = await conferences();
    const [child = '', ...others] = await children(uri);
    expect(others).to.deep.equal([]);
    expect(await people(child)).to.deep.equal([['sip:frank@example.com'], ['frank@example.com', OLGA]]);
    expect((await people(uri))[0]).to.deep.equal(['mailto:erin@example.com']);
  });

  it('withdraws who is withdrawn by a CANCEL that is of others, and leaves the conference', async () => {
    await send(OUTLOOK);
    const [uri = ''] = await conferences();
    const erin = { method: 'CANCEL', invites: [], attendees: ['erin'] };
    expect(await send(second({ ...erin, sequence: 1 }))).to.equal(250);
    await house.server.until(2);
    const [child = ''] = await children(uri);
    expect(await people(child)).to.deep.equal([[], [OLGA]]);
    expect(await seen(child))
      .to.include('20300114T090000')
      .and.not.include('CANCELLED');
    expect((await people(uri))[0]).to.deep.equal(['mailto:erin@example.com']);
    expect(await send({ ...OUTLOOK, ...erin, sequence: 2 })).to.equal(250);
    await house.server.until(3);
    expect((await people(uri))[0]).to.deep.equal([]);
    expect(await seen(uri)).to.include('RRULE:FREQ=WEEKLY;COUNT=10');
  });

  it('makes a conference of each occurrence to which alone it is asked', async () => {
    const third = second({}).lines.map((line) => line.replace('20300114', '20300121'));
    expect(await send(second({ summary: 'One' }))).to.equal(250);
    expect(await send(second({ summary: 'Two', lines: third }))).to.equal(250);
    const [first = '', other = '', ...more] = await conferences();
    expect([first !== '', other !== '', more.length]).to.deep.equal([true, true, 0]);
    const texts = [await seen(first), await seen(other)];
    for (const word of ['One', 'Two']) expect(texts.filter((text) => text.includes(`>${word}<`))).to.have.length(1);
    expect(await send(second({ method: 'CANCEL', sequence: 1 }))).to.equal(250);
    const [left = ''] = await conferences();
    expect(await seen(left))
      .to.include('>Two<')
      .and.include('20300121T090000');
    await house.server.until(2);
    for (const mail of house.server.received)
      expect(eventsOf(mail)[0]?.getFirstProperty('attendee')?.getFirstParameter('partstat')).to.equal('ACCEPTED');
  });

  it('counts revisions of each occurrence by themselves', async () => {
    await send(OUTLOOK);
    const [uri = ''] = await conferences();
    expect(await send(second({ sequence: 5, summary: 'Retreat' }))).to.equal(250);
    await house.server.until(2);
    const moved = WEEKLY.map((line) => line.replace('T09', 'T11').replace('T10', 'T12'));
    expect(await send({ ...OUTLOOK, sequence: 1, lines: moved })).to.equal(250);
    await house.server.until(3);
    expect(await seen(uri)).to.include('20300107T110000');
    expect(await send({ ...second({ sequence: 0, summary: 'Late' }) }), 'older than the series').to.equal(250);
    expect(await children(uri)).to.deep.equal([]);
    expect(house.server.received).to.have.length(3);
  });
});
