import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';
import { logRequests } from './access-log.ts';
import { UnacceptableBody } from './body.ts';
import { corsDefaults, crossOrigin, type CorsSettings } from './cors.ts';
import { Exchange } from './exchange.ts';
import { noProxies, type TrustedProxies } from './forwarded.ts';
import type { EndedRequest } from './metrics.ts';
import { factsOf } from './scheme.ts';

/** Answers a request, or throws. */
export type Service = (exchange: Exchange) => Promise<void> | void;

export interface EdgeOptions {
  readonly proxies?: TrustedProxies;
  /** Seconds for which a browser remembers that there is TLS here (RFC 6797); 0 says nothing about it. */
  readonly hsts?: number;
  readonly cors?: CorsSettings;
  /** Told of each request when it has ended. */
  readonly ended?: ((request: EndedRequest) => void) | undefined;
}

/** What every request passes first, whoever serves it: each is logged, and no exception gets out. */
export function createEdge(serve: Service, logger: Logger, options: EdgeOptions = {}): RequestListener {
  const { proxies = noProxies, hsts = 0, cors = corsDefaults, ended } = options;
  const log = logRequests(logger, ended);
  const isPreflight = crossOrigin(cors);
  return (request, response) => {
    const exchange = new Exchange(request, response, factsOf(request, proxies));
    log(exchange);
    // RFC 6797 §7.2: never over plain HTTP.
    if (hsts > 0 && exchange.facts.secure) exchange.headers['Strict-Transport-Security'] = `max-age=${hsts}`;
    if (isPreflight(exchange)) exchange.answerNothing();
    else void served(serve, exchange, logger);
  };
}

/** Each path has its own service; there is nothing elsewhere. */
export const byPath =
  (services: Readonly<Record<string, Service>>): Service =>
  (exchange) => {
    const serve = Object.hasOwn(services, exchange.path) ? services[exchange.path] : undefined;
    return (serve ?? nothing)(exchange);
  };

const nothing: Service = (exchange) => exchange.answerText(404, 'Not Found');

/**
 * The one place where exceptions end: a body that can't be served gets its status, anything else is logged and becomes a
 * 500 that tells the client nothing.
 */
export async function served(serve: Service, exchange: Exchange, logger: Pick<Logger, 'error'>): Promise<void> {
  const { request, response, path, log } = exchange;
  try {
    await serve(exchange);
  } catch (error) {
    if (error instanceof UnacceptableBody) {
      // What is left of the body is not read, so no other request can follow.
      response.shouldKeepAlive = false;
      if (error.status === 413) log['limit'] = 'http.bodyBytes';
      exchange.answerText(error.status, error.message);
      return;
    }
    logger.error({ err: error, method: request.method, path: log['path'] ?? path }, 'unexpected failure');
    if (response.headersSent) response.destroy();
    else exchange.answerText(500, 'internal error');
  }
}
