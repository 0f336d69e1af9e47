import { expect } from 'chai';
import { Reminders } from '../../lib/calendar/reminders.ts';
import { reminderDefaults } from '../../lib/calendar/reminders.ts';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import { timeDefaults } from '../../lib/conference/times.ts';
import type { MemoryStore } from '../../lib/store/memory.ts';
import { as, changes, conference, controlOver, idOf, user, world } from '../conference/world.ts';
import { quiet } from '../notification/watchers.ts';
import { VirtualClock } from '../sip/virtual-clock.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2030, 0, 7, 9);

const daily = (reminders: string): string =>
  '<info:conference-description><xcon:conference-time><xcon:entry><xcon:base>' +
  'BEGIN:VCALENDAR&#13;\nVERSION:2.0&#13;\nBEGIN:VEVENT&#13;\nUID:x&#13;\nDTSTAMP:20300101T000000Z&#13;\n' +
  'DTSTART:20300107T090000Z&#13;\nDURATION:PT1H&#13;\nRRULE:FREQ=DAILY;COUNT=3&#13;\nEND:VEVENT&#13;\nEND:VCALENDAR&#13;\n' +
  `</xcon:base></xcon:entry></xcon:conference-time>${reminders}</info:conference-description>`;

/** Reminders over a store, in a life of the process. */
class Life {
  readonly told: string[] = [];
  readonly control: ConferenceControl;
  readonly reminders: Reminders;

  constructor(store: MemoryStore, clock: VirtualClock) {
    this.control = controlOver(store);
    this.reminders = new Reminders({
      control: this.control,
      log: store,
      planned: store.records('reminder'),
      queue: store.records('reminder-queue'),
      remind: (_object, { user: who, by, occurrence }) => {
        const hours = (occurrence.start - (START - HOUR + clock.now())) / HOUR;
        this.told.push(`${who.replace(/^xcon-userid:|@.*$/g, '')} ${by} ${hours} h before ${occurrence.id}`);
        return Promise.resolve();
      },
      clock,
      wall: () => START - HOUR + clock.now(),
      times: timeDefaults,
      limits: reminderDefaults,
      onError: (error) => {
        throw error;
      },
    });
  }

  async pass(clock: VirtualClock, ms: number): Promise<void> {
    await quiet();
    // In steps of a look at the clock, for that is how often it is set.
    for (let left = ms; left > 0; left -= reminderDefaults.look) {
      await clock.pass(Math.min(left, reminderDefaults.look));
      await quiet();
    }
  }
}

describe('reminders', () => {
  let clock: VirtualClock;
  let store: MemoryStore;
  let life: Life;
  beforeEach(async () => {
    clock = new VirtualClock();
    ({ store } = await world());
    life = new Life(store, clock);
    await life.reminders.open();
  });
  afterEach(() => life.reminders.close());

  const half = '<plenary:reminder before="1800" by="mail"/>';

  it('come before each occurrence, as the conference says, and to each as she says herself', async () => {
    const { uri } = await life.control.create(as('alice'), {
      document: conference(`${daily(half)}<info:users><info:user entity="${idOf('bob')}"/></info:users>`),
    });
    await life.control.updateUser(as('bob'), uri, user(idOf('bob'), '<plenary:reminder before="900" by="callback"/>'));
    await life.pass(clock, HOUR);
    expect(life.told).to.deep.equal([
      ...['alice mail 0.5 h before 20300107T090000Z', 'bob callback 0.25 h before 20300107T090000Z'],
    ]);
    await life.control.updateUser(
      as('bob'),
      uri,
      user(idOf('bob'), '<plenary:answer to="all">declined</plenary:answer>'),
    );
    await life.pass(clock, 24 * HOUR);
    expect(life.told.slice(2)).to.deep.equal(['alice mail 0.5 h before 20300108T090000Z']);
  });

  it('follow the times of the conference, and go with it', async () => {
    const { uri } = await life.control.create(as('alice'), { document: conference(daily(half)) });
    await life.control.update(
      as('alice'),
      uri,
      changes(daily(half).replace('DTSTART:20300107T09', 'DTSTART:20300107T10')),
    );
    await life.pass(clock, HOUR);
    expect(life.told).to.deep.equal([]);
    await life.pass(clock, HOUR);
    expect(life.told).to.deep.equal(['alice mail 0.5 h before 20300107T100000Z']);
    await life.control.delete(as('alice'), uri);
    await life.pass(clock, 30 * HOUR);
    expect(life.told).to.have.length(1);
  });

  it('survive a restart: what was missed is told while it has not begun, once, and nothing of the past', async () => {
    await life.control.create(as('alice'), { document: conference(daily(half)) });
    await life.pass(clock, 1_000);
    await life.reminders.close();
    await clock.pass(40 * 60_000); // 20 minutes are left
    life = new Life(store, clock);
    await life.reminders.open();
    await life.pass(clock, 60_000);
    expect(life.told).to.have.length(1);
    await life.reminders.close();
    await clock.pass(30 * HOUR); // the second one is over
    life = new Life(store, clock);
    await life.reminders.open();
    await life.pass(clock, 20 * HOUR);
    expect(life.told).to.deep.equal(['alice mail 0.5 h before 20300109T090000Z']);
  });

  it('need one timer, however many conferences there are', async () => {
    for (let made = 0; made < 20; made += 1)
      await life.control.create(as('alice'), { document: conference(daily(half)) });
    await life.pass(clock, 1_000);
    expect(clock.pending).to.equal(1);
    await life.pass(clock, HOUR);
    expect(life.told).to.have.length(20);
  });
});
