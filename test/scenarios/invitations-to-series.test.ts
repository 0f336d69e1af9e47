import ICAL from 'ical.js';
import { expect } from 'chai';
import type { ConferenceControlClient } from '../../lib/ccmp/client/client.ts';
import { info, xcon } from '../../lib/model/names.ts';
import { allowed, description } from '../support/messages.ts';
import { made, TestSystem } from '../support/system.ts';
import { MailServer, type ReceivedMail } from '../calendar/mail/mail-server.ts';

const BASE = [
  ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//client//EN', 'BEGIN:VEVENT', 'UID:of-client@example.net'],
  ...['DTSTAMP:20300101T000000Z', 'DTSTART;TZID=Europe/Berlin:20300107T090000', 'DURATION:PT1H'],
  ...['RRULE:FREQ=WEEKLY;COUNT=10', 'END:VEVENT', 'END:VCALENDAR', ''],
].join('&#13;\n');

const time = `<xcon:conference-time><xcon:entry><xcon:base>${BASE}</xcon:base></xcon:entry></xcon:conference-time>`;
const SERIES = description(`<info:subject>Weekly</info:subject>${time}`);

const linesOf = ({ calendar }: ReceivedMail): string[] => calendar.replace(/\r\n[ \t]/g, '').split('\r\n');
const eventsOf = ({ calendar }: ReceivedMail): ICAL.Component[] =>
  ICAL.Component.fromString(calendar).getAllSubcomponents('vevent');

describe('invitations to a series', () => {
  let system: TestSystem;
  let server: MailServer;
  let client: ConferenceControlClient;
  beforeEach(async () => {
    server = await MailServer.start();
    const mail = { 'mail.server': server.address, 'mail.tls': 'none', 'mail.rest': 1, 'mail.domains': ['*'] };
    system = await TestSystem.start(mail);
    client = system.client('alice');
  });
  afterEach(async () => {
    await system.close();
    await server.close();
  });

  const [FRED, GINA] = ['mailto:fred@elsewhere.example', 'mailto:gina@elsewhere.example'];
  const targets = (...uris: readonly string[]) =>
    xcon(
      'allowed-users-list',
      {},
      uris.map((uri) => xcon('target', { uri, method: 'dial-in' })),
    );
  const people = (...uris: readonly string[]) => info('users', {}, [targets(...uris)]);
  const changed = (...children: Parameters<typeof info>[2] & object) => info('conference-info', {}, [...children]);
  const subject = (text: string) => info('conference-description', {}, [info('subject', {}, [text])]);

  const invitedTo = async (...uris: readonly string[]): Promise<string> => {
    const list = allowed(...uris.map((one) => [one, 'dial-in'] as const));
    const uri = made(await system.as('alice').creates(`${SERIES}<info:users>${list}</info:users>`));
    await server.until(uris.length);
    return uri;
  };
  const next = async (count = 1): Promise<ReceivedMail[]> => {
    const before = server.received.length;
    return (await server.until(before + count)).slice(before);
  };

  it('tell of one cancelled occurrence alone, in the zone of the series', async () => {
    const uri = await invitedTo(FRED);
    const told = next();
    await client.steer(uri, { action: 'cancel', id: '20300114T080000Z' });
    const [mail] = await told;
    expect(mail?.method).to.equal('CANCEL');
    expect(linesOf(mail!)).to.include('RECURRENCE-ID;TZID=Europe/Berlin:20300114T090000');
    expect(linesOf(mail!)).to.include.members(['SEQUENCE:1', 'STATUS:CANCELLED', `UID:${uri}`]);
    expect(mail?.parsed.text).to.include('Monday, 14 January 2030, 09:00 (Europe/Berlin)');
    const again = next();
    await client.update(uri, changed(subject('Other')));
    const [all] = await again;
    expect(linesOf(all!)).to.include.members([
      'SEQUENCE:1',
      'EXDATE;TZID=Europe/Berlin:20300114T090000',
      'SUMMARY:Other',
    ]);
  });

  it('tell of one changed occurrence alone, with its words and people', async () => {
    const uri = await invitedTo(FRED);
    const told = next();
    const { uri: child } = await client.changeOccurrences(uri, {
      ...{ from: '20300121T080000Z', to: '20300121T080000Z', changes: changed(subject('Visitors')) },
    });
    const [mail] = await told;
    expect(mail?.method).to.equal('REQUEST');
    expect(eventsOf(mail!)).to.have.length(1);
    expect(linesOf(mail!)).to.include.members([
      ...['RECURRENCE-ID;TZID=Europe/Berlin:20300121T090000', 'SUMMARY:Visitors', `UID:${uri}`, 'SEQUENCE:0'],
    ]);
    const both = next(2);
    await client.update(child, changed(people(FRED, GINA)));
    const [fred, gina] = (await both).toSorted((a, b) => (a.to[0]! < b.to[0]! ? -1 : 1));
    for (const one of [fred!, gina!]) {
      expect([one.method, eventsOf(one).length]).to.deep.equal(['REQUEST', 1]);
      expect(linesOf(one)).to.include('RECURRENCE-ID;TZID=Europe/Berlin:20300121T090000');
    }
    expect(gina?.parsed.subject).to.equal('Invitation: Visitors');
    const gone = next(2);
    await client.update(child, changed(people(GINA)));
    const [out] = (await gone).toSorted((a, b) => (a.to[0]! < b.to[0]! ? -1 : 1));
    expect([out?.to[0], out?.method]).to.deep.equal(['fred@elsewhere.example', 'CANCEL']);
    expect(linesOf(out!)).to.include('RECURRENCE-ID;TZID=Europe/Berlin:20300121T090000');
  });

  it('tell of all from one occurrence on as of a series of its own', async () => {
    const uri = await invitedTo(FRED);
    const told = next(2);
    const { uri: child } = await client.changeOccurrences(uri, {
      ...{ from: '20300204T080000Z', changes: changed(subject('Second half')) },
    });
    const mails = await told;
    const rest = mails.find((mail) => linesOf(mail).includes(`UID:${child}`));
    const first = mails.find((mail) => linesOf(mail).includes(`UID:${uri}`));
    expect(linesOf(rest!)).to.include('SUMMARY:Second half').and.include('DTSTART;TZID=Europe/Berlin:20300204T090000');
    expect(linesOf(rest!).some((line) => line.startsWith('RECURRENCE-ID'))).to.equal(false);
    expect(linesOf(first!)).to.include.members(['RRULE:FREQ=WEEKLY;UNTIL=20300204T075959Z', 'SEQUENCE:1']);
  });

  it('of several entries are a series each, of which others are left alone by a change of one', async () => {
    const second = BASE.replace('20300107', '20300109').replace('UID:of', 'UID:second');
    const entries = [BASE, second].map((base) => `<xcon:entry><xcon:base>${base}</xcon:base></xcon:entry>`).join('');
    const times = `<info:subject>Twice</info:subject><xcon:conference-time>${entries}</xcon:conference-time>`;
    const list = `<info:users>${allowed([FRED, 'dial-in'])}</info:users>`;
    const uri = made(await system.as('alice').creates(`${description(times)}${list}`));
    const first = await server.until(2);
    expect(first.map((mail) => String(eventsOf(mail)[0]?.getFirstPropertyValue('uid'))).toSorted()).to.deep.equal([
      uri,
      `${uri}#2`,
    ]);
    const told = next(2);
    const { uri: child } = await client.changeOccurrences(uri, {
      ...{ from: '20300206T080000Z', changes: changed(subject('Later')) },
    });
    const mails = await told;
    const uids = mails.map((mail) => String(eventsOf(mail)[0]?.getFirstPropertyValue('uid'))).toSorted();
    expect(uids, 'nothing is said of Mondays').to.deep.equal([child, `${uri}#2`].toSorted());
    const rest = mails.find((mail) => linesOf(mail).includes(`UID:${uri}#2`));
    expect(linesOf(rest!)).to.include('RRULE:FREQ=WEEKLY;UNTIL=20300206T075959Z');
    const one = next();
    await client.changeOccurrences(uri, {
      ...{ from: '20300116T080000Z', to: '20300116T080000Z', changes: changed(subject('Once')) },
    });
    const [mail] = await one;
    expect(linesOf(mail!)).to.include.members([`UID:${uri}#2`, 'SUMMARY:Once']);
  });

  it('come to whom is added, and are taken back from whom is removed, at another SEQUENCE', async () => {
    const uri = await invitedTo(FRED);
    const added = next(2);
    await client.update(uri, changed(people(FRED, GINA)));
    expect((await added).map(({ method, parsed }) => [method, parsed.subject]).toSorted()).to.deep.equal([
      ['REQUEST', 'Changed: Weekly'],
      ['REQUEST', 'Invitation: Weekly'],
    ]);
    const removed = next(2);
    await client.update(uri, changed(people(GINA)));
    const [fred, gina] = (await removed).toSorted((a, b) => (a.to[0]! < b.to[0]! ? -1 : 1));
    expect([fred?.method, gina?.method]).to.deep.equal(['CANCEL', 'REQUEST']);
    expect(linesOf(fred!)).to.include('SEQUENCE:1');
    const back = next(2);
    await client.update(uri, changed(people(FRED, GINA)));
    for (const mail of await back) expect(linesOf(mail)).to.include('SEQUENCE:1');
  });
});
