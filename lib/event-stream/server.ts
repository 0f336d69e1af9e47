import type { Call } from '../conference/calls.ts';
import { Refusal, type Reason } from '../conference/refusal.ts';
import type { HttpAuthentication } from '../http/authentication.ts';
import type { Service } from '../http/edge.ts';
import type { Exchange } from '../http/exchange.ts';
import { parseXconUri, type XconUri } from '../model/identifiers.ts';
import type { NotificationService } from '../notification/service.ts';
import type { Subscription } from '../notification/subscription.ts';
import type { Format } from '../notification/watching.ts';
import { EventStream } from './event-stream.ts';
import { Sessions } from './sessions.ts';

export interface EventStreamLimits {
  /** Streams at once. */
  readonly connections: number;
  /** Streams at once of one user. */
  readonly perUser: number;
  /** Between two signs of life on a silent stream, in milliseconds. */
  readonly heartbeat: number;
  /** How long a page may use the token that it got for credentials, in seconds. */
  readonly sessionTime: number;
  /** Tokens at once. */
  readonly sessions: number;
}

export const eventStreamDefaults: EventStreamLimits = {
  connections: 10_000,
  perUser: 100,
  heartbeat: 15_000,
  sessionTime: 300,
  sessions: 100_000,
};

export interface EventStreamParts {
  readonly notification: NotificationService;
  readonly authentication: Pick<HttpAuthentication, 'authenticate' | 'refusal'>;
  /** Origins of pages that may watch (CORS). */
  readonly origins: readonly string[];
  readonly limits?: Partial<EventStreamLimits>;
}

const PATH = /^\/conferences\/([^/]+)\/(events|session)$/;
const COOKIE = 'plenary-events';
/** Asks to be told who talks. */
const TALKING = /[?&]talking(?:&|$)/;

/** A conference watched by HTTP: `GET /conferences/{XCON-URI}/events`, and `POST …/session` for pages. */
export class EventStreamServer {
  readonly #parts: EventStreamParts;
  readonly #limits: EventStreamLimits;
  readonly #sessions: Sessions;
  readonly #streams = new Map<EventStream, string>();
  readonly #perUser = new Map<string, number>();
  readonly #beating: NodeJS.Timeout;

  constructor(parts: EventStreamParts) {
    this.#parts = parts;
    this.#limits = { ...eventStreamDefaults, ...parts.limits };
    this.#sessions = new Sessions(this.#limits.sessionTime, this.#limits.sessions);
    this.#beating = setInterval(() => this.#beat(), this.#limits.heartbeat);
    this.#beating.unref();
  }

  static serves(path: string): boolean {
    return PATH.test(path);
  }

  /** Streams that are open. */
  get open(): number {
    return this.#streams.size;
  }

  readonly serve: Service = async (exchange) => {
    const [, name = '', what] = PATH.exec(exchange.path) ?? [];
    const uri = uriOf(name);
    const method = what === 'events' ? 'GET' : 'POST';
    exchange.headers['Cache-Control'] = 'no-store';
    if (exchange.request.method !== method) {
      exchange.headers['Allow'] = method;
      exchange.answerText(405, 'Method Not Allowed');
    } else if (uri === undefined) {
      exchange.answerText(404, 'There is no such conference.');
    } else if (!this.#isFromOurPages(exchange)) {
      exchange.answerText(403, 'This page may not watch conferences here.');
    } else if (what === 'events') await this.#stream(exchange, uri);
    else await this.#openSession(exchange, uri);
  };

  /** Ends every stream; pages come again by themselves. */
  close(): void {
    clearInterval(this.#beating);
    for (const stream of this.#streams.keys()) stream.end('deactivated');
    this.#sessions.close();
  }

  /** Browsers name the page that asks; others do not. A cookie must not serve a page that we do not know. */
  #isFromOurPages({ request, facts }: Exchange): boolean {
    const { origin, host } = request.headers;
    if (origin === undefined) return true;
    return this.#parts.origins.includes(origin) || origin === `${facts.secure ? 'https' : 'http'}://${host ?? ''}`;
  }

  async #openSession(exchange: Exchange, uri: XconUri): Promise<void> {
    const call = await this.#authenticated(exchange);
    if (call === undefined) return;
    try {
      // Whoever may not watch gets no token.
      await this.#parts.notification.check(call, uri);
    } catch (error) {
      refuse(exchange, error);
      return;
    }
    const token = this.#sessions.open({ uri, call });
    if (token === undefined) {
      exchange.headers['Retry-After'] = String(this.#limits.sessionTime);
      exchange.answerText(503, 'Too many pages watch.');
      return;
    }
    const { path, facts } = exchange;
    const directory = path.slice(0, path.lastIndexOf('/'));
    const secure = facts.secure ? '; Secure' : '';
    exchange.headers['Set-Cookie'] =
      `${COOKIE}=${token}; Path=${directory}; Max-Age=${this.#limits.sessionTime}; HttpOnly; SameSite=Strict${secure}`;
    exchange.answerNothing();
  }

  async #stream(exchange: Exchange, uri: XconUri): Promise<void> {
    const call = this.#bySession(exchange, uri) ?? (await this.#authenticated(exchange));
    if (call === undefined) return;
    const user = call.caller.kind === 'user' ? call.caller.principal.userId : '';
    const { connections, perUser } = this.#limits;
    if (this.#streams.size >= connections || (this.#perUser.get(user) ?? 0) >= perUser) {
      exchange.log['limit'] = this.#streams.size >= connections ? 'events.connections' : 'events.perUser';
      exchange.headers['Retry-After'] = '60';
      exchange.answerText(503, 'Too many streams are open.');
      return;
    }
    const { request, response, headers, log } = exchange;
    log['user'] = user;
    log['conference'] = uri;
    const stream = new EventStream(response, call, formatOf(exchange), TALKING.test(exchange.facts.url));
    // A token is counted before anything is waited for, so that no burst gets past the limits.
    this.#count(stream, user, 1);
    let subscription: Subscription | undefined;
    response.on('close', () => {
      this.#count(stream, user, -1);
      subscription?.cancel();
    });
    try {
      subscription = await this.#parts.notification.subscribe(
        uri,
        stream,
        request.headers['last-event-id']?.toString(),
        () => {
          response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
          response.flushHeaders();
        },
      );
      if (response.destroyed) subscription.cancel();
    } catch (error) {
      refuse(exchange, error);
    }
  }

  #count(stream: EventStream, user: string, change: 1 | -1): void {
    if (change > 0) this.#streams.set(stream, user);
    else this.#streams.delete(stream);
    const count = (this.#perUser.get(user) ?? 0) + change;
    if (count === 0) this.#perUser.delete(user);
    else this.#perUser.set(user, count);
  }

  #bySession({ request }: Exchange, uri: XconUri): Call | undefined {
    const token = new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1];
    return token === undefined ? undefined : this.#sessions.of(token, uri)?.call;
  }

  /** Who asks, by HTTP credentials; answers with the challenge and resolves to undefined where there are none. */
  async #authenticated(exchange: Exchange): Promise<Call | undefined> {
    const { facts, headers } = exchange;
    const outcome = await this.#parts.authentication.authenticate(facts);
    if (outcome.kind === 'user') {
      const password = facts.headers['conference-password']?.toString();
      const caller = { kind: 'user', principal: outcome.principal } as const;
      return { caller, source: facts.source, profile: 'standard', ...(password !== undefined && { password }) };
    }
    const refusal = this.#parts.authentication.refusal(facts, outcome);
    Object.assign(headers, refusal.headers);
    exchange.answerText(refusal.status, 'Log in to watch a conference.');
    return undefined;
  }

  #beat(): void {
    for (const stream of this.#streams.keys()) stream.beat();
  }
}

/** The XCON-URI in a path, with or without its scheme. */
function uriOf(name: string): XconUri | undefined {
  try {
    const text = decodeURIComponent(name);
    return parseXconUri(text.startsWith('xcon:') ? text : `xcon:${text}`);
  } catch {
    return undefined;
  }
}

/** Pages ask for JSON; `EventSource` can not say so but in the query. */
function formatOf({ request, facts }: Exchange): Format {
  const asked =
    request.headers.accept?.includes('application/json') === true || /[?&]format=json(?:&|$)/.test(facts.url);
  return asked ? 'json' : 'xcon-conference-info-diff';
}

const STATUS: Partial<Record<Reason, number>> = {
  'no-such-conference': 404,
  'authentication-required': 401,
  'conference-password-required': 403,
  'wrong-conference-password': 403,
  'resources-exhausted': 503,
  'took-too-long': 503,
};

function refuse(exchange: Exchange, error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
  exchange.answerText(STATUS[error.reason] ?? 403, error.message);
}
