import { readFileSync } from 'node:fs';
import ICAL from 'ical.js';
import { expect } from 'chai';
import { handIn, MailServer, type ReceivedMail } from '../calendar/mail/mail-server.ts';
import { allowed } from '../support/messages.ts';
import { basic } from '../support/party.ts';
import { made, PASSWORD, TestSystem } from '../support/system.ts';

const SERIES = [
  ...[
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//client//EN',
    'BEGIN:VEVENT',
    'UID:weekly',
    'DTSTAMP:20291201T000000Z',
  ],
  ...['DTSTART;TZID=Europe/Berlin:20300107T090000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=10'],
  ...['END:VEVENT', 'END:VCALENDAR', ''],
].join('&#13;\n');
const CONTENT =
  '<info:conference-description><info:subject>Weekly</info:subject><xcon:conference-time><xcon:entry>' +
  `<xcon:base>${SERIES}</xcon:base></xcon:entry></xcon:conference-time></info:conference-description>` +
  `<info:users>${allowed(['sip:erin@example.com', 'dial-in'])}</info:users>`;

/** What each program says to all, and what the conference knows then. */
const TO_ALL = { outlook: 'accepted', google: 'tentative', apple: 'accepted' };
/** Apple's has no way to propose another time by mail. */
const COUNTERING = ['outlook', 'google'];

describe('answers to invitations, as calendars send them', () => {
  let system: TestSystem;
  let server: MailServer;
  let uri: string;
  let invitation: ReceivedMail;
  beforeEach(async () => {
    server = await MailServer.start();
    system = await TestSystem.start({
      ...{ 'mail.server': server.address, 'mail.tls': 'none', 'mail.rest': 1, 'mail.listen': '127.0.0.1:0' },
    });
    for (const [name, displayText] of Object.entries({ olga: 'Olga', erin: 'Erin' })) {
      const addresses = [`sip:${name}@example.com`, `mailto:${name}@example.com`];
      await system.administration.addUser({ name, password: PASSWORD, displayText, addresses });
    }
    uri = made(await olga().creates(CONTENT));
    invitation = (await server.until(2)).find(({ to }) => to[0] === 'erin@example.com')!;
  });
  afterEach(async () => {
    await system.close();
    await server.close();
  });

  const olga = () => system.party('xcon-userid:olga@example.com', basic('olga', PASSWORD));
  /** The mail of a program, filled in with what it was asked. */
  const send = (name: string): Promise<number> => {
    const event = ICAL.Component.fromString(invitation.calendar).getFirstSubcomponent('vevent');
    const filled: Readonly<Record<string, string>> = {
      UID: String(event?.getFirstPropertyValue('uid')),
      SEQUENCE: String(event?.getFirstPropertyValue('sequence')),
      ORGANIZER: invitation.from,
    };
    const text = readFileSync(new URL(`../calendar/fixtures/mails/${name}.eml`, import.meta.url), 'utf8');
    const raw = text.replace(/\{([A-Z]+)\}/g, (_, what: string) => filled[what] ?? '');
    return handIn(system.mail, { from: 'erin@example.com', to: invitation.from, raw });
  };
  const answers = async (): Promise<string[]> => {
    const { xml } = await olga().asks('conf', { operation: 'retrieve', confObjID: uri });
    return [...xml.matchAll(/<(?:\w+:)?answer[^>]*to="([^"]*)"[^>]*>(\w+)</g)].map(([, to, said]) => `${to} ${said}`);
  };

  for (const [program, all] of Object.entries(TO_ALL)) {
    it(`${program}: to all, and to one occurrence`, async () => {
      expect(await send(`${program}-reply`)).to.equal(250);
      expect(await answers()).to.deep.equal([`all ${all}`]);
      expect(await send(`${program}-reply-one`)).to.equal(250);
      expect(await answers()).to.deep.equal([`all ${all}`, '20300114T080000Z declined']);
    });
  }

  for (const program of COUNTERING) {
    it(`${program}: another time for one occurrence reaches the organizer, and changes nothing`, async () => {
      expect(await send(`${program}-counter`)).to.equal(250);
      const asked = (await server.until(3))[2]!;
      expect([asked.to[0], asked.method]).to.deep.equal(['olga@example.com', 'COUNTER']);
      expect(asked.parsed.text).to.include('Monday, 14 January 2030');
      expect(asked.parsed.text).to.include('Could we meet later?');
      const event = ICAL.Component.fromString(asked.calendar).getFirstSubcomponent('vevent');
      const moments = ['recurrence-id', 'dtstart', 'dtend'].map((name) => {
        const time = event?.getFirstPropertyValue(name);
        return time instanceof ICAL.Time ? time.toJSDate().toISOString() : time;
      });
      expect(moments).to.deep.equal(['08', '10', '11'].map((hour) => `2030-01-14T${hour}:00:00.000Z`));
      const { xml } = await olga().asks('conf', { operation: 'retrieve', confObjID: uri });
      expect(xml).to.include('DTSTART;TZID=Europe/Berlin:20300107T090000');
    });
  }
});
