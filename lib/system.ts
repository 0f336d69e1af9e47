import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { ADMIN_SOCKET, type Administration } from './admin/administration.ts';
import { administerBarring } from './admin/barring.ts';
import { administerBlueprints, shipBlueprints } from './admin/blueprints.ts';
import { closeAdminSocket, openAdminSocket } from './admin/server.ts';
import { administerUsers } from './admin/users.ts';
import type { CallbackService } from './callback/service.ts';
import { barring } from './ccmp/extensions/barring.ts';
import { callbacks } from './ccmp/extensions/callbacks.ts';
import { changesSince } from './ccmp/extensions/changes-since.ts';
import { DavServer } from './calendar/dav/server.ts';
import type { Reminders } from './calendar/reminders.ts';
import { FeedServer } from './calendar/feed-server.ts';
import { Feeds } from './calendar/feeds.ts';
import { confSummary } from './ccmp/extensions/conf-summary.ts';
import { freeBusy } from './ccmp/extensions/free-busy.ts';
import { occurrences } from './ccmp/extensions/occurrences.ts';
import { schemaFiles } from './ccmp/schemas.ts';
import { ConferenceControlServer } from './ccmp/server.ts';
import { rememberViews } from './conference/remembered-views.ts';
import { defaultBlueprintUri } from './conference/blueprints.ts';
import { ConferenceControl } from './conference/control.ts';
import { HorizonClock } from './conference/horizon-clock.ts';
import { LifeClock } from './conference/life-clock.ts';
import { section, type Config } from './config.ts';
import {
  attemptLimits,
  ccmpSettings,
  controlLimits,
  directoryLimits,
  tlsSettings,
  trustedProxies,
} from './config/limits.ts';
import { Attempts } from './directory/attempts.ts';
import { Directory } from './directory/directory.ts';
import { loadKeyFile } from './directory/key-file.ts';
import { EventStreamServer } from './event-stream/server.ts';
import { Failures } from './focus/failures.ts';
import { openAdminListener, type AdminListener } from './http/admin-listener.ts';
import { formatAddress } from './http/address.ts';
import { HttpAuthentication } from './http/authentication.ts';
import { BearerScheme } from './http/bearer.ts';
import { byPath, createEdge, type Service } from './http/edge.ts';
import { HttpListeners } from './http/listeners.ts';
import { Metrics } from './http/metrics.ts';
import type { StoredDocument } from './mmtel/documents.ts';
import { XcapServer } from './mmtel/xcap-server.ts';
import type { XconUserId } from './model/identifiers.ts';
import { NotificationService } from './notification/service.ts';
import { openBarring, type Barring } from './system/barring.ts';
import { dialsOut } from './system/dial-out.ts';
import { calendarServer } from './system/calendar.ts';
import { callbackService } from './system/callbacks.ts';
import { administratorsCall, peopleOf } from './system/callers.ts';
import { MailFront } from './system/mail.ts';
import { remindersOf } from './system/reminders.ts';
import { mixerOf } from './system/mixer.ts';
import { SipFront } from './system/sip.ts';
import { subscriptionViews } from './system/subscriptions.ts';
import { realTime, type Time } from './system/time.ts';
import { observeWrites } from './store/observed.ts';
import { openSqliteStore, type SqliteStore } from './store/sqlite/store.ts';

/** The name of the key file in the data directory. */
const KEY_FILE = 'plenary.key';

/** Where a system serves. */
export interface ServedAt {
  /** The URL of the conference control service. */
  readonly ccmp: string;
  /** The same over TLS, where it is served. */
  readonly secureCcmp?: string;
  /** Where operators look, if they do. */
  readonly admin?: string;
  /** Where mail is handed in, if anywhere. */
  readonly mail?: string;
  /** SIP URIs of our listeners. */
  readonly sip: readonly string[];
}

interface Parts {
  readonly config: Config;
  readonly logger: Logger;
  readonly time: Time;
  readonly store: SqliteStore;
  readonly directory: Directory;
  readonly control: ConferenceControl;
  readonly attempts: Attempts;
  readonly feeds: Feeds;
  readonly barring: Barring;
  /** Seals secrets. */
  readonly key: Buffer;
  /** Absent when no issuer of tokens is configured. */
  readonly bearer: BearerScheme | undefined;
}

/** The conferencing system (RFC 5239 §4): its parts, wired. It holds its data directory from `open` to `close`. */
export class ConferencingSystem {
  readonly administration: Administration;
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #time: Time;
  readonly #store: SqliteStore;
  readonly #control: ConferenceControl;
  readonly #life: LifeClock;
  readonly #horizon: HorizonClock;
  readonly #failures: Failures;
  readonly #authentication: HttpAuthentication;
  readonly #bearer: BearerScheme | undefined;
  readonly #notification: NotificationService;
  readonly #events: EventStreamServer;
  readonly #sip: SipFront;
  readonly #calendar: DavServer;
  readonly #callbacks: CallbackService;
  readonly #mail: MailFront | undefined;
  readonly #reminders: Reminders;
  readonly #listeners: HttpListeners;
  readonly #metrics: Metrics | undefined;
  #adminSocket: Server | undefined;
  #adminListener: AdminListener | undefined;
  #trimming: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

  private constructor(parts: Parts) {
    const { config, logger, time, store, directory, control, attempts, key, feeds, bearer, barring: rules } = parts;
    this.#bearer = bearer;
    this.#config = config;
    this.#logger = logger;
    this.#time = time;
    this.#store = store;
    this.#control = control;
    this.administration = {
      ...administerUsers(directory, (userId) => rules.documents.remove(userId)),
      ...administerBlueprints(control, administratorsCall(config)),
      ...administerBarring(rules.management, directory, administratorsCall(config)),
      subscriptions: () => Promise.resolve(subscriptionViews(this.#notification)),
      mail: async () => (await this.#mail?.view()) ?? [],
      backup: ({ file }) => store.backup(file),
      check: async () => ({ problems: await store.check() }),
    };
    this.#authentication = new HttpAuthentication(directory, attempts, {
      nonces: section(config, 'nonces'),
      basic: section(config, 'basic'),
      bearer,
    });
    const { clock, date } = time;
    const people = peopleOf(directory);
    this.#callbacks = callbackService({ config, logger, store, control, people, clock, date, key });
    const stored = (user: XconUserId): Promise<void> => this.#calendar.stored(user);
    this.#mail = MailFront.of({ config, logger, store, control, people, stored, clock, date, key });
    this.#reminders = remindersOf({
      config,
      logger,
      store,
      control,
      clock,
      date,
      callbacks: this.#callbacks,
      mail: this.#mail,
    });
    const ccmp = new ConferenceControlServer(
      {
        control,
        extensions: [
          confSummary(control),
          changesSince(control),
          occurrences(control),
          freeBusy(control),
          callbacks(this.#callbacks),
          barring(rules.management),
        ],
        users: directory,
        authentication: this.#authentication,
        logger,
      },
      ccmpSettings(config),
    );
    this.#life = new LifeClock({
      ...{ control, repository: store, timers: clock, now: date, limits: section(config, 'schedule') },
      onLate: (conference, late) => logger.warn({ conference, late }, 'the clock came late to a conference'),
      onError: (conference, error) =>
        logger.error({ conference, err: error }, 'a conference could not follow the clock'),
    });
    this.#horizon = new HorizonClock({
      ...{ control, timers: clock, now: date, retry: config['schedule.retry'] },
      onError: (error) => logger.error({ err: error }, 'room could not be booked ahead'),
    });
    this.#failures = new Failures({
      ...{ clock, date, endpoints: control.endpoints, records: store.records('failure') },
      onChange: (listener) => control.onChange(listener),
      settings: section(config, 'dialOut'),
      report: (error) => logger.error({ err: error }, 'who could not be had stays in a roster'),
    });
    this.#metrics = config['admin.listen'] && new Metrics();
    const path = config['ccmp.path'];
    rememberViews(section(config, 'views'));
    this.#notification = new NotificationService({
      control,
      clock,
      limits: section(config, 'notification'),
      onError: (error) => logger.error({ err: error }, 'a watcher could not be told'),
    });
    this.#sip = new SipFront({
      ...{ config, logger, clock, date, directory, control, attempts, notification: this.#notification },
      people,
      subscriptions: store.records('subscription'),
      publications: store.records('publication'),
      registrations: store.records('registration'),
      calls: store.records('call'),
      mixer: mixerOf(config, logger, key),
      screening: rules.screening,
      log: store,
      callees: store.records('callee'),
      asked: store.records('asked'),
      adHoc: store.records('ad-hoc'),
      callsSpent: store.records('calls-spent'),
      referByMail: this.#mail && ((object, user) => this.#mail?.refer(object, user) ?? Promise.resolve()),
    });
    this.#events = new EventStreamServer({
      notification: this.#notification,
      authentication: this.#authentication,
      origins: config['cors.origins'],
      limits: section(config, 'events'),
    });
    this.#calendar = calendarServer({
      ...{ config, logger, store, control, clock, wall: date, people: directory, authentication: this.#authentication },
    });
    const elsewhere = byPath({ [path]: ccmp.serve, ...schemaFiles(path) });
    const feedServer = new FeedServer({
      ...{ feeds, control, people: directory, authentication: this.#authentication },
      limits: section(config, 'calendars'),
    });
    const xcap = new XcapServer({
      ...{ documents: rules.documents, people: peopleOf(directory), authentication: this.#authentication },
      bytes: config['mmtel.bytes'],
    });
    const serve: Service = (exchange) => {
      if (XcapServer.serves(exchange.path)) return xcap.serve(exchange);
      if (EventStreamServer.serves(exchange.path)) return this.#events.serve(exchange);
      if (DavServer.serves(exchange.path)) return this.#calendar.serve(exchange);
      return FeedServer.serves(exchange.path) ? feedServer.serve(exchange) : elsewhere(exchange);
    };
    const edge = createEdge(serve, logger, {
      proxies: trustedProxies(config),
      hsts: config['https.hsts'],
      cors: section(config, 'cors'),
      ended: this.#metrics?.ended,
    });
    this.#listeners = new HttpListeners(edge, section(config, 'http'), logger, this.#metrics?.crossed);
    if (this.#metrics === undefined) return;
    observeWrites(store, this.#metrics.flushed);
    this.#metrics.gauge('requests_in_flight', 'CCMP requests that are worked on.', () => ccmp.running);
    this.#metrics.gauge('sip_subscriptions', 'SIP subscriptions that there are.', () => this.#sip.subscriptions);
    this.#metrics.gauge('sip_registrations', 'Addresses whose users have registered.', () => this.#sip.registrations);
    this.#metrics.gauge('calls', 'Calls of participants that there are.', () => this.#sip.calls);
    if (config['mixer.kind'] !== 'none') {
      this.#metrics.gauge('mixer_legs', 'Calls that have sound.', () => this.#sip.mixer.size);
      this.#metrics.gauge('mixer_connected', 'Whether the mixer is there.', () => Number(this.#sip.mixer.connected));
    }
    this.#metrics.gauge('event_streams', 'Streams of server-sent events that are open.', () => this.#events.open);
    this.#metrics.gauge('callbacks', 'Changes that URLs are still to be told of, and those given up.', () => ({
      ...this.#callbacks.counts,
    }));
    this.#metrics.gauge('mails', 'Mails that wait for the mail server, and those given up.', () => ({
      ...(this.#mail?.outbox.counts ?? { waiting: 0, dead: 0 }),
    }));
    this.#metrics.gauge(
      'certificate_until_seconds',
      'When the TLS certificate ends, in seconds since 1970.',
      () => this.#listeners.certificateUntil,
    );
    this.#metrics.gauge('remembered', 'What is kept in memory for a while.', () => ({
      conferences: control.remembered,
      users: directory.known,
      ...this.#authentication.remembered,
    }));
  }

  /** Opens the data directory, and makes what belongs into a new one. @throws {DirectoryInUse} {UnusableKeyFile} */
  static async open(config: Config, logger: Logger, time: Time = realTime()): Promise<ConferencingSystem> {
    const logVersions = config['log.versions'];
    const store = await openSqliteStore({ directory: config.data, ...section(config, 'store'), logVersions });
    try {
      const isNeeded = (await store.users({ limit: 1 })).length > 0;
      const key = await loadKeyFile(join(config.data, KEY_FILE), { isNeeded });
      const directory = new Directory(store, {
        domains: [config.domain, ...config.domains],
        key,
        limits: directoryLimits(config),
      });
      await directory.checkKey();
      const attempts = new Attempts(time.date, attemptLimits(config));
      const control = new ConferenceControl({
        repository: store,
        people: peopleOf(directory),
        attempts,
        clock: time.date,
        limits: controlLimits(config),
        times: section(config, 'schedule'),
        capacity: section(config, 'capacity'),
        dialsOut: dialsOut(config),
        defaultBlueprint: defaultBlueprintUri(config.domain),
      });
      await shipBlueprints(control, administratorsCall(config), config.domain);
      const rules = store.records<StoredDocument>('simservs');
      const barring = await openBarring({
        ...{ config, control, people: peopleOf(directory), repository: rules, date: time.date },
      });
      const feeds = await Feeds.open(store.records('feed'), config['calendars.perUser']);
      const { issuers, ...tokenLimits } = section(config, 'bearer');
      const bearer = issuers.length === 0 ? undefined : await BearerScheme.open(directory, issuers, tokenLimits);
      return new ConferencingSystem({
        config,
        logger,
        time,
        store,
        directory,
        control,
        attempts,
        key,
        feeds,
        bearer,
        barring,
      });
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** Serves HTTP and the admin socket. */
  async serve(): Promise<ServedAt> {
    this.#adminSocket = await openAdminSocket(join(this.#config.data, ADMIN_SOCKET), this.administration, {
      maxBody: this.#config['http.bodyBytes'],
      onError: (error) => this.#logger.error({ err: error }, 'administration failed'),
    });
    this.#trimming = setInterval(() => void this.#trimLog(), this.#config['log.trimInterval'] * 1_000);
    const path = this.#config['ccmp.path'];
    const tls = tlsSettings(this.#config);
    await this.#failures.open();
    await this.#calendar.open();
    const secure = tls && (await this.#listeners.serveOverTls(tls));
    const plain = await this.#listeners.serveInClear(this.#config['http.listen']);
    await this.#callbacks.open();
    const mail = await this.#mail?.open();
    await this.#reminders.open();
    await this.#life.start();
    this.#horizon.start();
    const admin = await this.#serveOperators();
    const sip = await this.#sip.serve();
    return {
      ccmp: plain + path,
      ...(secure !== undefined && { secureCcmp: secure + path }),
      ...(admin !== undefined && { admin }),
      ...(mail !== undefined && { mail }),
      sip,
    };
  }

  async #serveOperators(): Promise<string | undefined> {
    const { listen, readyTime } = section(this.#config, 'admin');
    if (listen === undefined || this.#metrics === undefined) return undefined;
    const ready = (): Promise<void> => this.#ready();
    this.#adminListener = await openAdminListener(listen, { metrics: this.#metrics, ready, readyTime });
    return `http://${formatAddress(this.#adminListener.address)}`;
  }

  /** Whether requests can be served: the store reads and writes. */
  async #ready(): Promise<void> {
    if (this.#closed !== undefined) throw new Error('the server is ending');
    await Promise.all([this.#store.users({ limit: 1 }), this.#store.write([])]);
  }

  /** Takes from their files what may change while the system serves: certificates and keys of token issuers. */
  async reload(): Promise<void> {
    await this.#listeners.reload();
    await this.#sip
      .reload()
      .catch((error: unknown) => this.#logger.error({ err: error }, 'the old certificates of SIP stay'));
    await this.#mail
      ?.reload()
      .catch((error: unknown) => this.#logger.error({ err: error }, 'the old certificate for mail stays'));
    await this.#bearer
      ?.reload()
      .catch((error: unknown) => this.#logger.error({ err: error }, 'the old keys of token issuers stay'));
  }

  /** No new requests; those in flight finish; then the store closes. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#events.close();
    const answered = Promise.all([this.#listeners.close(), this.#mail?.stopListening(), this.#sip.close()]);
    this.#logger.info('ending');
    clearInterval(this.#trimming);
    const admin = this.#adminSocket;
    await Promise.all([answered, admin && closeAdminSocket(admin, this.#config['http.grace'])]);
    this.#authentication.close();
    await this.#adminListener?.close();
    this.#failures.close();
    await this.#horizon.close();
    await this.#life.close();
    await this.#control.drain();
    await this.#reminders.close();
    await this.#callbacks.close();
    await this.#calendar.close();
    await this.#mail?.close();
    await this.#store.close();
    this.#logger.info('ended');
  }

  async #trimLog(): Promise<void> {
    const before = this.#time.date() - this.#config['log.retention'] * 1_000;
    try {
      if (this.#mail === undefined) await MailFront.passOver(this.#store);
      await this.#store.trimLog(before);
    } catch (error) {
      this.#logger.error({ err: error }, 'the change log could not be trimmed');
    }
  }
}
