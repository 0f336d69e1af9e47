import { ACCEPT, isAccepted, SUPPRESS_IF_MATCH } from '../message/headers/index.ts';
import type { Rates } from '../message/headers/index.ts';
import type { Request } from '../message/request.ts';
import { grantExpires } from './expiry.ts';
import type { EventPackage, Refusal } from './package.ts';
import { ratesAsked } from './rates.ts';

/** What a SUBSCRIBE asks for and gets. */
export interface Terms {
  /** Seconds granted. */
  readonly expires: number;
  /** Accept as written; undefined: the package's default. */
  readonly accept: string | undefined;
  /** Rates asked for (RFC 6446). */
  readonly rates: Rates | undefined;
  /** Suppress-If-Match (RFC 5839). */
  readonly suppress: string | undefined;
}

/** Reads a SUBSCRIBE for a package that we have (RFC 6665 §4.2.1.1). @throws {BadMessage} 400 */
export function readTerms(request: Request, pack: Pick<EventPackage, 'mediaTypes' | 'expires'>): Terms | Refusal {
  const ranges = request.all(ACCEPT);
  const accept = request.lines('Accept');
  if (accept.length > 0 && !pack.mediaTypes.some((type) => isAccepted(type, ranges))) return { status: 406 };
  const expires = grantExpires(request.expires, pack.expires);
  if (typeof expires !== 'number') return expires;
  return {
    expires,
    accept: accept.length > 0 ? accept.join(', ') : undefined,
    rates: request.event && ratesAsked(request.event.parameters),
    suppress: request.get(SUPPRESS_IF_MATCH),
  };
}
