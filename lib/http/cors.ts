import type { Middleware } from 'koa';

export interface CorsSettings {
  /** Origins (RFC 6454) whose pages may send requests and read the answers, such as `https://calendar.example.com`. */
  readonly origins: readonly string[];
  /** Seconds for which a browser remembers it. */
  readonly maxAge: number;
}

export const corsDefaults: CorsSettings = { origins: [], maxAge: 600 };

/**
 * Cross-origin requests (Fetch §3.2) from the pages that are named; other pages can't read an answer, and as the media type
 * needs a preflight, can't even send a request. Credentials are those that a page has itself: no cookies, no certificates.
 */
export const cors = ({ origins, maxAge }: CorsSettings): Middleware => {
  const allowed = new Set(origins);
  return (ctx, next) => {
    const { origin } = ctx.req.headers;
    if (allowed.size > 0) ctx.vary('Origin');
    if (origin === undefined || !allowed.has(origin)) return next();
    ctx.set('Access-Control-Allow-Origin', origin);
    if (ctx.method !== 'OPTIONS' || ctx.req.headers['access-control-request-method'] === undefined) {
      ctx.set('Access-Control-Expose-Headers', 'Retry-After, WWW-Authenticate');
      return next();
    }
    ctx.set({
      'Access-Control-Allow-Methods': 'POST',
      'Access-Control-Allow-Headers': 'Accept, Authorization, Content-Type',
      'Access-Control-Max-Age': String(maxAge),
    });
    ctx.status = 204;
    return undefined;
  };
};
