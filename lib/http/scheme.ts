import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Principal } from '../directory/principal.ts';
import type { Authorization } from './authorization.ts';
import { certifiedNames } from './client-certificate.ts';
import { noProxies, originOf, type TrustedProxies } from './forwarded.ts';

/** What authentication looks at in a request. */
export interface RequestFacts {
  readonly method: string;
  /** The request target exactly as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The client's address. */
  readonly source: string;
  /** Over TLS. */
  readonly secure: boolean;
  /** From this machine. */
  readonly loopback: boolean;
  /** The same for all requests of one connection. */
  readonly connection?: object;
  /** Ids and addresses of users that a certificate of the client proves. */
  readonly certified?: readonly string[];
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
      /** What the credentials are checked against could not be had; they may be right. */
      readonly unavailable?: boolean;
    };

/** A way to authenticate; the order of a list of them is the order of the challenges. */
export interface Scheme {
  /** As in the header, lower case. */
  readonly name: string;
  /** Values of `WWW-Authenticate`, each a header of its own; none where the scheme is not to be used. */
  challenges(request: RequestFacts, realm: string, stale: boolean): string[];
  authenticate(request: RequestFacts, realm: string, credentials: Authorization): Outcome | Promise<Outcome>;
}

export const refused: Outcome = { kind: 'refused' };

export function factsOf(request: IncomingMessage, proxies: TrustedProxies = noProxies): RequestFacts {
  const { method = '', url = '', headers } = request;
  const socket = request.socket as Partial<TLSSocket>;
  const encrypted = socket.encrypted === true;
  const peer = { source: socket.remoteAddress ?? '', secure: encrypted };
  const { source, secure, loopback, proxied } = originOf(peer, headers, proxies);
  // The certificate of a proxy is not its client's.
  const certified = encrypted && !proxied ? certifiedNames(socket) : NONE;
  return { method, url, headers, source, secure, loopback, connection: socket, certified };
}

const NONE: readonly string[] = [];
