import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { HttpCredentials } from '../ccmp/client/credentials.ts';
import { isLoopback } from '../http/address.ts';
import { CommandFailure, EXIT } from './outcome.ts';

export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  readonly id?: string;
}

export interface EventSourceOptions {
  readonly credentials?: HttpCredentials | undefined;
  /** What one has already. */
  readonly lastEventId?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

const CHALLENGES = 2;

/** The events of a stream (HTML §9.2.6) until it ends. @throws {CommandFailure} where it can not be had */
export async function* eventsAt(url: URL, options: EventSourceOptions): AsyncGenerator<ServerSentEvent> {
  const response = await open(url, options);
  response.setEncoding('utf8');
  let text = '';
  try {
    for await (const piece of response as AsyncIterable<string>) {
      text += piece;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = eventOf(block);
        if (event !== undefined) yield event;
      }
    }
  } catch {
    // A connection that breaks is a stream that ends.
  } finally {
    response.destroy();
  }
}

async function open(
  url: URL,
  { credentials, lastEventId, headers }: EventSourceOptions,
): Promise<http.IncomingMessage> {
  const confidential = url.protocol === 'https:' || isLoopback(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  for (let challenges = 0; ; challenges += 1) {
    const authorization = credentials?.authorization('GET', url.pathname + url.search);
    const response = await get(url, {
      ...headers,
      Accept: 'text/event-stream, application/json',
      ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }),
      ...(authorization !== undefined && { Authorization: authorization }),
    });
    if (response.statusCode === 200) return response;
    const facts = { confidential, shown: authorization !== undefined };
    const isChallenge = response.statusCode === 401 && challenges < CHALLENGES;
    if (isChallenge && credentials?.accept(response.headersDistinct['www-authenticate'] ?? [], facts) === true) {
      response.resume();
      continue;
    }
    throw await refusalOf(response);
  }
}

async function get(url: URL, headers: http.OutgoingHttpHeaders): Promise<http.IncomingMessage> {
  const { request } = url.protocol === 'https:' ? https : http;
  const asked = request(url, { headers, agent: false }).end();
  try {
    const [response] = (await once(asked, 'response')) as [http.IncomingMessage];
    return response;
  } catch (error) {
    throw new CommandFailure(`no server answers at ${url.origin}: ${(error as Error).message}`, EXIT.unreachable);
  }
}

async function refusalOf(response: http.IncomingMessage): Promise<CommandFailure> {
  const { statusCode = 0 } = response;
  let text = '';
  for await (const piece of response.setEncoding('utf8') as AsyncIterable<string>) text = (text + piece).slice(0, 200);
  const exitCode = statusCode === 401 || statusCode === 429 ? EXIT.unauthenticated : EXIT.failed;
  return new CommandFailure(`${statusCode} ${text.trim()}`, exitCode);
}

/** Undefined for what has no data: a comment. */
function eventOf(block: string): ServerSentEvent | undefined {
  const fields = block.split('\n').map((line) => /^([^:]+)(?:: ?(.*))?$/.exec(line));
  const all = (name: string): string[] => fields.flatMap((field) => (field?.[1] === name ? [field[2] ?? ''] : []));
  const data = all('data');
  if (data.length === 0) return undefined;
  const id = all('id').at(-1);
  return { event: all('event').at(-1) ?? 'message', data: data.join('\n'), ...(id !== undefined && { id }) };
}
