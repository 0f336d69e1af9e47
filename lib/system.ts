import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { ADMIN_SOCKET, type Administration } from './admin/administration.ts';
import { administerBarring } from './admin/barring.ts';
import { administerBlueprints, shipBlueprints } from './admin/blueprints.ts';
import { closeAdminSocket, openAdminSocket } from './admin/server.ts';
import { administerUsers } from './admin/users.ts';
import type { DavServer } from './calendar/dav/server.ts';
import { Feeds } from './calendar/feeds.ts';
import type { Reminders } from './calendar/reminders.ts';
import type { CallbackService } from './callback/service.ts';
import { defaultBlueprintUri } from './conference/blueprints.ts';
import { ConferenceControl } from './conference/control.ts';
import { rememberViews } from './conference/remembered-views.ts';
import { section, type Config } from './config.ts';
import { attemptLimits, controlLimits, directoryLimits } from './config/limits.ts';
import { Attempts } from './directory/attempts.ts';
import { Directory } from './directory/directory.ts';
import { loadKeyFile } from './directory/key-file.ts';
import { formatAddress } from './http/address.ts';
import { openAdminListener, type AdminListener } from './http/admin-listener.ts';
import { HttpAuthentication } from './http/authentication.ts';
import { BearerScheme } from './http/bearer.ts';
import { Metrics } from './http/metrics.ts';
import type { XconUserId } from './model/identifiers.ts';
import { NotificationService } from './notification/service.ts';
import { observeWrites } from './store/observed.ts';
import { openSqliteStore, type SqliteStore } from './store/sqlite/store.ts';
import { openBarring, type Barring } from './system/barring.ts';
import { calendarServer } from './system/calendar.ts';
import { callbackService } from './system/callbacks.ts';
import { administratorsCall, peopleOf } from './system/callers.ts';
import { Clocks } from './system/clocks.ts';
import { dialsOut } from './system/dial-out.ts';
import { addGauges } from './system/gauges.ts';
import { HttpFront } from './system/http.ts';
import { MailFront } from './system/mail.ts';
import { mixerOf } from './system/mixer.ts';
import { remindersOf } from './system/reminders.ts';
import { SipFront } from './system/sip.ts';
import { subscriptionViews } from './system/subscriptions.ts';
import { realTime, type Time } from './system/time.ts';

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
  readonly #clocks: Clocks;
  readonly #authentication: HttpAuthentication;
  readonly #bearer: BearerScheme | undefined;
  readonly #notification: NotificationService;
  readonly #http: HttpFront;
  readonly #sip: SipFront;
  readonly #calendar: DavServer;
  readonly #callbacks: CallbackService;
  readonly #mail: MailFront | undefined;
  readonly #reminders: Reminders;
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
      ...{ config, logger, store, control, clock, date, callbacks: this.#callbacks, mail: this.#mail },
    });
    this.#clocks = new Clocks({ config, logger, store, control, time });
    this.#metrics = config['admin.listen'] && new Metrics();
    rememberViews(section(config, 'views'));
    this.#notification = new NotificationService({
      control,
      clock,
      limits: section(config, 'notification'),
      onError: (error) => logger.error({ err: error }, 'a watcher could not be told'),
    });
    this.#sip = new SipFront({
      ...{ config, logger, store, clock, date, directory, people, control, attempts },
      notification: this.#notification,
      mixer: mixerOf(config, logger, key),
      screening: rules.screening,
      referByMail: this.#mail && ((object, user) => this.#mail?.refer(object, user) ?? Promise.resolve()),
    });
    this.#calendar = calendarServer({
      ...{ config, logger, store, control, clock, wall: date, people: directory, authentication: this.#authentication },
    });
    this.#http = new HttpFront({
      ...{ config, logger, control, directory, feeds, barring: rules, metrics: this.#metrics },
      authentication: this.#authentication,
      notification: this.#notification,
      calendar: this.#calendar,
      callbacks: this.#callbacks,
    });
    if (this.#metrics === undefined) return;
    observeWrites(store, this.#metrics.flushed);
    addGauges(this.#metrics, {
      ...{ config, control, directory, authentication: this.#authentication },
      ...{ http: this.#http, sip: this.#sip, callbacks: this.#callbacks, mail: this.#mail },
    });
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
      const barring = await openBarring({
        ...{ config, store, control, people: peopleOf(directory), date: time.date },
      });
      const feeds = await Feeds.open(store.records('feed'), config['calendars.perUser']);
      const { issuers, ...tokenLimits } = section(config, 'bearer');
      const bearer = issuers.length === 0 ? undefined : await BearerScheme.open(directory, issuers, tokenLimits);
      return new ConferencingSystem({
        ...{ config, logger, time, store, key },
        ...{ directory, control, attempts, feeds, bearer, barring },
      });
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** Serves wherever the settings say, after what an earlier life left has been taken up. */
  async serve(): Promise<ServedAt> {
    this.#adminSocket = await openAdminSocket(join(this.#config.data, ADMIN_SOCKET), this.administration, {
      maxBody: this.#config['http.bodyBytes'],
      onError: (error) => this.#logger.error({ err: error }, 'administration failed'),
    });
    this.#trimming = setInterval(() => void this.#trimLog(), this.#config['log.trimInterval'] * 1_000);
    await this.#clocks.open();
    await this.#calendar.open();
    const http = await this.#http.serve();
    await this.#callbacks.open();
    const mail = await this.#mail?.open();
    await this.#reminders.open();
    await this.#clocks.start();
    const admin = await this.#serveOperators();
    const sip = await this.#sip.serve();
    return {
      ...http,
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
    await this.#http.reload();
    const report = (message: string) => (error: unknown) => this.#logger.error({ err: error }, message);
    await this.#sip.reload().catch(report('the old certificates of SIP stay'));
    await this.#mail?.reload().catch(report('the old certificate for mail stays'));
    await this.#bearer?.reload().catch(report('the old keys of token issuers stay'));
  }

  /** No new requests; those in flight finish; then the store closes. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    const answered = Promise.all([this.#http.close(), this.#mail?.stopListening(), this.#sip.close()]);
    this.#logger.info('ending');
    clearInterval(this.#trimming);
    const admin = this.#adminSocket;
    await Promise.all([answered, admin && closeAdminSocket(admin, this.#config['http.grace'])]);
    this.#authentication.close();
    await this.#adminListener?.close();
    await this.#clocks.close();
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
