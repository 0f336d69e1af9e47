import Koa from 'koa';
import type { Middleware } from 'koa';
import type { Logger } from 'pino';
import { accessLog } from './access-log.ts';
import { UnacceptableBody } from './body.ts';
import { noProxies, type TrustedProxies } from './forwarded.ts';
import type { EndedRequest } from './metrics.ts';
import { factsOf } from './scheme.ts';

export interface EdgeOptions {
  readonly proxies?: TrustedProxies;
  /** Seconds for which a browser remembers that there is TLS here (RFC 6797); 0 says nothing about it. */
  readonly hsts?: number;
  /** Told of each request when it has ended. */
  readonly ended?: ((request: EndedRequest) => void) | undefined;
}

/** A koa application that logs each request and lets no exception out; what it serves is added with `use`. */
export function createApplication(logger: Logger, { proxies = noProxies, hsts = 0, ended }: EdgeOptions = {}): Koa {
  const application = new Koa();
  // Only what breaks while an answer is on its way comes here: the peer is gone.
  application.on('error', (error: unknown) => logger.debug({ err: error }, 'answer broken off'));
  application.use((ctx, next) => {
    const facts = factsOf(ctx.req, proxies);
    ctx.state['facts'] = facts;
    // RFC 6797 §7.2: never over plain HTTP.
    if (facts.secure && hsts > 0) ctx.set('Strict-Transport-Security', `max-age=${hsts}`);
    return next();
  });
  return application.use(accessLog(logger, undefined, ended)).use(catchErrors(logger));
}

/**
 * The one place where exceptions of an HTTP application end: a body that can't be served gets its status, anything else is
 * logged and becomes a 500 that tells the client nothing.
 */
export const catchErrors =
  (logger: Logger): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      ctx.type = 'text/plain; charset=utf-8';
      if (error instanceof UnacceptableBody) {
        // What is left of the body is not read, so no other request can follow.
        ctx.res.shouldKeepAlive = false;
        ctx.status = error.status;
        ctx.body = `${error.message}\n`;
        if (error.status === 413) ctx.state['log'] = { limit: 'http.bodyBytes' };
      } else {
        logger.error({ err: error, method: ctx.method, path: ctx.path }, 'unexpected failure');
        ctx.status = 500;
        ctx.body = 'internal error\n';
      }
    }
  };
