import type { Principal } from '../../directory/principal.ts';
import type { HttpAuthentication } from '../../http/authentication.ts';
import type { Service } from '../../http/edge.ts';
import type { XconUserId } from '../../model/identifiers.ts';
import type { Timers } from '../../outbox/letter.ts';
import type { Exchange } from '../../http/exchange.ts';
import { serialize } from '../../xml/serialize.ts';
import type { Guestbook } from '../event/request.ts';
import { Calendars } from './calendars.ts';
import type { KeptChanges } from './change-record.ts';
import type { DavControl } from './dav-control.ts';
import { DavError, davErrorOf, forbidden, notFound } from './dav-error.ts';
import { type DavAnswer, type DavMethod, type DavParts, XML } from './dav-request.ts';
import { Following, type FollowingParts } from './following.ts';
import { outboxPost } from './free-busy.ts';
import { Inboxes, type KeptInbox } from './inbox.ts';
import type { KeptAddresses } from './known-addresses.ts';
import { davDefaults, type DavLimits } from './limits.ts';
import { cal, dav, DAV_PREFIXES } from './names.ts';
import { isDavPath, type Place, placeOf, ROOT, WELL_KNOWN } from './places.ts';
import { propfind } from './propfind.ts';
import { proppatch } from './proppatch.ts';
import { put } from './put.ts';
import { get, remove } from './reading.ts';
import { report } from './reports.ts';
import { type Scheduled, Scheduling } from './scheduling.ts';
import { Showing } from './showing.ts';
import type { Records, StoredEvent, StoredProperties } from './stored-event.ts';
import { Turns } from './turns.ts';

export interface DavServerParts {
  readonly control: DavControl;
  readonly people: Guestbook;
  readonly authentication: Pick<HttpAuthentication, 'authenticate' | 'refusal'>;
  readonly log: FollowingParts['log'];
  readonly events: Records<StoredEvent>;
  readonly properties: Records<StoredProperties>;
  readonly changes: KeptChanges;
  readonly addresses: Records<KeptAddresses>;
  readonly inboxes: Records<KeptInbox>;
  readonly scheduled: Records<Scheduled>;
  readonly clock: Timers;
  /** Milliseconds since 1970. */
  readonly wall: () => number;
  readonly onError: (error: unknown) => void;
  readonly domain: string;
  readonly limits?: Partial<DavLimits>;
}

/** What WebDAV and its relatives we speak (RFC 4918 §10.1, RFC 4791 §5.1, RFC 6638 §2). */
const CLASSES = '1, 3, access-control, calendar-access, calendar-auto-schedule';

const METHODS: Readonly<Record<string, DavMethod>> = {
  GET: get,
  HEAD: get,
  PUT: put,
  DELETE: remove,
  PROPFIND: propfind,
  PROPPATCH: proppatch,
  REPORT: report,
  POST: outboxPost,
  MKCALENDAR: () => {
    throw forbidden(cal('calendar-collection-location-ok'), 'Each user has one calendar: conferences.');
  },
  MKCOL: () => {
    throw new DavError(403, 'Each user has one calendar: conferences.');
  },
};

/** What changes something; such requests of one user are done one after the other. */
const CHANGING = new Set(['PUT', 'DELETE', 'PROPPATCH']);

/** Each user's conferences as a calendar: CalDAV (RFC 4791). */
export class DavServer {
  readonly #parts: DavParts;
  readonly #authentication: DavServerParts['authentication'];
  readonly #following: Following;
  readonly #turns = new Turns();

  constructor(parts: DavServerParts) {
    const { control, people, properties, domain, events, changes, addresses } = parts;
    const limits = { ...davDefaults, ...parts.limits };
    this.#authentication = parts.authentication;
    const calendars = new Calendars({ control, events, changes, addresses, limits });
    const showing = new Showing(control, calendars, limits.readyLength);
    const inboxes = new Inboxes(parts.inboxes, limits.inbox);
    const settled = (user: XconUserId): Promise<void> => this.stored(user);
    const { scheduled, wall, log, clock, onError } = parts;
    const scheduling = new Scheduling({ control, people, events, scheduled, inboxes, settled, wall });
    this.#following = new Following({ control, log, calendars, scheduling, clock, rest: limits.rest, onError });
    this.#parts = { control, people, properties, domain, limits, calendars, showing, inboxes };
  }

  static serves(path: string): boolean {
    return isDavPath(path);
  }

  /** Resolves when what a user's client stores now is stored. */
  stored(user: XconUserId): Promise<void> {
    return this.#turns.take(user, () => Promise.resolve());
  }

  open(): Promise<void> {
    return this.#following.open();
  }

  close(): Promise<void> {
    return this.#following.close();
  }

  readonly serve: Service = async (exchange) => {
    const { path, headers, response } = exchange;
    if (path.startsWith(WELL_KNOWN)) {
      // RFC 6764 §5
      headers['Location'] = ROOT;
      exchange.answerText(301, ROOT);
      return;
    }
    headers['Cache-Control'] = 'private, no-cache';
    headers['DAV'] = CLASSES;
    try {
      write(exchange, await this.#answer(exchange));
    } catch (error) {
      const known = davErrorOf(error);
      if (known === undefined) throw error;
      // What is left of a body is not read.
      if (!exchange.request.complete) response.shouldKeepAlive = false;
      write(exchange, refusalOf(known));
    }
  };

  async #answer(exchange: Exchange): Promise<DavAnswer> {
    const method = exchange.request.method ?? '';
    const place = placeOf(exchange.path);
    if (method === 'OPTIONS') return { status: 200, headers: { Allow: allowed() } };
    const principal = await this.#authenticated(exchange);
    if (typeof principal === 'number') return { status: principal, type: TEXT, body: 'Log in to see your calendar.\n' };
    exchange.log['user'] = principal.userId;
    const handle = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
    if (handle === undefined) return { status: 405, headers: { Allow: allowed() }, type: TEXT, body: 'Not allowed.\n' };
    if (place === undefined) throw notFound();
    refuseStrangers(place, principal);
    const caller = { kind: 'user', principal: { ...principal, systemAdministrator: false } } as const;
    const call = { caller, source: exchange.facts.source, profile: 'standard' } as const;
    const work = (): Promise<DavAnswer> =>
      handle({ ...this.#parts, exchange, place, asking: { principal: caller.principal, call } });
    return CHANGING.has(method) ? this.#turns.take(principal.userId, work) : work();
  }

  async #authenticated({ facts, headers }: Exchange): Promise<Principal | number> {
    const outcome = await this.#authentication.authenticate(facts);
    if (outcome.kind === 'user') {
      if (outcome.info !== undefined) headers['Authentication-Info'] = outcome.info;
      return outcome.principal;
    }
    const refusal = this.#authentication.refusal(facts, outcome);
    Object.assign(headers, refusal.headers);
    return refusal.status;
  }
}

const TEXT = 'text/plain; charset=utf-8';
const allowed = (): string => ['OPTIONS', ...Object.keys(METHODS)].join(', ');

/** What is another's is refused whether it is there or not. */
function refuseStrangers(place: Place, { userId }: Principal): void {
  if ('user' in place && place.user !== userId)
    throw forbidden(dav('need-privileges'), 'This is the calendar of somebody else.');
}

function refusalOf({ status, message, condition }: DavError): DavAnswer {
  if (condition === undefined) return { status, type: TEXT, body: `${message}\n` };
  const error = dav('error', [condition, dav('responsedescription', message)]);
  return { status, type: XML, body: serialize(error, { declaration: true, prefixes: DAV_PREFIXES }) };
}

function write(exchange: Exchange, { status, headers, type, body }: DavAnswer): void {
  Object.assign(exchange.headers, headers);
  if (type !== undefined && body !== undefined) exchange.answer(status, type, body);
  else {
    if (status !== 204 && status !== 304) exchange.headers['Content-Length'] = 0;
    exchange.response.writeHead(status, exchange.headers).end();
  }
}
