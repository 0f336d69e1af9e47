import { createHash } from 'node:crypto';
import type { Call, ObjectAnswer } from '../conference/calls.ts';
import type { PlannedConference } from '../conference/planning.ts';
import { Refusal } from '../conference/refusal.ts';
import type { Principal } from '../directory/principal.ts';
import type { HttpAuthentication } from '../http/authentication.ts';
import type { Service } from '../http/edge.ts';
import type { Exchange } from '../http/exchange.ts';
import type { SeriesChild } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { seenChildren } from './event/seen-children.ts';
import { type SeenConference, seenIn } from './event/seen-conference.ts';
import { feedDocument, type FeedConference } from './feed-document.ts';
import type { Feeds } from './feeds.ts';

export interface FeedLimits {
  /** Feeds that one user may have. */
  readonly perUser: number;
  /** Conferences in a feed, at most. */
  readonly conferences: number;
  /** How often calendars are asked to look again, in seconds. */
  readonly refresh: number;
}

export const feedDefaults: FeedLimits = { perUser: 10, conferences: 1_000, refresh: 900 };

export interface FeedParts {
  readonly feeds: Feeds;
  readonly control: {
    planned(principal: Principal, page: { after: string; limit: number }): Promise<PlannedConference[]>;
    children(call: Call, uri: XconUri): Promise<readonly SeriesChild[]>;
    retrieve(call: Call, uri: XconUri): Promise<ObjectAnswer>;
  };
  readonly people: { principalById(userId: XconUserId): Promise<Principal | undefined> };
  readonly authentication: Pick<HttpAuthentication, 'authenticate' | 'refusal'>;
  /** Of times that name none. */
  readonly zone: string;
  readonly limits?: Partial<FeedLimits>;
}

/** Conferences that are asked of the store at a time. */
const PAGE = 250;

const PATH = /^\/calendars(?:\/([\w-]{8,64})\.ics)?$/;

/**
 * Conferences as calendars read them: `POST /calendars` makes a secret URL for who asks, `GET` of that URL gives her
 * conferences as iCalendar, `DELETE` revokes it, and `DELETE /calendars` all of hers.
 */
export class FeedServer {
  readonly #parts: FeedParts;
  readonly #limits: FeedLimits;

  constructor(parts: FeedParts) {
    this.#parts = parts;
    this.#limits = { ...feedDefaults, ...parts.limits };
  }

  static serves(path: string): boolean {
    return PATH.test(path);
  }

  readonly serve: Service = async (exchange) => {
    const secret = PATH.exec(exchange.path)?.[1];
    const { method } = exchange.request;
    // The path is a secret.
    exchange.log['path'] = '/calendars';
    exchange.headers['Cache-Control'] = 'private, no-cache';
    if (secret !== undefined && (method === 'GET' || method === 'HEAD')) await this.#show(exchange, secret);
    else if (method === 'DELETE') await this.#revoke(exchange, secret);
    else if (secret === undefined && method === 'POST') await this.#create(exchange);
    else {
      exchange.headers['Allow'] = secret === undefined ? 'POST, DELETE' : 'GET, HEAD, DELETE';
      exchange.answerText(405, 'Method Not Allowed');
    }
  };

  async #show(exchange: Exchange, secret: string): Promise<void> {
    const { feeds, people, zone } = this.#parts;
    const user = feeds.userOf(secret);
    const principal = user && (await people.principalById(user));
    if (principal === undefined) {
      exchange.answerText(404, 'There is no such calendar.');
      return;
    }
    exchange.log['user'] = principal.userId;
    const name = `Conferences of ${principal.displayText ?? principal.userId.replace('xcon-userid:', '')}`;
    const conferences = await this.#conferences(principal, exchange.facts.source);
    const text = feedDocument(conferences, { name, zone, refresh: this.#limits.refresh });
    const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
    exchange.headers['ETag'] = tag;
    const known = exchange.request.headers['if-none-match'];
    if (known?.split(/\s*,\s*/).some((one) => one === '*' || one.replace(/^W\//, '') === tag) === true) {
      exchange.response.writeHead(304, exchange.headers).end();
    } else exchange.answer(200, 'text/calendar; charset=utf-8', text);
  }

  async #create(exchange: Exchange): Promise<void> {
    const principal = await this.#authenticated(exchange);
    if (principal === undefined) return;
    const secret = await this.#parts.feeds.create(principal.userId);
    if (secret === undefined) {
      exchange.answerText(409, `You have ${this.#limits.perUser} calendar URLs; revoke one first.`);
      return;
    }
    exchange.headers['Location'] = `/calendars/${secret}.ics`;
    exchange.answerText(201, `/calendars/${secret}.ics`);
  }

  async #revoke(exchange: Exchange, secret: string | undefined): Promise<void> {
    const { feeds } = this.#parts;
    const principal = await this.#authenticated(exchange);
    if (principal === undefined) return;
    if (secret === undefined) await feeds.revokeAll(principal.userId);
    else if (!(await feeds.revoke(secret, principal.userId))) {
      exchange.answerText(404, 'There is no such calendar.');
      return;
    }
    exchange.answerNothing();
  }

  /** As a user sees them who gives no conference password: none is in a feed. */
  async #conferences(principal: Principal, source: string): Promise<FeedConference[]> {
    // Even an administrator's calendar holds what concerns her, not everybody's.
    const caller = { kind: 'user', principal: { ...principal, systemAdministrator: false } } as const;
    const call: Call = { caller, source, profile: 'standard' };
    const found: FeedConference[] = [];
    for (const [uri, parts] of await this.#planned(principal)) {
      const whole = parts.has(uri) ? await this.#retrieve(call, uri) : undefined;
      const others = [...parts].filter((one) => one !== uri);
      const ranges = whole && others.length > 0 ? await this.#parts.control.children(call, uri) : [];
      const children = await seenChildren(others, ranges, (one) => this.#retrieve(call, one));
      const [seen = children[0], ...rest] = whole === undefined ? children : [whole, ...children];
      if (seen !== undefined) found.push({ uri, seen, children: rest });
    }
    return found;
  }

  /** Conferences by their series, with what concerns the user of each. */
  async #planned(principal: Principal): Promise<Map<XconUri, Set<XconUri>>> {
    const found = new Map<XconUri, Set<XconUri>>();
    for (let after: string | undefined = ''; after !== undefined && found.size < this.#limits.conferences;) {
      const page = await this.#parts.control.planned(principal, { after, limit: PAGE });
      for (const { uri, series = uri } of page) {
        const known = found.get(series) ?? new Set();
        if (found.size < this.#limits.conferences || found.has(series)) found.set(series, known.add(uri));
      }
      after = page.length < PAGE ? undefined : page.at(-1)?.uri;
    }
    return found;
  }

  /** Undefined for one that went meanwhile or wants its password. */
  async #retrieve(call: Call, uri: XconUri): Promise<SeenConference | undefined> {
    try {
      return seenIn(await this.#parts.control.retrieve(call, uri));
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }

  async #authenticated(exchange: Exchange): Promise<Principal | undefined> {
    const { facts, headers } = exchange;
    const outcome = await this.#parts.authentication.authenticate(facts);
    if (outcome.kind === 'user') return outcome.principal;
    const refusal = this.#parts.authentication.refusal(facts, outcome);
    Object.assign(headers, refusal.headers);
    exchange.answerText(refusal.status, 'Log in to make or revoke a calendar URL.');
    return undefined;
  }
}
