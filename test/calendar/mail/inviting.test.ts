import { expect } from 'chai';
import { Inviting, type Invited } from '../../../lib/calendar/mail/inviting.ts';
import type { MailLetter } from '../../../lib/calendar/mail/letter.ts';
import { LetterWriter } from '../../../lib/calendar/mail/letter-writer.ts';
import { mailDefaults } from '../../../lib/calendar/mail/limits.ts';
import { MailOutbox } from '../../../lib/calendar/mail/outbox.ts';
import type { Told } from '../../../lib/calendar/mail/plan.ts';
import { Tokens } from '../../../lib/calendar/mail/tokens.ts';
import { scheduleDefaults } from '../../../lib/schedule/limits.ts';
import type { MemoryStore } from '../../../lib/store/memory.ts';
import { as, changes, conference, controlOver, world } from '../../conference/world.ts';
import { VirtualClock } from '../../sip/virtual-clock.ts';
import { calendarText } from '../../support/dav.ts';
import { Mortal } from '../../support/mortal.ts';
import { quiet } from '../../notification/watchers.ts';

const NOW = Date.UTC(2029, 11, 1);
const times =
  '<info:conference-description><xcon:conference-time><xcon:entry><xcon:base>' +
  calendarText(['UID:x', 'DTSTAMP:20291201T000000Z', 'DTSTART:20300107T090000Z', 'DURATION:PT1H']) +
  '</xcon:base></xcon:entry></xcon:conference-time></info:conference-description>';
const people = (...names: readonly string[]): string =>
  `<info:users><xcon:allowed-users-list>${names
    .map((name) => `<xcon:target uri="mailto:${name}@example.net" method="dial-in"/>`)
    .join('')}</xcon:allowed-users-list></info:users>`;

describe('invitations that are recalled', () => {
  let store: MemoryStore;
  let sent: { readonly to: string; readonly method: string }[];

  /** What invites, in one life of the process; where nothing is taken all waits. */
  function life(mortal: Mortal, takes: boolean) {
    const control = controlOver(store);
    const clock = new VirtualClock();
    const limits = { ...mailDefaults, rest: 1 };
    const tokens = new Tokens(Buffer.alloc(32, 1));
    const shared = { clock, wall: () => NOW, limits, tokens, domain: 'example.com', times: scheduleDefaults };
    const pins = 'organizer' as const;
    const outbox = new MailOutbox({
      ...shared,
      letters: mortal.records(store.records<MailLetter>('mail-letter')),
      spent: mortal.records(store.records('mail-spent')),
      office: {
        send: ({ to, icalEvent }) => {
          if (!takes) return Promise.reject(new Error('451 later'));
          const { address } = to as { address: string };
          sent.push({ to: address, method: String((icalEvent as { method?: unknown }).method) });
          return Promise.resolve();
        },
        close: () => undefined,
      },
      mayReach: () => Promise.resolve(true),
    });
    const inviting = new Inviting({
      ...shared,
      ...{ control, outbox, pins, writer: new LetterWriter({ ...shared, pins, shown: limits.shown }) },
      log: {
        changes: (query) => store.changes(query),
        newestPosition: () => store.newestPosition(),
        position: (name) => store.position(name),
        setPosition: (name, position) => mortal.write(() => store.setPosition(name, position)),
      },
      told: mortal.records(store.records<Told>('mail-told')),
      invited: mortal.records(store.records<Invited>('mail-invited')),
      exempt: () => Promise.resolve(() => false),
      onError: () => undefined,
    });
    const passes = async (): Promise<void> => {
      for (let rounds = 0; rounds < 3; rounds += 1) {
        await quiet();
        await clock.pass(2);
      }
    };
    return { control, inviting, passes };
  }

  /** Whether the first life was killed. */
  async function recalls(writes: number): Promise<boolean> {
    ({ store } = await world());
    sent = [];
    const before = life(new Mortal(Infinity), false);
    await before.inviting.open();
    const mortal = new Mortal(writes);
    const first = life(mortal, false);
    await first.inviting.open();
    const { uri } = await first.control.create(as('alice'), { document: conference(times + people('erin', 'fred')) });
    await first.passes();
    const wasKilled = mortal.isDead;
    mortal.kill();
    await controlOver(store).update(as('alice'), uri, changes(people('erin')));
    const second = life(new Mortal(Infinity), true);
    await second.inviting.open();
    await second.passes();
    const told = (name: string): string => sent.flatMap(({ to, method }) => (to.startsWith(name) ? method : [])).join();
    expect(told('fred'), `killed at write ${writes}`).to.be.oneOf(['', 'REQUEST,CANCEL']);
    expect(told('erin'), `killed at write ${writes}`).to.match(/^REQUEST(,REQUEST)?$/);
    return wasKilled;
  }

  it('leave nobody with an invitation alone, at whatever write the process is killed', async () => {
    let writes = 0;
    while (await recalls(writes)) writes += 1;
    expect(writes).to.be.at.least(5);
  });
});
