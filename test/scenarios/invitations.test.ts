import ICAL from 'ical.js';
import { expect } from 'chai';
import { allowed } from '../support/messages.ts';
import { made, PASSWORD, TestSystem } from '../support/system.ts';
import { MailServer, type ReceivedMail } from '../calendar/mail/mail-server.ts';

const scheduled = (title: string, ...lines: readonly string[]): string =>
  '<info:conference-description>' +
  `<info:subject>${title}</info:subject><info:free-text>What it is about.</info:free-text>` +
  `<xcon:conference-time><xcon:entry><xcon:base>${base(...lines)}</xcon:base></xcon:entry></xcon:conference-time>` +
  '</info:conference-description>';

const base = (...lines: readonly string[]): string =>
  [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//client//EN', 'BEGIN:VEVENT', 'UID:of-client@example.net'],
    ...['DTSTAMP:20300101T000000Z', 'DURATION:PT1H', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''],
  ].join('&#13;\n');

const BERLIN = 'DTSTART;TZID=Europe/Berlin:20300107T090000';
const WEEKLY = [BERLIN, 'RRULE:FREQ=WEEKLY;COUNT=10'];
const invite = (...addresses: readonly string[]): string =>
  `<info:users>${allowed(...addresses.map((one) => [one, 'dial-in'] as const))}</info:users>`;

const eventOf = (mail: ReceivedMail | undefined): ICAL.Component => {
  const event = ICAL.Component.fromString(mail?.calendar ?? '').getFirstSubcomponent('vevent');
  if (event === null) throw new Error('there is no event in the mail');
  return event;
};
const said = (mail: ReceivedMail | undefined, name: string): string =>
  String(eventOf(mail).getFirstPropertyValue(name) ?? '');

describe('invitations by mail', () => {
  let system: TestSystem;
  let server: MailServer;
  beforeEach(async () => {
    server = await MailServer.start();
    system = await TestSystem.start({
      ...{ 'mail.server': server.address, 'mail.tls': 'none', 'mail.rest': 1, 'mail.domains': ['elsewhere.example'] },
    });
    const addresses = ['sip:erin@example.com', 'mailto:erin@example.com'];
    await system.administration.addUser({ name: 'erin', password: PASSWORD, displayText: 'Erin', addresses });
  });
  afterEach(async () => {
    await system.close();
    await server.close();
  });

  it('reach users and strangers, follow changes and end with the conference', async () => {
    const content = scheduled('Weekly', ...WEEKLY) + invite('sip:erin@example.com', 'mailto:fred@elsewhere.example');
    const uri = made(await system.as('alice').creates(content));
    const first = [...(await server.until(2))];
    expect(first.map(({ to }) => to[0]).toSorted()).to.deep.equal(['erin@example.com', 'fred@elsewhere.example']);
    const erin = first.find(({ to }) => to[0] === 'erin@example.com');
    expect(erin?.method).to.equal('REQUEST');
    expect(erin?.parsed.subject).to.equal('Invitation: Weekly');
    expect(erin?.parsed.headers.get('auto-submitted')).to.equal('auto-generated');
    expect(erin?.parsed.text).to.include('Monday, 7 January 2030, 09:00 – 10:00 (Europe/Berlin)');
    expect(erin?.parsed.html).to.include('<h2');
    expect(said(erin, 'uid')).to.equal(uri);
    expect(said(erin, 'sequence')).to.equal('0');
    const organizer = eventOf(erin).getFirstProperty('organizer');
    expect(organizer?.getFirstValue()).to.match(/^mailto:conf\+[a-z2-7]{24}@example\.com$/);
    expect(organizer?.getFirstParameter('cn')).to.equal('Alice');
    expect(erin?.from).to.equal(String(organizer?.getFirstValue()).replace('mailto:', ''));
    expect(first[0]?.from).not.to.equal(first[1]?.from);
    const attendees = eventOf(erin).getAllProperties('attendee');
    expect(attendees.map((one) => one.getFirstValue()).toSorted()).to.deep.equal([
      'mailto:erin@example.com',
      'mailto:fred@elsewhere.example',
    ]);
    const zone = ICAL.Component.fromString(erin?.calendar ?? '').getFirstSubcomponent('vtimezone');
    expect(zone?.getFirstPropertyValue('tzid')).to.equal('Europe/Berlin');
    const conference = eventOf(erin).getFirstProperty('conference');
    expect(String(conference?.getFirstValue())).to.match(/^sip:[a-z2-7]+@example\.com$/);

    await system
      .as('alice')
      .updates(uri, '<info:conference-description><info:subject>Other</info:subject></info:conference-description>');
    const renamed = (await server.until(4)).slice(2);
    expect(renamed.map((mail) => [mail.method, said(mail, 'summary'), said(mail, 'sequence')])).to.deep.equal([
      ['REQUEST', 'Other', '0'],
      ['REQUEST', 'Other', '0'],
    ]);

    await system
      .as('alice')
      .updates(uri, scheduled('Other', BERLIN.replace('T09', 'T10'), 'RRULE:FREQ=WEEKLY;COUNT=10'));
    const moved = (await server.until(6)).slice(4);
    expect(moved.map((mail) => [mail.method, said(mail, 'uid'), said(mail, 'sequence')])).to.deep.equal([
      ['REQUEST', uri, '1'],
      ['REQUEST', uri, '1'],
    ]);

    expect((await system.as('alice').deletes(uri)).code).to.equal(200);
    const ended = (await server.until(8)).slice(6);
    expect(ended.map((mail) => [mail.method, said(mail, 'uid'), said(mail, 'sequence')])).to.deep.equal([
      ['CANCEL', uri, '2'],
      ['CANCEL', uri, '2'],
    ]);
    expect(said(ended[0], 'status')).to.equal('CANCELLED');
    expect(ended[0]?.parsed.subject).to.equal('Cancelled: Other');
  });
});
