import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { decodeResponse, type CcmpResponse } from '../../lib/ccmp/codec/response.ts';
import { ccmpDefaults, ConferenceControlServer, type CcmpSettings } from '../../lib/ccmp/server.ts';
import { Attempts } from '../../lib/directory/attempts.ts';
import { Directory } from '../../lib/directory/directory.ts';
import { HttpAuthentication } from '../../lib/http/authentication.ts';
import { createLogger } from '../../lib/http/access-log.ts';
import { byPath, served } from '../../lib/http/edge.ts';
import { Exchange } from '../../lib/http/exchange.ts';
import { networksOf } from '../../lib/http/forwarded.ts';
import { HttpListener } from '../../lib/http/listener.ts';
import { factsOf } from '../../lib/http/scheme.ts';
import { MemoryStore } from '../../lib/store/memory.ts';
import { parse } from '../../lib/xml/parse.ts';
import { expectSameReading } from '../support/readers.ts';
import { expectValid } from '../support/schemas.ts';
import { StandInControl } from './stand-in.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly challenges: readonly string[];
  readonly body: string;
}

/** Alice and Bob (password `demo`) of example.com before a CCMP server on a free port of this machine. */
export class Service {
  readonly control = new StandInControl();
  readonly logged: Record<string, unknown>[] = [];
  readonly #authentication: HttpAuthentication;
  readonly #directory: Directory;
  readonly #listener: HttpListener;
  #port = 0;

  private constructor(settings: Partial<CcmpSettings>, clock: () => number) {
    this.#directory = new Directory(new MemoryStore(), { domains: ['example.com'], key: randomBytes(32) });
    this.#authentication = new HttpAuthentication(this.#directory, new Attempts(Date.now));
    const logger = createLogger({ level: 'silent' });
    const server = new ConferenceControlServer(
      { control: this.control, users: this.#directory, authentication: this.#authentication, logger, clock },
      { ...ccmpDefaults, ...settings },
    );
    const serve = byPath({ '/ccmp': server.serve });
    // As behind a proxy on this machine, for a client that says so.
    const proxies = { networks: networksOf(['127.0.0.1']), header: 'X-Forwarded-For' } as const;
    this.#listener = new HttpListener((request, response) => {
      const facts = factsOf(request, request.headers['x-forwarded-for'] === undefined ? undefined : proxies);
      const exchange = new Exchange(request, response, facts);
      this.logged.push(exchange.log);
      void served(serve, exchange, logger);
    });
  }

  static async start(
    settings: Partial<CcmpSettings> = {},
    clock: () => number = () => performance.now(),
  ): Promise<Service> {
    const service = new Service(settings, clock);
    await service.#directory.addUser({
      login: 'alice',
      password: 'demo',
      addresses: ['sip:alice@example.com', 'sip:al%20ice@example.com'],
    });
    await service.#directory.addUser({ login: 'bob', password: 'demo' });
    service.#port = (await service.#listener.start({ address: '127.0.0.1', port: 0 })).port;
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/ccmp`;
  }

  async close(): Promise<void> {
    await this.#listener.close();
    this.#authentication.close();
  }

  /** Sends exactly these headers beside Host and Content-Length. */
  send(body: string, headers: Record<string, string>, { method = 'POST', path = '/ccmp' } = {}): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(this.url, { method, path, headers, agent: false }, (response) => {
        text(response).then((content) => {
          const { statusCode: status = 0, headers: received, headersDistinct } = response;
          resolve({ status, headers: received, challenges: headersDistinct['www-authenticate'] ?? [], body: content });
        }, reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Sends a CCMP request as Alice by Basic, or with other headers; the answer is valid and reads the same to others. */
  async ask(body: string, headers: Record<string, string> = basic('alice')): Promise<CcmpResponse> {
    const answer = await this.send(body, { ...CCMP_HEADERS, ...headers });
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}: ${answer.body}`);
    expectValid('ccmp', answer.body);
    expectSameReading(answer.body);
    return decodeResponse(parse(answer.body));
  }
}

export const CCMP_HEADERS = { 'Content-Type': 'application/ccmp+xml' };

export const basic = (user: string, password = 'demo'): Record<string, string> => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
