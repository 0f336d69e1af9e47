import type { Agent } from 'node:http';
import type { MessageName } from '../../lib/ccmp/codec/messages.ts';
import { decodeResponse, type CcmpResponse } from '../../lib/ccmp/codec/response.ts';
import { parse } from '../../lib/xml/parse.ts';
import { post, type HttpAnswer } from './http.ts';
import { confInfo, requestText, userInfo, usersInfo, type Request } from './messages.ts';
import { expectSameReading } from './readers.ts';
import { expectValid } from './schemas.ts';

export interface Answer extends CcmpResponse {
  readonly http: HttpAnswer;
  readonly xml: string;
}

/** Reads a CCMP answer, which must be valid by the schema and read the same by another library. */
export function readAnswer(http: HttpAnswer): Answer {
  if (http.status !== 200) throw new Error(`HTTP ${http.status}: ${http.body}`);
  expectValid('ccmp', http.body);
  expectSameReading(http.body);
  return { ...decodeResponse(parse(http.body)), http, xml: http.body };
}

export interface Identity {
  /** XCON-USERID; a newcomer has none. */
  readonly id?: string;
  /** What goes into the header Authorization. */
  readonly authorization?: string;
}

export const CCMP_HEADERS = { 'Content-Type': 'application/ccmp+xml', Accept: 'application/ccmp+xml' };

export const basic = (login: string, password: string): string =>
  `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;

type With = Pick<Request, 'password' | 'namespace'>;

/** Somebody who sends requests: each verb is one request over HTTP, its answer checked and read. */
export class Party {
  readonly id: string;
  readonly #url: () => string;
  readonly #identity: Identity;
  readonly #agent: Agent;

  constructor(url: () => string, agent: Agent, identity: Identity = {}) {
    this.#url = url;
    this.#agent = agent;
    this.#identity = identity;
    this.id = identity.id ?? '';
  }

  /** The raw answer to a raw body. */
  post(body: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    const { authorization } = this.#identity;
    const own = authorization === undefined ? {} : { Authorization: authorization };
    return post(this.#url(), body, { ...CCMP_HEADERS, ...own, ...headers }, this.#agent);
  }

  async sends(body: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return readAnswer(await this.post(body, headers));
  }

  asks(name: MessageName, request: Request = {}): Promise<Answer> {
    return this.sends(this.text(name, request));
  }

  /** The request as text, from this party. */
  text(name: MessageName, request: Request = {}): string {
    return requestText(name, { confUserID: this.#identity.id, ...request });
  }

  listsBlueprints(): Promise<Answer> {
    return this.asks('blueprints');
  }

  retrievesBlueprint(confObjID: string): Promise<Answer> {
    return this.asks('blueprint', { operation: 'retrieve', confObjID });
  }

  lists(): Promise<Answer> {
    return this.asks('confs');
  }

  /** With the default blueprint, or as the content of a confInfo describes it. */
  creates(content?: string, more: With = {}): Promise<Answer> {
    const inside = content === undefined ? '' : confInfo('xcon:AUTO_GENERATE_1@example.com', content);
    return this.asks('conf', { operation: 'create', inside, ...more });
  }

  clones(confObjID: string, more: With = {}): Promise<Answer> {
    return this.asks('conf', { operation: 'create', confObjID, ...more });
  }

  retrieves(confObjID: string, more: With = {}): Promise<Answer> {
    return this.asks('conf', { operation: 'retrieve', confObjID, ...more });
  }

  updates(confObjID: string, content: string, more: With = {}): Promise<Answer> {
    return this.asks('conf', { operation: 'update', confObjID, inside: confInfo(confObjID, content), ...more });
  }

  deletes(confObjID: string, more: With = {}): Promise<Answer> {
    return this.asks('conf', { operation: 'delete', confObjID, ...more });
  }

  retrievesUsers(confObjID: string, more: With = {}): Promise<Answer> {
    return this.asks('users', { operation: 'retrieve', confObjID, ...more });
  }

  updatesUsers(confObjID: string, content: string, more: With = {}): Promise<Answer> {
    return this.asks('users', { operation: 'update', confObjID, inside: usersInfo(content), ...more });
  }

  /** Herself without an entity. */
  retrievesUser(confObjID: string, entity?: string, more: With = {}): Promise<Answer> {
    const inside = entity === undefined ? '' : userInfo(entity);
    return this.asks('user', { operation: 'retrieve', confObjID, inside, ...more });
  }

  /** Herself, with the content of a userInfo if there is any. */
  joins(confObjID: string, content?: string, more: With = {}): Promise<Answer> {
    const inside = content === undefined ? '' : userInfo(this.id, content);
    return this.asks('user', { operation: 'create', confObjID, inside, ...more });
  }

  /** Somebody else, by an entity. */
  brings(confObjID: string, entity: string, content = '', more: With = {}): Promise<Answer> {
    return this.asks('user', { operation: 'create', confObjID, inside: userInfo(entity, content), ...more });
  }

  updatesUser(confObjID: string, entity: string, content: string, more: With = {}): Promise<Answer> {
    return this.asks('user', { operation: 'update', confObjID, inside: userInfo(entity, content), ...more });
  }

  leaves(confObjID: string, more: With = {}): Promise<Answer> {
    return this.asks('user', { operation: 'delete', confObjID, ...more });
  }

  removes(confObjID: string, entity: string, more: With = {}): Promise<Answer> {
    return this.asks('user', { operation: 'delete', confObjID, inside: userInfo(entity), ...more });
  }
}
