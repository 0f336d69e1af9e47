import { commitDefaults } from '../../lib/conference/commits.ts';
import { defaultBlueprintUri, shippedBlueprints } from '../../lib/conference/blueprints.ts';
import { ConferenceControl } from '../../lib/conference/control.ts';
import { LifeClock, lifeClockDefaults } from '../../lib/conference/life-clock.ts';
import { controlDefaults } from '../../lib/conference/control-parts.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import { Attempts } from '../../lib/directory/attempts.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { MemoryStore } from '../../lib/store/memory.ts';
import { calendar } from '../schedule/calendars.ts';
import { VirtualClock } from '../sip/virtual-clock.ts';
import { as, conference, DOMAIN, endpoint, idOf, principal, shown, sipOf, user } from './world.ts';

export const MINUTE = 60_000;
export const NINE = Date.UTC(2030, 0, 7, 9);

export const entry = (base: string, more = ''): string =>
  `<info:conference-description><xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base>${more}</xcon:entry></xcon:conference-time></info:conference-description>`;
export const WEEKLY = calendar(['DTSTART:20300107T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY']);
export const ONCE = calendar(['DTSTART:20300107T090000Z', 'DURATION:PT1H']);
export const PEOPLE = `<info:users><info:user entity="${idOf('bob')}"/><info:user entity="${idOf('carol')}"/></info:users>`;

/** A control with a clock of lives, at a time that only the test moves; `restarted` is the next life of the server. */
export class TimedWorld {
  readonly store = new MemoryStore();
  readonly time = new VirtualClock();
  readonly late: string[] = [];
  readonly errors: unknown[] = [];
  control = this.#control();
  #life: LifeClock | undefined;
  /** What the clock on the wall is ahead of the clock that runs. */
  #ahead: number;

  constructor(start: number) {
    this.#ahead = start;
  }

  static async at(start: number): Promise<TimedWorld> {
    const world = new TimedWorld(start);
    for (const blueprint of shippedBlueprints(DOMAIN)) await world.control.createBlueprint(as('root'), blueprint);
    await world.starts();
    return world;
  }

  now = (): number => this.#ahead + this.time.now();

  #control(): ConferenceControl {
    return new ConferenceControl({
      repository: this.store,
      people: {
        domain: DOMAIN,
        servesDomain: (domain) => domain === DOMAIN,
        principalById: (id) => Promise.resolve(PEOPLE_OF.find(({ userId }) => userId === id)),
        principalByAddress: (address) =>
          Promise.resolve(PEOPLE_OF.find(({ addresses }) => addresses.includes(address))),
      },
      attempts: new Attempts(() => 0),
      clock: () => this.now(),
      limits: { ...commitDefaults, ...controlDefaults },
      defaultBlueprint: defaultBlueprintUri(DOMAIN),
    });
  }

  async starts(): Promise<void> {
    this.#life = new LifeClock({
      control: this.control,
      repository: this.store,
      now: this.now,
      timers: this.time,
      limits: lifeClockDefaults,
      onLate: (uri) => this.late.push(uri),
      onError: (_, error) => this.errors.push(error),
    });
    await this.#life.start();
  }

  async stops(): Promise<void> {
    await this.control.drain();
    await this.#life?.close();
  }

  async restarts(): Promise<void> {
    this.control = this.#control();
    await this.starts();
  }

  async passes(minutes: number): Promise<void> {
    await this.time.pass(minutes * MINUTE);
    await this.control.drain();
  }

  /** Somebody sets the clock. */
  jumps(minutes: number): void {
    this.#ahead += minutes * MINUTE;
  }

  /** A conference of Alice's with Bob and Carol. */
  async made(document: string): Promise<XconUri> {
    return (await this.control.create(as('alice'), { document: conference(document + PEOPLE) })).uri;
  }

  /** Lets time pass up to a moment. */
  async until(moment: number): Promise<void> {
    await this.passes((moment - this.now()) / MINUTE);
  }

  async isActive(uri: XconUri): Promise<boolean> {
    return (await shown(this.control, as('alice'), uri)).includes('<info:active>true</info:active>');
  }

  joins(name: string, uri: XconUri): Promise<unknown> {
    return this.control.createUser(as(name), uri, user(idOf(name), endpoint(sipOf(name), CONNECTED)));
  }

  async people(uri: XconUri): Promise<number> {
    const text = await shown(this.control, as('alice'), uri);
    return text.split('<info:endpoint').length - 1;
  }
}

const CONNECTED = '<info:status>connected</info:status>';
const PEOPLE_OF = ['root', 'alice', 'bob', 'carol', 'dave'].map(principal);

export async function refusal(call: Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
