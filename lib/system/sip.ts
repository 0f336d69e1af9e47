import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { LIST_OPTIONS } from '../conference-package/lists.ts';
import { ConferencePackage, type Context } from '../conference-package/package.ts';
import { ConferencePublications } from '../conference-package/publications.ts';
import type { ConferenceControl } from '../conference/control.ts';
import type { People } from '../conference/people.ts';
import { section, type Config } from '../config.ts';
import type { Attempts } from '../directory/attempts.ts';
import type { Directory } from '../directory/directory.ts';
import type { DialOuts } from '../focus/dial-outs.ts';
import type { Factory } from '../focus/factory.ts';
import type { Focus } from '../focus/focus.ts';
import type { Screening } from '../focus/gate.ts';
import { LIST_INVITE, MULTIPLE_REFER } from '../focus/uri-list.ts';
import type { Mixer } from '../mixer/mixer.ts';
import type { NotificationService } from '../notification/service.ts';
import { registrationPolicy } from '../sip-users/registrations.ts';
import { SipSenders } from '../sip-users/senders.ts';
import { UserAgent } from '../sip/agent/user-agent.ts';
import type { Clock } from '../sip/clock.ts';
import type { DigestAlgorithm } from '../sip/digest/credential-source.ts';
import type { SubscriptionRecord } from '../sip/event/service.ts';
import type { Protocol } from '../sip/transport/flow.ts';
import type { Listener } from '../sip/transport/listener.ts';
import type { TlsSettings } from '../sip/transport/tls.ts';
import type { Records } from '../store/records.ts';
import type { SqliteStore } from '../store/sqlite/store.ts';
import { type DialOutFront, type DialOutWiring, openDialOut } from './dial-out.ts';
import { openFocus } from './focus.ts';
import { listenAtOnePort } from './one-port.ts';

export interface SipParts {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly directory: Directory;
  readonly attempts: Attempts;
  readonly people: People;
  readonly control: ConferenceControl;
  readonly notification: NotificationService;
  readonly store: SqliteStore;
  readonly mixer: Mixer;
  readonly screening: Screening;
  readonly referByMail: DialOutWiring['referByMail'];
}

type ListenSetting = 'sip.listen' | 'sip.tls' | 'sip.ws' | 'sip.wss';

const LISTENERS: readonly (readonly [protocols: readonly Protocol[], setting: ListenSetting])[] = [
  [['tcp', 'udp'], 'sip.listen'],
  [['tls'], 'sip.tls'],
  [['ws'], 'sip.ws'],
  [['wss'], 'sip.wss'],
];

/** SIP as the conferencing system speaks it. */
export class SipFront {
  readonly #config: Config;
  readonly #agent: UserAgent;
  readonly #conferences: ConferencePackage;
  readonly #publications: ConferencePublications;
  readonly #subscriptions: Records<SubscriptionRecord<Context>>;
  readonly #focus: Focus;
  readonly #dialOuts: DialOuts;
  readonly #factory: Factory;
  readonly #assist: DialOutFront['assist'];
  readonly #mixer: Mixer;
  readonly #logger: Logger;
  readonly #secure: Listener[] = [];

  constructor(parts: SipParts) {
    const { config, logger, clock, directory, attempts, people, notification, store } = parts;
    this.#config = config;
    this.#logger = logger;
    this.#subscriptions = store.records('subscription');
    this.#mixer = parts.mixer;
    const report = (error: unknown): void => logger.error({ err: error }, 'SIP failed unexpectedly');
    // The setting has been checked to hold no others.
    const algorithms = config['sip.digest'] as readonly DigestAlgorithm[];
    const senders = new SipSenders({ directory, attempts, now: () => clock.now(), algorithms });
    this.#agent = new UserAgent({
      clock,
      times: section(config, 'sip.times'),
      locating: {
        outboundProxy: config['sip.outboundProxy'],
        targets: config['sip.locate.targets'],
        cache: section(config, 'sip.locate'),
      },
      locatesSenders: config['sip.locateSenders'] === 'yes',
      limits: {
        transport: section(config, 'sip.transport'),
        messages: section(config, 'sip.messages'),
        transactions: section(config, 'sip.transactions'),
        notifier: section(config, 'subscriptions'),
      },
      trust: {
        names: config['sip.trustedNames'],
        addresses: config['sip.trustedAddresses'],
        trustUdp: config['sip.trustUdp'] === 'yes',
      },
      registrar: {
        store: store.records('registration'),
        policy: registrationPolicy(senders, directory),
        limits: { ...section(config, 'registrations'), expires: section(config, 'registrations.expires') },
      },
      supported: [...LIST_OPTIONS, MULTIPLE_REFER, LIST_INVITE, 'replaces', 'join'],
      report,
    });
    this.#conferences = new ConferencePackage({
      notification,
      conferences: parts.control,
      people,
      senders: {
        identify: (server) => senders.identify(server),
        participant: ({ request }) => this.#focus.callOf(request)?.caller,
      },
      repository: this.#subscriptions,
      clock,
      contact: ({ flow }, user, parameters) => this.#agent.contact(flow, user, parameters),
      limits: {
        expires: section(config, 'subscriptions.expires'),
        lists: section(config, 'subscriptions.lists'),
        profiles: section(config, 'subscriptions.profiles'),
        acknowledged: section(config, 'subscriptions.acknowledged'),
        versionBlock: config['subscriptions.sequenceBlock'],
        datagram: config['subscriptions.datagram'],
        tooLargeRetry: config['subscriptions.tooLargeRetry'],
      },
      report,
    });
    this.#agent.notifier.add(this.#conferences);
    this.#publications = new ConferencePublications({
      ...{ people, senders, clock, report },
      control: parts.control,
      repository: store.records('publication'),
      expires: section(config, 'publications.expires'),
    });
    this.#agent.compositor.add(this.#publications);
    this.#focus = openFocus({
      ...parts,
      agent: this.#agent,
      records: store.records('call'),
      senders,
      assist: (assisted) => this.#assist(assisted),
      report,
    });
    this.#mixer.listen({
      talking: (_conference, leg, talking) => {
        const call = this.#focus.calls.find(leg);
        if (call?.heardIn !== undefined) notification.talks(call.heardIn, call.user, talking);
      },
    });
    const { dialOuts, factory, assist } = openDialOut({ ...parts, agent: this.#agent, focus: this.#focus, report });
    this.#dialOuts = dialOuts;
    this.#factory = factory;
    this.#assist = assist;
  }

  /** Subscriptions that there are. */
  get subscriptions(): number {
    return this.#agent.notifier.size;
  }

  /** Calls that there are. */
  get calls(): number {
    return this.#focus.calls.size;
  }

  /** Whether calls get sound now, and how many have it. */
  get mixer(): Pick<Mixer, 'size' | 'connected'> {
    return this.#mixer;
  }

  /** Addresses of users who have registered where they are. */
  get registrations(): number {
    return this.#agent.registrar?.size ?? 0;
  }

  /** Listens wherever the settings say, and goes on with the registrations and subscriptions of before. Resolves to where that is. */
  async serve(): Promise<readonly string[]> {
    await this.#agent.registrar?.open();
    const calls = await this.#focus.restore();
    if (calls > 0) this.#logger.info({ calls }, 'participants are asked whether they are still there');
    await this.#mixer.open();
    const served: string[] = [];
    for (const [protocols, setting] of LISTENERS) {
      const address = this.#config[setting];
      if (address === undefined) continue;
      const listeners = await listenAtOnePort(protocols, address.port, (protocol, port) =>
        this.#listen(protocol, address.address, port),
      );
      if (setting === 'sip.tls' || setting === 'sip.wss') this.#secure.push(...listeners);
      served.push(...listeners.map(({ sentBy, protocol }) => `sip:${sentBy};transport=${protocol}`));
    }
    await this.#resume();
    // Who has answered before a kill is not called again, whatever becomes of her call.
    await this.#dialOuts.open();
    this.#focus.recover().catch((error: unknown) => this.#logger.error({ err: error }, 'calls could not go on'));
    await this.#factory.open();
    return served;
  }

  async #listen(protocol: Protocol, address: string, port: number): Promise<Listener> {
    const host = this.#config['sip.advertise'];
    return this.#agent.listen({
      protocol,
      address,
      port,
      ...(host !== undefined && { advertise: { host } }),
      ...((protocol === 'tls' || protocol === 'wss') && { tls: await this.#tls() }),
      origins: this.#config['sip.origins'],
    });
  }

  /** Takes certificates from their files anew; connections stay. */
  async reload(): Promise<void> {
    if (this.#secure.length === 0) return;
    const tls = await this.#tls();
    for (const listener of this.#secure) listener.reload(tls);
  }

  /** Tells who is subscribed that it is over, as long as the settings give it time. */
  async close(): Promise<void> {
    await this.#dialOuts.close();
    await Promise.all([this.#focus.close(), this.#conferences.close(this.#config['sip.grace'])]);
    await this.#agent.close();
  }

  async #tls(): Promise<TlsSettings> {
    const { certificate = '', key = '' } = section(this.#config, 'https');
    return { certificates: [{ cert: await readFile(certificate), key: await readFile(key) }] };
  }

  async #resume(): Promise<void> {
    await this.#publications.resume();
    let resumed = 0;
    for await (const records of this.#subscriptions.all()) {
      for (const record of records) {
        const subscription = this.#agent.notifier.restore(record);
        if (subscription === undefined) continue;
        this.#conferences.resume(subscription);
        resumed += 1;
      }
    }
    if (resumed > 0) this.#logger.info({ subscriptions: resumed }, 'subscriptions go on');
  }
}
