import ICAL from 'ical.js';
import { expect } from 'chai';
import { allowed } from '../support/messages.ts';
import { basic } from '../support/party.ts';
import { made, PASSWORD, TestSystem } from '../support/system.ts';
import { handIn, MailServer, type ReceivedMail } from '../calendar/mail/mail-server.ts';

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
      ...{
        'mail.server': server.address,
        'mail.tls': 'none',
        'mail.rest': 1,
        'mail.domains': ['elsewhere.example'],
        'mail.listen': '127.0.0.1:0',
      },
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

  /** A mail of a calendar program. */
  const answer = (
    { calendar }: ReceivedMail,
    attendee: string,
    { method = 'REPLY', partstat = 'ACCEPTED', from = attendee, headers = [] as string[], lines = [] as string[] } = {},
  ): string => {
    const event = ICAL.Component.fromString(calendar).getFirstSubcomponent('vevent');
    const said = (name: string): string => event?.getFirstProperty(name)?.toICALString() ?? '';
    return [
      ...[`From: <${from}>`, 'To: <conf@example.com>', 'Subject: answer', 'MIME-Version: 1.0', ...headers],
      ...[`Content-Type: text/calendar; method=${method}; charset=UTF-8`, ''],
      ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//client//EN', `METHOD:${method}`, 'BEGIN:VEVENT'],
      ...[said('uid'), said('organizer'), said('sequence'), `ATTENDEE;PARTSTAT=${partstat}:mailto:${attendee}`],
      ...(lines.some((line) => line.startsWith('DTSTAMP')) ? [] : ['DTSTAMP:20290101T000000Z']),
      ...[...lines, 'END:VEVENT', 'END:VCALENDAR', ''],
    ].join('\n');
  };

  const answersOf = async (uri: string): Promise<(string | undefined)[]> => {
    const { xml } = await system.as('alice').asks('conf', { operation: 'retrieve', confObjID: uri });
    return [...xml.matchAll(/<(?:\w+:)?answer[^>]*to="([^"]*)"[^>]*>(\w+)</g)].map(([, to, said]) => `${to} ${said}`);
  };

  const erinInvited = async (): Promise<{ uri: string; mail: ReceivedMail }> => {
    const uri = made(await system.as('alice').creates(scheduled('Weekly', ...WEEKLY) + invite('sip:erin@example.com')));
    const [mail] = await server.until(1);
    if (mail === undefined) throw new Error('no mail has come');
    return { uri, mail };
  };

  it('are answered by mail: the newest answer of the attendee counts', async () => {
    const { uri, mail } = await erinInvited();
    const send = (raw: string): Promise<number> =>
      handIn(system.mail, { from: 'erin@example.com', to: mail.from, raw });
    expect(await send(answer(mail, 'erin@example.com'))).to.equal(250);
    expect(await answersOf(uri)).to.deep.equal(['all accepted']);
    const later = ['DTSTAMP:20290103T000000Z'];
    expect(await send(answer(mail, 'ERIN@example.com', { partstat: 'TENTATIVE', lines: later }))).to.equal(250);
    expect(await answersOf(uri)).to.deep.equal(['all tentative']);
    const between = ['DTSTAMP:20290102T000000Z'];
    expect(await send(answer(mail, 'erin@example.com', { partstat: 'DECLINED', lines: between }))).to.equal(250);
    expect(await answersOf(uri)).to.deep.equal(['all tentative']);
    const second = ['RECURRENCE-ID;TZID=Europe/Berlin:20300114T090000'];
    expect(await send(answer(mail, 'erin@example.com', { partstat: 'DECLINED', lines: second }))).to.equal(250);
    expect(await answersOf(uri)).to.deep.equal(['all tentative', '20300114T080000Z declined']);
    expect(server.received).to.have.length(1);
  });

  it('are not answered by others: another token, another attendee, another event, a failed check', async () => {
    const { uri, mail } = await erinInvited();
    const token = mail.from;
    const forged = token.replace(/\+[a-z2-7]/, (start) => (start === '+a' ? '+b' : '+a'));
    const good = answer(mail, 'erin@example.com');
    expect(await handIn(system.mail, { from: 'erin@example.com', to: forged, raw: good })).to.equal(250);
    expect(
      await handIn(system.mail, { from: 'x@y.example', to: token, raw: answer(mail, 'mallory@example.com') }),
    ).to.equal(250);
    expect(
      await handIn(system.mail, { from: 'x@y.example', to: token, raw: good.replace(uri, 'xcon:other@example.com') }),
    ).to.equal(250);
    expect(await handIn(system.mail, { from: 'x@y.example', to: 'nobody@example.com', raw: good })).to.equal(550);
    expect(await handIn(system.mail, { from: 'x@y.example', to: 'conf+short@example.com', raw: good })).to.equal(550);
    expect(await answersOf(uri)).to.deep.equal([]);
  });

  it('are countered: the organizer is asked, and her refusal reaches the attendee', async () => {
    const addresses = ['sip:olga@example.com', 'mailto:olga@example.com'];
    await system.administration.addUser({ name: 'olga', password: PASSWORD, displayText: 'Olga', addresses });
    const olga = system.party('xcon-userid:olga@example.com', basic('olga', PASSWORD));
    const uri = made(await olga.creates(scheduled('Weekly', ...WEEKLY) + invite('sip:erin@example.com')));
    const invited = (await server.until(2)).find(({ to }) => to[0] === 'erin@example.com')!;
    const lines = ['DTSTART;TZID=Europe/Berlin:20300107T110000', 'DURATION:PT1H', 'COMMENT:Could we meet later?'];
    const counter = answer(invited, 'erin@example.com', { method: 'COUNTER', lines });
    expect(await handIn(system.mail, { from: 'erin@example.com', to: invited.from, raw: counter })).to.equal(250);
    const asked = (await server.until(3))[2]!;
    expect([asked.to[0], asked.method, said(asked, 'uid')]).to.deep.equal(['olga@example.com', 'COUNTER', uri]);
    expect(asked.parsed.subject).to.equal('Erin proposes another time: Weekly');
    expect(asked.parsed.text).to.include('Monday, 7 January 2030, 11:00 – 12:00 (Europe/Berlin)');
    expect(asked.parsed.text).to.include('Could we meet later?');
    expect(asked.from).not.to.equal(invited.from);
    const refusal = answer(asked, 'erin@example.com', { method: 'DECLINECOUNTER', from: 'olga@example.com' });
    expect(await handIn(system.mail, { from: 'olga@example.com', to: asked.from, raw: refusal })).to.equal(250);
    const told = (await server.until(4))[3]!;
    expect([told.to[0], told.method, said(told, 'uid')]).to.deep.equal(['erin@example.com', 'DECLINECOUNTER', uri]);
    expect(told.from).to.equal(invited.from);
    const machine = answer(invited, 'erin@example.com', {
      method: 'COUNTER',
      lines,
      headers: ['Auto-Submitted: auto-replied'],
    });
    expect(await handIn(system.mail, { from: 'erin@example.com', to: invited.from, raw: machine })).to.equal(250);
    expect(server.received).to.have.length(4);
  });
});
