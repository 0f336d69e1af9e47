import { expect } from 'chai';
import { type Bridged, Bridging, type BridgingParts } from '../../../lib/calendar/mail/bridging.ts';
import type { IncomingMail } from '../../../lib/calendar/mail/incoming.ts';
import type { MailLetter } from '../../../lib/calendar/mail/letter.ts';
import { calendarDefaults } from '../../../lib/calendar/event/limits.ts';
import { mailDefaults } from '../../../lib/calendar/mail/limits.ts';
import { MailOutbox } from '../../../lib/calendar/mail/outbox.ts';
import { scheduleDefaults } from '../../../lib/schedule/limits.ts';
import type { MemoryStore } from '../../../lib/store/memory.ts';
import { as, controlOver, principal, shown, world } from '../../conference/world.ts';
import { quiet } from '../../notification/watchers.ts';
import { Mortal } from '../../support/mortal.ts';
import { VirtualClock } from '../../sip/virtual-clock.ts';

const NOW = Date.UTC(2029, 11, 1);

const mail = (method: 'REQUEST' | 'CANCEL', sequence: number, hour: number): IncomingMail => ({
  sender: 'alice@example.com',
  recipients: ['meet@example.com'],
  from: { address: 'alice@example.com' },
  messageId: `<${sequence}@calendar>`,
  by: 'person',
  verdict: 'passed',
  calendar: [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//EN', `METHOD:${method}`, 'BEGIN:VEVENT', 'UID:u@calendar'],
    ...[`SEQUENCE:${sequence}`, `DTSTAMP:2029110${sequence + 1}T000000Z`, 'ORGANIZER:mailto:alice@example.com'],
    ...[
      'ATTENDEE:mailto:meet@example.com',
      'SUMMARY:Planning',
      `DTSTART:20300107T${String(hour).padStart(2, '0')}0000Z`,
      'DURATION:PT1H',
    ],
    ...['END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n'),
});

describe('the bridge', () => {
  let store: MemoryStore;
  let sent: string[];

  /** The bridge in one life of the process. */
  async function life(mortal: Mortal): Promise<Bridging> {
    const control = controlOver(store);
    const clock = new VirtualClock();
    const outbox = new MailOutbox({
      letters: mortal.records(store.records<MailLetter>('mail-letter')),
      spent: mortal.records(store.records('mail-spent')),
      office: {
        send: ({ subject, messageId }) => {
          if (!mortal.isDead) sent.push(`${subject} ${messageId}`);
          return Promise.resolve();
        },
        close: () => undefined,
      },
      ...{ domain: 'example.com', clock, wall: () => NOW, limits: mailDefaults },
      mayReach: () => Promise.resolve(true),
    });
    await outbox.open();
    outbox.start();
    const parts: BridgingParts = {
      control: {
        retrieve: (call, uri) => control.retrieve(call, uri),
        children: (call, uri) => control.children(call, uri),
        create: (call, source, apart) => mortal.write(() => control.create(call, source, apart)),
        update: (call, uri, changes, apart) => mortal.write(() => control.update(call, uri, changes, apart)),
        delete: (call, uri) => mortal.write(() => control.delete(call, uri)),
      },
      people: {
        principalById: () => Promise.resolve(undefined),
        principalByAddress: (address) =>
          Promise.resolve(address === 'mailto:alice@example.com' ? principal('alice') : undefined),
      },
      bridged: mortal.records(store.records<Bridged>('mail-bridged')),
      ...{
        outbox,
        addresses: ['meet@example.com'],
        domain: 'example.com',
        times: scheduleDefaults,
        event: calendarDefaults,
      },
      ...{ wall: () => NOW, onTaken: () => undefined },
    };
    return new Bridging(parts);
  }

  const hours = async (): Promise<string[]> => {
    const control = controlOver(store);
    const all = await control.conferences(as('alice'));
    const texts = await Promise.all(all.map(({ uri }) => shown(control, as('alice'), uri)));
    return texts.map((text) => /DTSTART:20300107T(\d\d)/.exec(text)?.[1] ?? '');
  };

  /** Takes all mails, each until it is taken; resolves to how often the process was killed. */
  async function takes(writes: number): Promise<number> {
    ({ store } = await world());
    sent = [];
    let kills = 0;
    let mortal = new Mortal(writes);
    let bridging = await life(mortal);
    for (const [one, expected] of MAILS) {
      while (
        !(await bridging.take(one).then(
          () => true,
          () => false,
        ))
      ) {
        kills += 1;
        mortal = new Mortal(Infinity);
        bridging = await life(mortal);
      }
      await quiet();
      expect(await hours(), `killed at write ${writes}`).to.deep.equal(expected);
    }
    return kills;
  }

  const MAILS: readonly (readonly [IncomingMail, readonly string[]])[] = [
    [mail('REQUEST', 0, 9), ['09']],
    [mail('REQUEST', 1, 11), ['11']],
    [mail('CANCEL', 2, 11), []],
  ];

  it('makes one conference of an event, whenever the process is killed, and answers every change', async () => {
    let writes = 0;
    while ((await takes(writes)) > 0) {
      expect(new Set(sent), `killed at write ${writes}`).to.have.property('size', 2);
      writes += 1;
    }
    expect(writes).to.be.at.least(10);
  });
});
