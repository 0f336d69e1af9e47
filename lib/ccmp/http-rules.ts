import type { IncomingMessage } from 'node:http';
import accepts from 'accepts';
import { MEDIA_TYPE } from './codec/messages.ts';

/** Refused below CCMP: a plain HTTP answer without a CCMP message. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string | string[]>> = {}) {
    super(message);
    this.name = 'HttpRefusal';
    this.status = status;
    this.headers = headers;
  }
}

/** The subset of HTTP that carries CCMP (RFC 6503 §9). @throws {HttpRefusal} */
export function checkHttpRules(request: IncomingMessage): void {
  // Whoever sends GET found the URL somewhere: tell nothing.
  if (request.method !== 'POST') throw new HttpRefusal(405, 'Method Not Allowed', { Allow: 'POST' });
  const { headers } = request;
  for (const name of ['expect', 'range'])
    if (headers[name] !== undefined) throw new HttpRefusal(501, `The header ${name} is not supported.`);
  for (const name in headers)
    if (name.startsWith('if-')) throw new HttpRefusal(412, `The header ${name} can not be met.`);
  if (headers['content-type'] !== MEDIA_TYPE && mediaType(headers['content-type']) !== MEDIA_TYPE)
    throw new HttpRefusal(406, `Send the request as Content-Type: ${MEDIA_TYPE}.`);
  // Without Accept anything goes: clients in the wild send none.
  if (!acceptsAnswer(request)) throw new HttpRefusal(406, `The answer is ${MEDIA_TYPE}, which Accept excludes.`);
}

/** Nearly all clients send one of a few headers, and reading one takes as long as reading a small message. */
const PLAIN = new Set([undefined, '*/*', MEDIA_TYPE]);
const acceptsAnswer = (request: IncomingMessage): boolean =>
  PLAIN.has(request.headers.accept) || accepts(request).type(MEDIA_TYPE, `${MEDIA_TYPE};charset=utf-8`) !== false;

const mediaType = (header: string | undefined): string => (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
