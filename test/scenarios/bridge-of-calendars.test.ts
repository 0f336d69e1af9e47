import { readFileSync } from 'node:fs';
import ICAL from 'ical.js';
import { expect } from 'chai';
import { ConferenceControlClient } from '../../lib/ccmp/client/client.ts';
import { handIn, MailServer } from '../calendar/mail/mail-server.ts';
import { basic } from '../support/party.ts';
import { PASSWORD, TestSystem } from '../support/system.ts';

/** A mail as a calendar sends it, and what the conference is then: its subject and when it begins, in UTC. */
interface Step {
  readonly mail: string;
  readonly subject: string;
  readonly starts: readonly string[];
  /** Of the occurrence that is spoken of alone. */
  readonly about?: string;
}

const mailOf = (name: string): string =>
  `Authentication-Results: mx.example.com; dkim=pass header.d=example.com;\n dmarc=pass header.from=example.com\n${readFileSync(new URL(`../calendar/fixtures/mails/${name}.eml`, import.meta.url), 'utf8')}`;

const CALENDARS: Readonly<Record<string, { readonly uid: string; readonly steps: readonly Step[] }>> = {
  Google: {
    uid: '1k0gh2v7q9l3m5n8p4r6s0t2u4@google.com',
    steps: [
      {
        mail: 'google-request',
        subject: 'Plans 🗓 & more',
        starts: ['02-21T19:00', '02-28T19:00', '03-07T19:00', '03-14T18:00', '03-21T18:00', '03-28T18:00'],
      },
      {
        mail: 'google-update',
        subject: 'Plans for spring',
        starts: ['02-21T20:00', '02-28T20:00', '03-07T20:00', '03-14T19:00', '03-21T19:00', '03-28T19:00'],
      },
      {
        mail: 'google-update-one',
        about: '2030-03-07T15:00:00',
        subject: 'Plans for spring',
        starts: ['02-21T20:00', '02-28T20:00', '03-08T14:00', '03-14T19:00', '03-21T19:00', '03-28T19:00'],
      },
      {
        mail: 'google-cancel-one',
        about: '2030-03-14T15:00:00',
        subject: 'Plans for spring',
        starts: ['02-21T20:00', '02-28T20:00', '03-08T14:00', '03-21T19:00', '03-28T19:00'],
      },
      { mail: 'google-cancel', subject: '', starts: [] },
    ],
  },
  Apple: {
    uid: '6F6B2A8E-1C9F-4D3E-9B1A-0E5F7D3C2B1A',
    steps: [
      {
        mail: 'apple-request',
        subject: 'Stand-up',
        starts: ['03-29T08:00', '03-30T08:00', '03-31T07:00', '04-01T07:00', '04-02T07:00'],
      },
      {
        mail: 'apple-update',
        subject: 'Stand-up',
        starts: ['03-29T08:30', '03-30T08:30', '03-31T07:30', '04-02T08:00'],
      },
      { mail: 'apple-cancel', subject: '', starts: [] },
    ],
  },
  Outlook: {
    uid: '040000008200E00074C5B7101A82E0080000000040F5E1D2C3B4DA01000000000000000010000000A1B2C3D4E5F60718293A4B5C6D7E8F90',
    steps: [
      { mail: 'outlook-request', subject: 'Übersicht', starts: ['02-27T08:00', '03-27T08:00', '04-24T07:00'] },
      {
        mail: 'outlook-update-one',
        about: '2030-03-27T09:00:00',
        subject: 'Übersicht',
        starts: ['02-27T08:00', '03-28T10:00', '04-24T07:00'],
      },
      {
        mail: 'outlook-cancel-one',
        about: '2030-04-24T09:00:00',
        subject: 'Übersicht',
        starts: ['02-27T08:00', '03-28T10:00'],
      },
      { mail: 'outlook-cancel', subject: '', starts: [] },
    ],
  },
};

describe('the bridge in the calendars that people have', () => {
  let system: TestSystem;
  let server: MailServer;
  let olga: ConferenceControlClient;
  beforeEach(async () => {
    server = await MailServer.start();
    system = await TestSystem.start({
      ...{ 'mail.server': server.address, 'mail.tls': 'none', 'mail.rest': 1, 'mail.listen': '127.0.0.1:0' },
      'mail.authservId': 'mx.example.com',
    });
    for (const [name, displayText] of Object.entries({ olga: 'Olga', erin: 'Erin' })) {
      const addresses = [`sip:${name}@example.com`, `mailto:${name}@example.com`];
      await system.administration.addUser({ name, password: PASSWORD, displayText, addresses });
    }
    olga = new ConferenceControlClient({ url: system.url, user: 'olga@example.com', password: PASSWORD });
  });
  afterEach(async () => {
    olga.close();
    await system.close();
    await server.close();
  });

  const conferences = async (): Promise<string[]> => (await olga.conferences()).map(({ uri }) => uri);

  for (const [calendar, { uid, steps }] of Object.entries(CALENDARS)) {
    it(`${calendar}: is invited, follows updates and goes with the event`, async () => {
      let answers = 0;
      let first: string | undefined;
      for (const { mail, subject, starts, about } of steps) {
        const raw = mailOf(mail);
        for (const copy of ['a mail', 'the same once more'])
          expect(await handIn(system.mail, { from: 'olga@example.com', to: 'meet@example.com', raw }), copy).to.equal(
            250,
          );
        const [uri, ...others] = await conferences();
        expect(others, mail).to.deep.equal([]);
        if (starts.length === 0) {
          expect(uri, mail).to.equal(undefined);
          continue;
        }
        if (uri === undefined) throw new Error(`${mail} made no conference`);
        expect(uri, mail).to.equal((first ??= uri));
        const { occurrences } = await olga.occurrences(uri, { from: 0 });
        expect(
          occurrences.map(({ start }) => new Date(start).toISOString().slice(5, 16)),
          mail,
        ).to.deep.equal(starts);
        const { xml } = await system
          .party('xcon-userid:olga@example.com', basic('olga', PASSWORD))
          .asks('conf', { operation: 'retrieve', confObjID: uri });
        expect(xml, mail).to.include(`<info:subject>${subject.replace('&', '&amp;')}</info:subject>`);
        expect(
          [...xml.matchAll(/<xcon:target uri="([^"]+)"/g)].map(([, target]) => target),
          mail,
        ).to.deep.equal(['mailto:erin@example.com']);

        const received = await server.until((answers += 1));
        const reply = received[answers - 1];
        expect([reply?.to, reply?.method, reply?.from]).to.deep.equal([
          ['olga@example.com'],
          'REPLY',
          'meet@example.com',
        ]);
        expect(reply?.parsed.inReplyTo).to.equal(/^Message-ID: (\S+)/im.exec(raw)?.[1]);
        const [event] = ICAL.Component.fromString(reply?.calendar ?? '').getAllSubcomponents('vevent');
        expect(event?.getFirstPropertyValue('uid')).to.equal(uid);
        expect(event?.getFirstProperty('attendee')?.getFirstParameter('partstat')).to.equal('ACCEPTED');
        expect(String(event?.getFirstPropertyValue('location'))).to.match(/^sip:[a-z2-7]+@example\.com$/);
        expect(event?.getFirstPropertyValue('recurrence-id')?.toString()).to.equal(about);
      }
      expect(server.received, 'once for each change').to.have.length(answers);
    });
  }
});
