import type { Attempts } from '../directory/attempts.ts';
import type { Directory, NameReading } from '../directory/directory.ts';
import { TooManyDerivations } from '../directory/scrypt.ts';
import { parseAuthorization } from './authorization.ts';
import { BasicScheme } from './basic.ts';
import type { BearerScheme } from './bearer.ts';
import { certifiedUser } from './client-certificate.ts';
import { DigestScheme } from './digest.ts';
import { Nonces, nonceDefaults } from './nonce.ts';
import type { NonceLimits } from './nonce.ts';
import { refused } from './scheme.ts';
import type { Outcome, RequestFacts, Scheme } from './scheme.ts';
import { VerifiedCredentials, type VerifiedLimits } from './verified.ts';

export interface AuthenticationOptions {
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  readonly nonces?: NonceLimits;
  readonly basic?: VerifiedLimits;
  /** Present when tokens of some issuer are taken. */
  readonly bearer?: BearerScheme | undefined;
}

/** The answer to a request whose authentication was refused or is missing. */
export interface AuthenticationRefusal {
  readonly status: 401 | 429 | 503;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

/** HTTP authentication (RFC 9110 §11) against the directory. */
export class HttpAuthentication {
  readonly #directory: Directory;
  readonly #attempts: Attempts;
  readonly #nonces: Nonces;
  readonly #basic: BasicScheme;
  readonly #schemes: readonly Scheme[];
  readonly #bearer: BearerScheme | undefined;

  constructor(directory: Directory, attempts: Attempts, options: AuthenticationOptions = {}) {
    this.#directory = directory;
    this.#attempts = attempts;
    this.#nonces = new Nonces(options.clock ?? Date.now, options.nonces ?? nonceDefaults);
    this.#bearer = options.bearer;
    this.#basic = new BasicScheme(
      (name, password, realm, source) => this.password(name, password, source, { domain: realm }),
      new VerifiedCredentials(() => directory.changes, options.basic),
    );
    // Clients take the first that they know, in this order: Linphone fails with Digest before Basic.
    this.#schemes = [
      ...(options.bearer ? [options.bearer] : []),
      this.#basic,
      new DigestScheme(directory, attempts, this.#nonces),
    ];
  }

  /** Who sends the request: by its `Authorization` header, else by the certificate of its connection. */
  authenticate(request: RequestFacts): Outcome | Promise<Outcome> {
    const header = request.headers.authorization;
    if (header === undefined) return this.#byCertificate(request);
    return this.#basic.again(request) ?? this.#bySchemes(request, header);
  }

  /** Who it is by name and password, as Basic and CCMP's `<subject>` carry them; failures count for both together. */
  async password(name: string, password: string, source: string, reading: NameReading = {}): Promise<Outcome> {
    const check = () => this.#directory.verify(name, password, reading);
    try {
      const subject = this.#directory.subjectOf(name, reading);
      const { found, retryAfter } = await this.#attempts.limit(subject, source, check);
      if (found) return { kind: 'user', principal: found, scheme: 'Basic' };
      return { kind: 'refused', ...(retryAfter !== undefined && { retryAfter }) };
    } catch (error) {
      if (error instanceof TooManyDerivations) return { kind: 'refused', retryAfter: 1 };
      throw error;
    }
  }

  /** Values of `WWW-Authenticate`, one header each, in the order in which clients are to try them. */
  challenges(request: RequestFacts, { stale = false }: { stale?: boolean } = {}): string[] {
    const realm = this.#realmOf(request);
    return this.#schemes.flatMap((scheme) => scheme.challenges(request, realm, stale));
  }

  /** The challenge, or how long to wait when attempts failed too often (RFC 6585 §4). */
  refusal(request: RequestFacts, outcome: Exclude<Outcome, { kind: 'user' }>): AuthenticationRefusal {
    if (outcome.kind === 'refused' && outcome.retryAfter !== undefined) {
      return {
        status: outcome.unavailable === true ? 503 : 429,
        headers: { 'Retry-After': String(outcome.retryAfter) },
      };
    }
    const stale = outcome.kind === 'refused' && outcome.stale === true;
    return { status: 401, headers: { 'WWW-Authenticate': this.challenges(request, { stale }) } };
  }

  /** What is remembered for a while. */
  get remembered(): { readonly nonces: number; readonly tokens: number } {
    return { nonces: this.#nonces.size, tokens: this.#bearer?.size ?? 0 };
  }

  close(): void {
    this.#nonces.close();
    this.#bearer?.close();
  }

  #bySchemes(request: RequestFacts, header: string): Outcome | Promise<Outcome> {
    const credentials = parseAuthorization(header);
    const scheme = this.#schemes.find(({ name }) => name === credentials?.scheme);
    if (credentials === undefined || scheme === undefined) return refused;
    return scheme.authenticate(request, this.#realmOf(request), credentials);
  }

  async #byCertificate({ certified = [] }: RequestFacts): Promise<Outcome> {
    const principal = certified.length === 0 ? undefined : await certifiedUser(this.#directory, certified);
    return principal === undefined ? { kind: 'none' } : { kind: 'user', principal, scheme: 'certificate' };
  }

  /**
   * The domain whose users are asked for: that of `From` (Linphone sends the identity there), else the host's, where we serve
   * it, else the default. It chooses what to ask, never who it is.
   */
  #realmOf({ headers }: RequestFacts): string {
    const from = /@([^\s@<>:;?,]+)/.exec(headers.from ?? '')?.[1];
    const authority = headers.host ?? (headers[':authority'] as string | undefined);
    const host = /^[^:]*/.exec(authority ?? '')?.[0];
    const served = [from, host].find((domain) => domain !== undefined && this.#directory.servesDomain(domain));
    return served?.toLowerCase() ?? this.#directory.defaultDomain;
  }
}
