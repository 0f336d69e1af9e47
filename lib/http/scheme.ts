import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Principal } from '../directory/principal.ts';
import { isLoopback } from './address.ts';
import type { Authorization } from './authorization.ts';

/** What authentication looks at in a request. */
export interface RequestFacts {
  readonly method: string;
  /** The request target exactly as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The peer's address. */
  readonly source: string;
  /** Over TLS. */
  readonly secure: boolean;
  /** From this machine. */
  readonly loopback: boolean;
}

export type Outcome =
  /** No credentials were sent; no failure. */
  | { readonly kind: 'none' }
  | {
      readonly kind: 'user';
      readonly principal: Principal;
      readonly scheme: string;
      /** The value of `Authentication-Info` for the answer (RFC 7616 §3.5). */
      readonly info?: string;
    }
  | {
      readonly kind: 'refused';
      /** The nonce was too old or used before; the credentials may be right. */
      readonly stale?: boolean;
      /** Seconds until the next attempt is looked at. */
      readonly retryAfter?: number;
    };

/** A way to authenticate; the order of a list of them is the order of the challenges. */
export interface Scheme {
  /** As in the header, lower case. */
  readonly name: string;
  /** Values of `WWW-Authenticate`, each a header of its own; none where the scheme is not to be used. */
  challenges(request: RequestFacts, realm: string, stale: boolean): string[];
  authenticate(request: RequestFacts, realm: string, credentials: Authorization): Promise<Outcome>;
}

export const refused: Outcome = { kind: 'refused' };

export function factsOf(request: IncomingMessage): RequestFacts {
  const { method = '', url = '', headers, socket } = request;
  const source = socket.remoteAddress ?? '';
  const secure = (socket as Partial<TLSSocket>).encrypted === true;
  return { method, url, headers, source, secure, loopback: isLoopback(source) };
}
