import { parse } from '../../lib/xml/parse.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { Phone, type PhoneSubscription } from './phone.ts';
import { userIn } from './reading.ts';
import { expectValid } from './schemas.ts';
import { idOf, made, type Name, PASSWORD, TestSystem } from './system.ts';

export const XCON_DOCUMENT = 'application/xcon-conference-info+xml';

/** Every change is told at once. */
const AT_ONCE = {
  'sip.listen': '127.0.0.1:0',
  'notification.minInterval': 1,
  'notification.urgentInterval': 1,
};

/** Somebody who watches a conference by SIP, and what he was told; every document is checked by its schema. */
export class Watcher {
  readonly #subscription: PhoneSubscription;
  readonly #kind: 'conference-info' | 'xcon-conference-info';
  #last: XmlElement | undefined;

  constructor(subscription: PhoneSubscription, kind: 'conference-info' | 'xcon-conference-info') {
    this.#subscription = subscription;
    this.#kind = kind;
  }

  /** The first document from now on for which it holds. */
  async until(holds: (document: XmlElement) => boolean): Promise<XmlElement> {
    while (this.#last === undefined || !holds(this.#last)) await this.next();
    return this.#last;
  }

  async next(): Promise<XmlElement> {
    const { body } = await this.#subscription.next();
    expectValid(this.#kind, body);
    return (this.#last = parse(body));
  }

  /** The user as soon as it is like that; undefined: as soon as it is gone. */
  async sees(entity: string, holds: (user: XmlElement | undefined) => boolean): Promise<XmlElement | undefined> {
    return userIn(await this.until((document) => holds(userIn(document, entity))), entity);
  }

  /** How its subscription ended. */
  over(): ReturnType<PhoneSubscription['over']> {
    return this.#subscription.over();
  }
}

/** A whole system with telephones around it. */
export class Stage {
  readonly system: TestSystem;
  readonly transport: 'udp' | 'tcp';
  readonly #phones: Phone[] = [];
  readonly #registered: Phone[] = [];

  private constructor(system: TestSystem, transport: 'udp' | 'tcp') {
    this.system = system;
    this.transport = transport;
  }

  static async start(
    transport: 'udp' | 'tcp' = 'udp',
    settings: Readonly<Record<string, unknown>> = {},
  ): Promise<Stage> {
    return new Stage(await TestSystem.start({ ...AT_ONCE, ...settings }), transport);
  }

  /** A telephone of somebody; she may have several. */
  async phone(name: Name | 'root' | 'stranger', password = PASSWORD): Promise<Phone> {
    const phone = await Phone.open(name, password, this.transport);
    this.#phones.push(phone);
    return phone;
  }

  /** A telephone of somebody that rings when she is called, until it is put away. */
  async registered(name: Name): Promise<Phone> {
    const phone = await this.phone(name);
    const { status } = await phone.registers(this.server, 600);
    if (status !== 200) throw new Error(`REGISTER was answered with ${status}`);
    this.#registered.push(phone);
    return phone;
  }

  /** The SIP URI of our listener. */
  get server(): string {
    return this.system.sip('x', this.transport).replace('x@', '');
  }

  /** A conference of alice's, from the default blueprint or a document's content. */
  async conference(content?: string): Promise<string> {
    const alice = this.system.as('alice');
    return made(content === undefined ? await alice.clones('xcon:default@example.com') : await alice.creates(content));
  }

  /** The SIP URI of a conference at our listener. */
  uri(conference: string, parameters = ''): string {
    return this.system.sip(conference.slice('xcon:'.length).replace(/@.*/, ''), this.transport) + parameters;
  }

  /** Watches a conference as somebody, who sees the XCON document. */
  async watches(conference: string, name: Name | 'root' = 'root'): Promise<Watcher> {
    const phone = await this.phone(name);
    const watcher = new Watcher(
      await phone.watches(this.uri(conference), [['Accept', XCON_DOCUMENT]]),
      'xcon-conference-info',
    );
    await watcher.next();
    return watcher;
  }

  /** The same as a telephone sees it. */
  async watchesByPhone(conference: string, name: Name): Promise<Watcher> {
    const phone = await this.phone(name);
    const watcher = new Watcher(await phone.watches(this.uri(conference)), 'conference-info');
    await watcher.next();
    return watcher;
  }

  /** The conference as CCMP shows it. */
  async document(conference: string, name: Name | 'root' = 'root'): Promise<XmlElement | undefined> {
    return (await this.system.as(name).retrieves(conference)).info;
  }

  async user(conference: string, name: Name): Promise<XmlElement | undefined> {
    return userIn(await this.document(conference), idOf(name));
  }

  /** Puts the telephones away; the system stays. */
  async clear(): Promise<void> {
    for (const phone of this.#registered.splice(0)) await phone.registers(this.server, 0);
    await Promise.all(this.#phones.splice(0).map((phone) => phone.close()));
  }

  async close(): Promise<void> {
    await this.clear();
    await this.system.close();
  }
}
