import type { Exchange } from './exchange.ts';

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
 * What is returned adds the headers, and tells whether the request is no more than the question whether it may be sent.
 */
export function crossOrigin({ origins, maxAge }: CorsSettings): (exchange: Exchange) => boolean {
  const allowed = new Set(origins);
  if (allowed.size === 0) return () => false;
  return ({ request, headers: answer }) => {
    const { origin, 'access-control-request-method': asked } = request.headers;
    answer['Vary'] = 'Origin';
    if (origin === undefined || !allowed.has(origin)) return false;
    answer['Access-Control-Allow-Origin'] = origin;
    if (request.method !== 'OPTIONS' || asked === undefined) {
      answer['Access-Control-Expose-Headers'] = 'Retry-After, WWW-Authenticate';
      return false;
    }
    answer['Access-Control-Allow-Methods'] = 'POST';
    answer['Access-Control-Allow-Headers'] = 'Accept, Authorization, Content-Type';
    answer['Access-Control-Max-Age'] = String(maxAge);
    return true;
  };
}
