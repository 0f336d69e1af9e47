import { quote } from '../message/cursor.ts';
import { nobodys } from './algorithm.ts';
import { CHALLENGERS, formatChallenge } from './challenge.ts';
import type { Challenger } from './challenge.ts';
import type { AttemptLimit, CredentialSource, DigestAlgorithm } from './credential-source.ts';
import { readCredentials } from './credentials.ts';
import type { DigestCredentials } from './credentials.ts';
import { Nonces, nonceDefaults } from './nonce.ts';
import type { NonceLimits } from './nonce.ts';
import { formatParameters } from './parameters.ts';
import { isSameDigest, requestDigest, responseDigest } from './response.ts';
import type { Qop } from './response.ts';

export interface DigestOptions {
  readonly credentials: CredentialSource;
  /** Milliseconds, never going back. */
  readonly now: () => number;
  /** Who fails often waits; without it nobody does. */
  readonly attempts?: AttemptLimit;
  /** Offered in this order, the most preferred first (RFC 8760 §2.3). */
  readonly algorithms?: readonly DigestAlgorithm[];
  readonly qop?: readonly Qop[];
  readonly nonces?: NonceLimits;
  /**
   * Whether credentials made for this `uri` are good for the request, which proxies may have sent to another one (RFC 8760
   * §2.6 rule 6). Default: always.
   */
  readonly accepts?: (uri: string) => boolean;
}

export const digestDefaults = {
  algorithms: ['SHA-256', 'MD5'],
  qop: ['auth', 'auth-int'],
  nonces: nonceDefaults,
} as const satisfies Partial<DigestOptions>;

/** What of a request is looked at. */
export interface AuthenticatedMessage {
  readonly method: string;
  readonly body: Buffer;
  headers(name: string): readonly string[];
}

export type Authentication =
  | {
      readonly kind: 'user';
      readonly user: string;
      readonly realm: string;
      readonly algorithm: DigestAlgorithm;
      /** Value of Authentication-Info for a response with that body; undefined where the client knows no qop. */
      info(body: Buffer): string | undefined;
    }
  /** `stale`: the credentials may be right, but their nonce can't be used (again). */
  | { readonly kind: 'challenge'; readonly stale: boolean }
  /** Too many failures; `retryAfter` in seconds. */
  | { readonly kind: 'slowed'; readonly retryAfter: number };

/** Digest authentication as a user agent server or proxy does it (RFC 3261 §22, RFC 8760). */
export class DigestServer {
  readonly #options: DigestOptions & typeof digestDefaults;
  readonly #nonces: Nonces;
  readonly #nobody: Readonly<Record<DigestAlgorithm, Buffer>> = {
    MD5: nobodys('MD5'),
    'SHA-256': nobodys('SHA-256'),
    'SHA-512-256': nobodys('SHA-512-256'),
  };

  constructor(options: DigestOptions) {
    this.#options = { ...digestDefaults, ...options } as DigestOptions & typeof digestDefaults;
    this.#nonces = new Nonces(options.now, this.#options.nonces);
  }

  /** One header field for each algorithm, in the order of preference. */
  challenge(realm: string, stale = false, challenger: Challenger = 'user'): (readonly [name: string, value: string])[] {
    const nonce = this.#nonces.issue();
    const { algorithms, qop } = this.#options;
    const name = CHALLENGERS[challenger].challenge;
    return algorithms.map((algorithm) => [name, formatChallenge({ realm, nonce, algorithm, qop, stale })]);
  }

  /** `source`: the address that the request came from. Credentials for other realms are for others and ignored. */
  async authenticate(
    message: AuthenticatedMessage,
    realm: string,
    source: string,
    challenger: Challenger = 'user',
  ): Promise<Authentication> {
    const sent = this.#credentials(message, realm, challenger);
    if (sent === undefined) return { kind: 'challenge', stale: false };
    if (!this.#nonces.isCurrent(sent.nonce)) return { kind: 'challenge', stale: true };
    const check = () => this.#secretOf(message, sent);
    const { attempts } = this.#options;
    const { found, retryAfter } =
      attempts === undefined ? { found: await check() } : await attempts.limit(`${sent.user}@${realm}`, source, check);
    if (retryAfter !== undefined) return { kind: 'slowed', retryAfter };
    if (found === undefined) return { kind: 'challenge', stale: false };
    const count = sent.protection && Number.parseInt(sent.protection.nc, 16);
    if (!this.#nonces.use(sent.nonce, count)) return { kind: 'challenge', stale: true };
    const { user, algorithm } = sent;
    return { kind: 'user', user, realm, algorithm, info: (body) => infoOf(sent, found, body) };
  }

  #credentials(message: AuthenticatedMessage, realm: string, challenger: Challenger): DigestCredentials | undefined {
    const { algorithms, qop, accepts } = this.#options;
    return message
      .headers(CHALLENGERS[challenger].credentials)
      .map(readCredentials)
      .find(
        (sent) =>
          sent?.realm === realm &&
          (algorithms as readonly DigestAlgorithm[]).includes(sent.algorithm) &&
          (sent.protection === undefined || (qop as readonly Qop[]).includes(sent.protection.qop)) &&
          accepts?.(sent.uri) !== false,
      );
  }

  /** H(A1) when the response is right. Every step is done for unknown users too. */
  async #secretOf(message: AuthenticatedMessage, sent: DigestCredentials): Promise<Buffer | undefined> {
    const known = (await this.#options.credentials.lookup(sent.user, sent.realm))?.ha1[sent.algorithm];
    const ha1 = known ?? this.#nobody[sent.algorithm];
    const right = isSameDigest(requestDigest(sent, ha1, message.method, message.body), sent.response);
    return right ? known : undefined;
  }
}

function infoOf(sent: DigestCredentials, ha1: Buffer, body: Buffer): string | undefined {
  if (sent.protection === undefined) return undefined;
  const { qop, cnonce, nc } = sent.protection;
  return formatParameters({ qop, rspauth: quote(responseDigest(sent, ha1, body)), cnonce: quote(cnonce), nc });
}
