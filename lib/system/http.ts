import type { Logger } from 'pino';
import type { CallbackService } from '../callback/service.ts';
import { DavServer } from '../calendar/dav/server.ts';
import { FeedServer } from '../calendar/feed-server.ts';
import type { Feeds } from '../calendar/feeds.ts';
import { barring } from '../ccmp/extensions/barring.ts';
import { callbacks } from '../ccmp/extensions/callbacks.ts';
import { changesSince } from '../ccmp/extensions/changes-since.ts';
import { confSummary } from '../ccmp/extensions/conf-summary.ts';
import { freeBusy } from '../ccmp/extensions/free-busy.ts';
import { occurrences } from '../ccmp/extensions/occurrences.ts';
import { schemaFiles } from '../ccmp/schemas.ts';
import { ConferenceControlServer } from '../ccmp/server.ts';
import type { ConferenceControl } from '../conference/control.ts';
import { section, type Config } from '../config.ts';
import { ccmpSettings, tlsSettings, trustedProxies } from '../config/limits.ts';
import type { Directory } from '../directory/directory.ts';
import { EventStreamServer } from '../event-stream/server.ts';
import type { HttpAuthentication } from '../http/authentication.ts';
import { byPath, createEdge, type Service } from '../http/edge.ts';
import { HttpListeners } from '../http/listeners.ts';
import type { Metrics } from '../http/metrics.ts';
import { XcapServer } from '../mmtel/xcap-server.ts';
import type { NotificationService } from '../notification/service.ts';
import type { Barring } from './barring.ts';
import { peopleOf } from './callers.ts';

export interface HttpWiring {
  readonly config: Config;
  readonly logger: Logger;
  readonly control: ConferenceControl;
  readonly directory: Directory;
  readonly authentication: HttpAuthentication;
  readonly notification: NotificationService;
  readonly calendar: DavServer;
  readonly feeds: Feeds;
  readonly callbacks: CallbackService;
  readonly barring: Barring;
  readonly metrics: Metrics | undefined;
}

/** HTTP as the conferencing system serves it: conference control, events, calendars and XCAP. */
export class HttpFront {
  readonly #config: Config;
  readonly #ccmp: ConferenceControlServer;
  readonly #events: EventStreamServer;
  readonly #listeners: HttpListeners;

  constructor(wiring: HttpWiring) {
    const { config, logger, control, directory, authentication, metrics } = wiring;
    this.#config = config;
    const extensions = [
      confSummary(control),
      changesSince(control),
      occurrences(control),
      freeBusy(control),
      callbacks(wiring.callbacks),
      barring(wiring.barring.management),
    ];
    this.#ccmp = new ConferenceControlServer(
      { control, extensions, users: directory, authentication, logger },
      ccmpSettings(config),
    );
    this.#events = new EventStreamServer({
      ...{ notification: wiring.notification, authentication, origins: config['cors.origins'] },
      limits: section(config, 'events'),
    });
    const edge = createEdge(this.#service(wiring), logger, {
      proxies: trustedProxies(config),
      hsts: config['https.hsts'],
      cors: section(config, 'cors'),
      ended: metrics?.ended,
    });
    this.#listeners = new HttpListeners(edge, section(config, 'http'), logger, metrics?.crossed);
  }

  /** Who answers which path. */
  #service({ config, control, directory, authentication, calendar, feeds, barring }: HttpWiring): Service {
    const people = peopleOf(directory);
    const feed = new FeedServer({
      ...{ feeds, control, people, authentication },
      ...{ zone: config['schedule.zone'], limits: section(config, 'calendars') },
    });
    const xcap = new XcapServer({ documents: barring.documents, people, authentication, bytes: config['mmtel.bytes'] });
    const path = config['ccmp.path'];
    const elsewhere = byPath({ [path]: this.#ccmp.serve, ...schemaFiles(path) });
    return (exchange) => {
      if (XcapServer.serves(exchange.path)) return xcap.serve(exchange);
      if (EventStreamServer.serves(exchange.path)) return this.#events.serve(exchange);
      if (DavServer.serves(exchange.path)) return calendar.serve(exchange);
      return FeedServer.serves(exchange.path) ? feed.serve(exchange) : elsewhere(exchange);
    };
  }

  /** CCMP requests that are worked on. */
  get running(): number {
    return this.#ccmp.running;
  }

  /** Streams of events that are open. */
  get streams(): number {
    return this.#events.open;
  }

  /** Seconds since 1970 at which the certificate ends; undefined without TLS. */
  get certificateUntil(): number | undefined {
    return this.#listeners.certificateUntil;
  }

  /** Resolves to the URLs of the conference control service, in clear and, where it is served so, over TLS. */
  async serve(): Promise<{ readonly ccmp: string; readonly secureCcmp?: string }> {
    const path = this.#config['ccmp.path'];
    const tls = tlsSettings(this.#config);
    const secure = tls && (await this.#listeners.serveOverTls(tls));
    const plain = await this.#listeners.serveInClear(this.#config['http.listen']);
    return { ccmp: plain + path, ...(secure !== undefined && { secureCcmp: secure + path }) };
  }

  /** Takes certificates from their files anew; connections stay. */
  reload(): Promise<void> {
    return this.#listeners.reload();
  }

  /** Ends the streams of events; requests in flight are answered. */
  close(): Promise<void> {
    this.#events.close();
    return this.#listeners.close();
  }
}
