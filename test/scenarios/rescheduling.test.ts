import ICAL from 'ical.js';
import { expect } from 'chai';
import { ConferenceControlClient } from '../../lib/ccmp/client/client.ts';
import { info, POLICY } from '../../lib/model/names.ts';
import { XmlElement } from '../../lib/xml/element.ts';
import { MailServer, type ReceivedMail } from '../calendar/mail/mail-server.ts';
import { calendarText, DavParty } from '../support/dav.ts';
import { PASSWORD, TestSystem } from '../support/system.ts';

const WEEKLY = [
  ...['UID:weekly@client', 'DTSTAMP:20291201T000000Z', 'DTSTART:20300107T090000Z', 'DURATION:PT1H'],
  ...['RRULE:FREQ=WEEKLY;COUNT=10', 'SUMMARY:Weekly', 'ORGANIZER:mailto:alice@example.com'],
  ...['ATTENDEE:mailto:bob@example.com', 'ATTENDEE:mailto:erin@example.com'],
];

const eventsIn = (text: string): ICAL.Component[] => ICAL.Component.fromString(text).getAllSubcomponents('vevent');
/** PARTSTAT of everybody, by name. */
const partstats = (event: ICAL.Component | undefined): Record<string, string> =>
  Object.fromEntries(
    (event?.getAllProperties('attendee') ?? []).map((one) => [
      /:(\w+)@/.exec(String(one.getFirstValue()))?.[1] ?? '',
      one.getFirstParameter('partstat') || 'NEEDS-ACTION',
    ]),
  );

describe('a conference that moves', () => {
  let system: TestSystem;
  let server: MailServer;
  const clients: ConferenceControlClient[] = [];
  beforeEach(async () => {
    server = await MailServer.start();
    system = await TestSystem.start({ 'mail.server': server.address, 'mail.tls': 'none', 'mail.rest': 1 });
    const addresses = ['sip:erin@example.com', 'mailto:erin@example.com'];
    await system.administration.addUser({ name: 'erin', password: PASSWORD, displayText: 'Erin', addresses });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await system.close();
    await server.close();
  });

  const client = (name: string): ConferenceControlClient => {
    const made = new ConferenceControlClient({ url: system.url, user: `${name}@example.com`, password: PASSWORD });
    clients.push(made);
    return made;
  };
  const accepts = async (name: string, uri: string): Promise<void> => {
    const answer = new XmlElement(POLICY, 'answer', [{ namespace: '', local: 'to', value: 'all' }], ['accepted']);
    await client(name).updateUser(uri, info('user', { entity: `xcon-userid:${name}@example.com` }, [answer]));
  };
  const next = async (): Promise<ReceivedMail | undefined> => {
    const before = server.received.length;
    return (await server.until(before + 1))[before];
  };

  it('asks everybody again, in the object, in calendars and by mail (RFC 5546 §3.2.2.1, RFC 6638 §3.2.8)', async () => {
    const alice = new DavParty(system, 'alice');
    expect((await alice.puts('w.ics', calendarText(WEEKLY))).status).to.equal(201);
    await server.until(1);
    const [listed] = await client('alice').conferences();
    const uri = listed?.uri ?? '';
    for (const name of ['bob', 'erin']) await accepts(name, uri);
    const accepted = (await alice.gets('w.ics')).body;
    expect(partstats(eventsIn(accepted)[0])).to.include({ bob: 'ACCEPTED', erin: 'ACCEPTED' });

    const told = next();
    expect((await alice.puts('w.ics', accepted.replace('20300107T090000Z', '20300107T110000Z'))).status).to.equal(204);
    expect(partstats(eventsIn((await alice.gets('w.ics')).body)[0])).to.include({
      bob: 'NEEDS-ACTION',
      erin: 'NEEDS-ACTION',
    });
    expect((await system.as('alice').retrieves(uri)).xml.match(/>needs-action</g)).to.have.length(2);
    const [moved] = eventsIn((await told)?.calendar ?? '');
    expect(Number(moved?.getFirstPropertyValue('sequence'))).to.be.greaterThan(0);
    expect(partstats(moved)).to.include({ erin: 'NEEDS-ACTION' });
    expect(moved?.toString()).to.include('RSVP=TRUE');

    for (const name of ['bob', 'erin']) await accepts(name, uri);
    const one = [
      ...['UID:weekly@client', 'DTSTAMP:20291201T000000Z', 'RECURRENCE-ID:20300114T110000Z', 'SUMMARY:Weekly'],
      ...['DTSTART:20300114T150000Z', 'DURATION:PT1H', 'ORGANIZER:mailto:alice@example.com'],
      ...['ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.com', 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:erin@example.com'],
    ];
    const again = next();
    const series = WEEKLY.map((line) => line.replace('20300107T09', '20300107T11'));
    expect((await alice.puts('w.ics', calendarText(series, one))).status).to.equal(204);
    const [whole, single] = eventsIn((await alice.gets('w.ics')).body);
    expect(partstats(whole), 'who comes every week still does').to.include({ bob: 'ACCEPTED', erin: 'ACCEPTED' });
    expect(partstats(single)).to.include({ bob: 'NEEDS-ACTION', erin: 'NEEDS-ACTION' });
    const events = eventsIn((await again)?.calendar ?? '');
    const changed = events.find((event) => event.hasProperty('recurrence-id'));
    expect(partstats(changed)).to.include({ erin: 'NEEDS-ACTION' });
  });
});
