import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { endWithTurn } from './leaving.ts';
import type { RequestFacts } from './scheme.ts';

/** What a service adds to the line of its request. */
export type LogFields = Record<string, string | number | boolean | undefined>;

/** A request and its answer, as they are handed to who serves them. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly facts: RequestFacts;
  /** Of the request's target, without the query. */
  readonly path: string;
  /** Headers of the answer, whatever it will be. */
  readonly headers: OutgoingHttpHeaders = {};
  readonly log: LogFields = {};

  constructor(request: IncomingMessage, response: ServerResponse, facts: RequestFacts) {
    this.request = request;
    this.response = response;
    this.facts = facts;
    this.path = pathOf(facts.url);
  }

  /** Sends the whole answer, once. */
  answer(status: number, type: string, body: Buffer | string): void {
    const { headers, response } = this;
    headers['Content-Type'] = type;
    headers['Content-Length'] = Buffer.byteLength(body);
    response.writeHead(status, headers);
    endWithTurn(response, body);
  }

  /** The same with a line that a person reads. */
  answerText(status: number, text: string): void {
    this.answer(status, 'text/plain; charset=utf-8', `${text}\n`);
  }

  answerNothing(): void {
    this.response.writeHead(204, this.headers);
    endWithTurn(this.response);
  }
}

/** Clients send the target as a path; what goes to proxies is a whole URL, which is taken too (RFC 9112 §3.2.2). */
function pathOf(target: string): string {
  if (!target.startsWith('/')) return URL.canParse(target) ? new URL(target).pathname : target;
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}
