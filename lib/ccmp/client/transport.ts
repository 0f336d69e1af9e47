import http from 'node:http';
import https from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { MEDIA_TYPE } from '../codec/messages.ts';
import type { HttpCredentials } from './credentials.ts';
import { TransportError } from './errors.ts';

export interface TransportLimits {
  /** Milliseconds from the request to its answer, redirects and challenges included (RFC 6503 §4.4). */
  readonly timeout: number;
  /** Redirects that are followed for one request. */
  readonly redirects: number;
  /** Bytes of an answer. */
  readonly answerBytes: number;
}

export const transportDefaults: TransportLimits = { timeout: 30_000, redirects: 5, answerBytes: 67_108_864 };

export interface TransportOptions extends Partial<TransportLimits> {
  readonly userAgent?: string;
  /** Sent as `From`, by which servers of several domains choose what to ask for. */
  readonly from?: string;
  /** Certificates and keys for https, as node:tls takes them. */
  readonly tls?: Pick<https.AgentOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername'>;
}

/** The first asks for credentials, the second can only mean a nonce that aged meanwhile. */
const MAX_CHALLENGES = 2;

interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly challenges: readonly string[];
  readonly body: Buffer;
}

/** Carries CCMP over HTTP (RFC 6503 §9): one POST, its challenges and redirects, within one time limit. */
export class Transport {
  readonly #url: URL;
  readonly #credentials: HttpCredentials | undefined;
  readonly #limits: TransportLimits;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #plain: http.Agent;
  readonly #tls: https.Agent;

  constructor(url: URL, credentials: HttpCredentials | undefined, options: TransportOptions) {
    this.#url = url;
    this.#credentials = credentials;
    this.#limits = { ...transportDefaults, ...options };
    this.#headers = {
      'Content-Type': `${MEDIA_TYPE};charset=UTF-8`,
      Accept: MEDIA_TYPE,
      'User-Agent': options.userAgent ?? 'plenary',
      ...(options.from !== undefined && { From: options.from }),
    };
    this.#plain = new http.Agent({ keepAlive: true });
    this.#tls = new https.Agent({ keepAlive: true, ...options.tls });
  }

  /**
   * The body of the answer. A message that holds secrets is not redirected to another host. @throws {TransportError}
   */
  async exchange(message: Buffer, { secret }: { secret: boolean }): Promise<Buffer> {
    const signal = AbortSignal.timeout(this.#limits.timeout);
    try {
      let url = this.#url;
      for (let hops = 0; hops <= this.#limits.redirects; hops += 1) {
        const answer = await this.#authenticated(url, message, signal);
        if (answer.status >= 200 && answer.status < 300) return answer.body;
        url = redirected(url, answer);
        if (secret && !isSameServer(this.#url, url))
          throw new TransportError(`${url.origin} is another server: passwords are not sent there`, answer);
        await wait(retryAfter(answer) * 1000, undefined, { signal });
      }
      throw new TransportError(`redirected more than ${this.#limits.redirects} times`);
    } catch (error) {
      if (error instanceof TransportError) throw error;
      const reason = signal.aborted ? `no answer within ${this.#limits.timeout} ms` : (error as Error).message;
      throw new TransportError(reason, { cause: error });
    }
  }

  close(): void {
    this.#plain.destroy();
    this.#tls.destroy();
  }

  /** The user's credentials are for the server that was configured, never for one that a redirect names. */
  async #authenticated(url: URL, message: Buffer, signal: AbortSignal): Promise<HttpAnswer> {
    const credentials = isSameServer(this.#url, url) ? this.#credentials : undefined;
    for (let challenges = 0; ; challenges += 1) {
      const authorization = credentials?.authorization('POST', url.pathname + url.search);
      const answer = await this.#post(url, message, authorization, signal);
      if (answer.status !== 401 || credentials === undefined || challenges === MAX_CHALLENGES) return answer;
      const facts = { confidential: isConfidential(url), shown: authorization !== undefined };
      if (!credentials.accept(answer.challenges, facts)) return answer;
    }
  }

  #post(url: URL, message: Buffer, authorization: string | undefined, signal: AbortSignal): Promise<HttpAnswer> {
    const headers = {
      ...this.#headers,
      'Content-Length': message.length,
      ...(authorization !== undefined && { Authorization: authorization }),
    };
    const options = { method: 'POST', headers, signal };
    return new Promise((resolve, reject) => {
      const sent =
        url.protocol === 'https:'
          ? https.request(url, { ...options, agent: this.#tls })
          : http.request(url, { ...options, agent: this.#plain });
      sent.on('error', reject);
      sent.on('response', (response) => {
        this.#read(response).then(resolve, reject);
      });
      sent.end(message);
    });
  }

  async #read(response: http.IncomingMessage): Promise<HttpAnswer> {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of response as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > this.#limits.answerBytes) throw new TransportError('the answer is too long');
      pieces.push(piece);
    }
    const { statusCode: status = 0, headers, headersDistinct } = response;
    return { status, headers, challenges: headersDistinct['www-authenticate'] ?? [], body: Buffer.concat(pieces) };
  }
}

/** Where the answer sends the request. @throws {TransportError} when nowhere, or from https to http */
function redirected(from: URL, { status, headers, body }: HttpAnswer): URL {
  if (status < 300 || status >= 400 || headers.location === undefined) {
    const text = headers['content-type']?.startsWith('text/plain') ? `: ${body.toString('utf8', 0, 200).trim()}` : '';
    throw new TransportError(`HTTP ${status}${text}`, { status });
  }
  const to = new URL(headers.location, from);
  if (to.protocol !== 'https:' && to.protocol !== from.protocol)
    throw new TransportError(`a redirect from ${from.protocol} to ${to.protocol} is not followed`, { status });
  return to;
}

/** The same origin, or the same host over https. */
const isSameServer = (one: URL, other: URL): boolean =>
  one.origin === other.origin || (one.hostname === other.hostname && other.protocol === 'https:');

const isConfidential = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);

/** Seconds to wait before a redirect is followed (RFC 9110 §10.2.3). */
function retryAfter({ headers }: HttpAnswer): number {
  const value = headers['retry-after'] ?? '0';
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(seconds, 0) : 0;
}
