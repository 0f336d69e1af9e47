import { expect } from 'chai';
import { Receiver } from '../callback/receiver.ts';
import { MailServer, type ReceivedMail } from '../calendar/mail/mail-server.ts';
import { ConferenceControlClient } from '../../lib/ccmp/client/client.ts';
import { VirtualClock } from '../sip/virtual-clock.ts';
import { allowed, description, scheduledAt } from '../support/messages.ts';
import { basic } from '../support/party.ts';
import { idOf, made, PASSWORD, TestSystem } from '../support/system.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2030, 0, 7, 9);
const PLENARY = 'xmlns:plenary="urn:plenary:conference-policy"';
const reminder = (before: number, by: string): string => `<plenary:reminder ${PLENARY} before="${before}" by="${by}"/>`;
const daily = scheduledAt('20300107T090000Z', 'RRULE:FREQ=DAILY;COUNT=4');

/** When a mail says that it was written. */
const written = ({ parsed }: ReceivedMail): string => parsed.date?.toISOString() ?? '';

describe('reminders of conferences', () => {
  let clock: VirtualClock;
  let system: TestSystem;
  let server: MailServer;
  let receiver: Receiver;
  let bob: ConferenceControlClient;

  beforeEach(async () => {
    clock = new VirtualClock();
    server = await MailServer.start();
    receiver = await Receiver.start();
    const settings = {
      ...{ 'mail.server': server.address, 'mail.tls': 'none', 'mail.domains': ['elsewhere.example'] },
      'callbacks.allowed': ['127.0.0.1'],
    };
    system = await TestSystem.start(settings, { clock, date: () => START - 24 * HOUR + clock.now() });
    for (const name of ['erin', 'frank']) {
      const addresses = [`sip:${name}@example.com`, `mailto:${name}@example.com`];
      await system.administration.addUser({ name, password: PASSWORD, addresses });
    }
    bob = new ConferenceControlClient({ url: system.url, user: 'bob@example.com', password: PASSWORD });
  });
  afterEach(async () => {
    bob.close();
    await system.close();
    await server.close();
    await receiver.close();
  });

  /** Lets the clock show a moment, which nobody looked at in between. */
  const passTo = (moment: number): void => clock.advance(moment - (START - 24 * HOUR) - clock.now());
  const reminders = (): readonly ReceivedMail[] =>
    server.received.filter(({ parsed }) => parsed.subject?.startsWith('Reminder') === true);
  /** The clock stands still meanwhile. */
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) {
      clock.advance(0);
      await new Promise(setImmediate);
    }
  };
  const reminded = async (count: number): Promise<readonly ReceivedMail[]> => {
    await until(() => reminders().length >= count);
    return reminders();
  };

  it('come at the second that the conference or the user has set, by mail and by callback', async () => {
    await bob.addCallback({ url: receiver.url, scope: 'mine' });
    const people = `<info:users>${allowed(
      ...['sip:erin@example.com', 'sip:bob@example.com', 'mailto:fred@elsewhere.example'].map(
        (one) => [one, 'dial-in'] as const,
      ),
    )}</info:users>`;
    const uri = made(
      await system
        .as('alice')
        .creates(daily.replace('</info:conference-description>', `${reminder(1_800, 'mail')}$&`) + people),
    );
    await system.as('bob').updatesUser(uri, idOf('bob'), reminder(900, 'callback'));
    passTo(START - 31 * MINUTE);
    expect(
      (await server.until(2)).map(({ method }) => method),
      'the invitations',
    ).to.deep.equal(['REQUEST', 'REQUEST']);

    passTo(START - 30 * MINUTE);
    const mails = await reminded(2);
    expect(mails.map(({ to }) => to[0]).toSorted()).to.deep.equal(['erin@example.com', 'fred@elsewhere.example']);
    for (const mail of mails) {
      expect(written(mail)).to.equal('2030-01-07T08:30:00.000Z');
      expect(mail.parsed.text).to.include('begins in 30 minutes').and.include('09:00 – 10:00');
      expect(mail.parsed.text).to.match(/sip:[a-z2-7]+@example\.com/);
      expect(mail.calendar, 'no calendar puts it down').to.equal('');
    }

    passTo(START - 15 * MINUTE);
    const told = () => receiver.received.filter(({ report }) => report.events[0]?.type === 'reminder');
    await until(() => told().length > 0);
    const [{ report } = { report: undefined }] = told();
    expect(report).to.deep.include({ conference: uri, time: '2030-01-07T08:45:00.000Z' });
    expect(report?.events[0]).to.deep.include({ occurrence: '20300107T090000Z', start: '2030-01-07T09:00:00.000Z' });

    passTo(START + 23 * HOUR + 30 * MINUTE);
    expect((await reminded(4)).map(written).slice(2)).to.deep.equal(Array(2).fill('2030-01-08T08:30:00.000Z'));
  });

  it('follow a conference that moves, and spare who has declined', async () => {
    const people = `<info:users>${allowed(['sip:erin@example.com', 'dial-in'], ['sip:frank@example.com', 'dial-in'])}</info:users>`;
    const uri = made(await system.as('alice').creates(scheduledAt('20300107T090000Z') + people));
    await system.as('alice').updates(uri, description(reminder(600, 'mail')));
    await system.as('alice').updates(uri, scheduledAt('20300107T110000Z'));
    const frank = system.party('xcon-userid:frank@example.com', basic('frank', PASSWORD));
    const declined = `<plenary:answer ${PLENARY} to="all">declined</plenary:answer>`;
    expect((await frank.updatesUser(uri, 'xcon-userid:frank@example.com', declined)).code).to.equal(200);
    passTo(START + HOUR + 50 * MINUTE);
    const [mail] = await reminded(1);
    expect([mail?.to[0], mail && written(mail)]).to.deep.equal(['erin@example.com', '2030-01-07T10:50:00.000Z']);
    passTo(START + 3 * HOUR);
    await system.as('alice').retrieves(uri);
    expect(reminders()).to.have.length(1);
  });

  it('are made good after a restart while the conference has not begun, each once', async () => {
    const people = `<info:users>${allowed(['sip:erin@example.com', 'dial-in'])}</info:users>`;
    const content = daily.replace('</info:conference-description>', `${reminder(1_800, 'mail')}$&`) + people;
    made(await system.as('alice').creates(content));
    passTo(START - HOUR);
    await until(() => server.received.length === 1);
    await system.restart({}, () => passTo(START - 10 * MINUTE));
    const [first] = await reminded(1);
    expect(first && written(first)).to.equal('2030-01-07T08:50:00.000Z');
    expect(first?.parsed.text).to.include('begins in 10 minutes');
    await system.restart({}, () => passTo(START + 25 * HOUR));
    passTo(START + 2 * 24 * HOUR - 30 * MINUTE);
    const all = await reminded(2);
    expect(all.map(written), 'the second one was over').to.deep.equal([
      '2030-01-07T08:50:00.000Z',
      '2030-01-09T08:30:00.000Z',
    ]);
  });
});
