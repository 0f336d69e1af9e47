import type { XmlElement } from '../../lib/xml/element.ts';
import type { Phone } from './phone.ts';
import { textAt } from './reading.ts';
import { Stage, type Watcher } from './stage.ts';
import { idOf, type Name, sipOf, type TestSystem } from './system.ts';

export const endpointAt = (address: string): string => `<info:endpoint entity="${address}"/>`;

/** A conference of alice's that root watches, on a system that calls people. */
export class Room {
  stage!: Stage;
  conference = '';
  watcher!: Watcher;

  /** One for each test of the suite where this stands; the system is the same for all of them. */
  static forEach(transport: 'udp' | 'tcp', settings: Readonly<Record<string, unknown>> = {}): Room {
    const room = new Room();
    before(async () => {
      room.stage = await Stage.start(transport, settings);
    });
    beforeEach(() => room.enter());
    afterEach(() => room.stage.clear());
    after(() => room.stage.close());
    return room;
  }

  /** One on a system of its own. */
  static async open(transport: 'udp' | 'tcp', settings: Readonly<Record<string, unknown>> = {}): Promise<Room> {
    const room = new Room();
    room.stage = await Stage.start(transport, settings);
    await room.enter();
    return room;
  }

  get system(): TestSystem {
    return this.stage.system;
  }

  /** Where the conference is called. */
  get uri(): string {
    return this.stage.uri(this.conference);
  }

  /** Takes a conference that is new. */
  async enter(): Promise<void> {
    this.conference = await this.stage.conference();
    this.watcher = await this.stage.watches(this.conference);
  }

  /** A telephone that rings when its user is called. */
  readonly registered = (name: Name): Promise<Phone> => this.stage.registered(name);

  /** The user as root sees her, as soon as her endpoint has this status. */
  readonly sees = (name: Name, status: string): Promise<XmlElement | undefined> =>
    this.watcher.sees(idOf(name), (user) => textAt(user, 'endpoint/status') === status);

  /** Somebody is seen in it no more, not even for a while. */
  readonly misses = (name: Name): Promise<XmlElement | undefined> =>
    this.watcher.sees(idOf(name), (user) => user === undefined);

  /** Alice brings somebody in by CCMP; resolves to the response-code. */
  readonly brings = async (name: Name, address = sipOf(name)): Promise<number> =>
    (await this.system.as('alice').brings(this.conference, idOf(name), endpointAt(address))).code;

  /** The user as CCMP shows her now. */
  readonly user = (name: Name): Promise<XmlElement | undefined> => this.stage.user(this.conference, name);

  close(): Promise<void> {
    return this.stage.close();
  }
}
