import { expect } from 'chai';
import type { MailLetter } from '../../../lib/calendar/mail/letter.ts';
import { mailDefaults, type MailLimits } from '../../../lib/calendar/mail/limits.ts';
import { MailOutbox } from '../../../lib/calendar/mail/outbox.ts';
import type { PostOffice } from '../../../lib/calendar/mail/post-office.ts';
import { smtpPostOffice } from '../../../lib/calendar/mail/post-office.ts';
import type { XconUri } from '../../../lib/model/identifiers.ts';
import { MemoryStore } from '../../../lib/store/memory.ts';
import { quiet } from '../../notification/watchers.ts';
import { VirtualClock } from '../../sip/virtual-clock.ts';
import { MailServer } from './mail-server.ts';

const letter = (number: number, more: Partial<MailLetter> = {}): MailLetter => ({
  ...{ id: `letter.${String(number).padStart(3, '0')}`, at: 0, organizer: 'xcon-userid:alice@example.com' },
  uri: 'xcon:one@example.com' as XconUri,
  from: { address: 'conf+abcdefghijklmnopqrstuvwx@example.com', name: 'Alice' },
  to: { address: 'bob@example.com' },
  subject: `Mail ${number}`,
  words: { headline: 'Hello.', title: 'A title', when: ['now'], where: [], people: [] },
  ...more,
});

describe('the outbox of mail', () => {
  let clock: VirtualClock;
  let store: MemoryStore;
  beforeEach(() => {
    clock = new VirtualClock();
    store = new MemoryStore();
  });

  const outboxTo = async (office: PostOffice, limits: Partial<MailLimits> = {}): Promise<MailOutbox> => {
    const outbox = new MailOutbox({
      ...{ letters: store.records<MailLetter>('mail-letter'), office, domain: 'example.com', clock },
      spent: store.records('mail-spent'),
      mayReach: (address) => Promise.resolve(!address.endsWith('@forbidden.example')),
      wall: () => clock.now(),
      limits: { ...mailDefaults, ...limits },
    });
    await outbox.open();
    outbox.start();
    return outbox;
  };
  const post = async (outbox: MailOutbox, ...letters: readonly MailLetter[]): Promise<void> => {
    (await outbox.keep(letters))();
    await quiet();
  };
  const failing = (reason = 'connect ECONNREFUSED'): PostOffice & { tries: number[] } => {
    const tries: number[] = [];
    return {
      tries,
      send: () => {
        tries.push(clock.now());
        return Promise.reject(new Error(reason));
      },
      close: () => undefined,
    };
  };

  it('tries again after 30 s, 1, 2, 4 … minutes up to an hour, and gives up after a day', async () => {
    const office = failing();
    const outbox = await outboxTo(office);
    await post(outbox, letter(1));
    while (outbox.counts.dead === 0) {
      await clock.pass((clock.next ?? 0) - clock.now());
      await quiet();
    }
    const waits = office.tries.slice(1).map((at, index) => (at - office.tries[index]!) / 1_000);
    expect(waits.slice(0, 9)).to.deep.equal([30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    expect(office.tries.at(-1)).to.be.within(86_400_000 - 3_600_000, 86_400_000);
    const [{ dead } = { dead: [] }] = outbox.list();
    expect(dead.map((one) => [one.subject, one.dead?.reason])).to.deep.equal([['Mail 1', 'connect ECONNREFUSED']]);
  });

  it('goes on in the next life where the last one was cut off, in the same order, each mail under the same name', async () => {
    const server = await MailServer.start();
    const [host = '', port] = server.address.split(':');
    const office = () => smtpPostOffice({ host, port: Number(port), tls: 'none', time: 5_000, connections: 2 });
    server.refuses = () => (server.received.length < 2 ? undefined : 451);
    const first = await outboxTo(office());
    void post(first, ...[1, 2, 3, 4].map((number) => letter(number)));
    await server.until(2);
    while (first.list()[0]?.failure === undefined) await quiet();
    first.close();
    server.refuses = () => undefined;
    const second = await outboxTo(office());
    await server.until(4);
    expect(server.received.map(({ parsed }) => parsed.subject)).to.deep.equal(['Mail 1', 'Mail 2', 'Mail 3', 'Mail 4']);
    expect(new Set(server.received.map(({ parsed }) => parsed.messageId))).to.have.property('size', 4);
    while (second.counts.waiting > 0) await quiet();
    second.close();
    await server.close();
  });

  it('gives up at once what the mail server will never take, without a word of the token', async () => {
    const server = await MailServer.start();
    const [host = '', port] = server.address.split(':');
    server.refuses = () => 550;
    const outbox = await outboxTo(
      smtpPostOffice({ host, port: Number(port), tls: 'none', time: 5_000, connections: 2 }),
    );
    await post(outbox, letter(1));
    while (outbox.counts.dead === 0) await quiet();
    const [{ dead } = { dead: [] }] = outbox.list();
    expect(dead[0]?.dead?.reason).to.include('550').and.not.include('abcdefghij');
    outbox.close();
    await server.close();
  });

  it('sends no more for one organizer than a day allows, and to no domain that is not allowed', async () => {
    const sent: string[] = [];
    const office: PostOffice = {
      send: ({ subject }) => {
        sent.push(String(subject));
        return Promise.resolve();
      },
      close: () => undefined,
    };
    const outbox = await outboxTo(office, { perOrganizer: 2 });
    await post(outbox, letter(1), letter(2, { to: { address: 'x@forbidden.example' } }), letter(3), letter(4));
    await post(outbox, letter(5, { organizer: 'xcon-userid:bob@example.com' }));
    expect(sent).to.deep.equal(['Mail 1', 'Mail 3', 'Mail 5']);
    expect(outbox.list().flatMap(({ dead }) => dead.map((one) => one.dead?.reason))).to.deep.equal([
      ...['no mail goes to that domain', 'the organizer has sent too many mails today'],
    ]);
    const next = await outboxTo(office, { perOrganizer: 2 });
    await post(next, letter(6));
    expect(sent.at(-1), 'a restart gives nothing back').to.equal('Mail 5');
    clock.advance(90_000_000);
    await post(next, letter(7));
    expect(sent.at(-1)).to.equal('Mail 7');
  });

  it('counts a letter once that is handed in again after a crash', async () => {
    const office = failing();
    const first = await outboxTo(office, { perOrganizer: 1 });
    await first.keep([letter(1)]);
    first.close();
    const second = await outboxTo(office, { perOrganizer: 1 });
    await post(second, letter(1));
    expect(second.counts).to.deep.equal({ waiting: 1, dead: 0 });
  });

  it('sends no reminder of what has begun', async () => {
    const office = failing();
    const outbox = await outboxTo(office);
    await post(outbox, letter(1, { until: 40_000 }));
    await clock.pass(100_000);
    await quiet();
    expect(office.tries).to.deep.equal([0, 30_000]);
    expect(outbox.list()[0]?.dead[0]?.dead?.reason).to.equal('it came too late');
  });
});
