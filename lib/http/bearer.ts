import { createHash } from 'node:crypto';
import { decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import NodeCache from 'node-cache';
import type { Directory } from '../directory/directory.ts';
import type { Principal } from '../directory/principal.ts';
import { parseXconUserId } from '../model/identifiers.ts';
import { quoted, type Authorization } from './authorization.ts';
import { isPrivate } from './basic.ts';
import { openKeys, type Issuer, type KeyLimits } from './issuers.ts';
import { refused, type Outcome, type RequestFacts, type Scheme } from './scheme.ts';

export interface BearerLimits extends KeyLimits {
  /** Seconds by which clocks may differ. */
  readonly tolerance: number;
  /** Verified tokens that are remembered until they expire. */
  readonly remembered: number;
}

export const bearerDefaults: BearerLimits = { keysAge: 600, fetchTime: 5_000, tolerance: 30, remembered: 10_000 };

interface Verified {
  readonly user: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Seconds to wait when an issuer's keys can not be had. */
const KEYS_RETRY = 5;

/** Bearer tokens (RFC 6750) that are JWTs (RFC 7519) of issuers that the configuration names. */
export class BearerScheme implements Scheme {
  readonly name = 'bearer';
  readonly #directory: Directory;
  readonly #issuers: readonly Issuer[];
  readonly #limits: BearerLimits;
  readonly #clock: () => number;
  readonly #verified: NodeCache;
  #keys: ReadonlyMap<string, JWTVerifyGetKey> = new Map();

  private constructor(directory: Directory, issuers: readonly Issuer[], limits: BearerLimits, clock: () => number) {
    this.#directory = directory;
    this.#issuers = issuers;
    this.#limits = limits;
    this.#clock = clock;
    this.#verified = new NodeCache({ checkperiod: 60, useClones: false });
  }

  /** @throws {UnusableKeys} when a file of keys can't be read */
  static async open(
    directory: Directory,
    issuers: readonly Issuer[],
    limits: BearerLimits = bearerDefaults,
    clock: () => number = Date.now,
  ): Promise<BearerScheme> {
    const scheme = new BearerScheme(directory, issuers, limits, clock);
    await scheme.reload();
    return scheme;
  }

  /** Verified tokens that are remembered. */
  get size(): number {
    return this.#verified.getStats().keys;
  }

  /** Reads the keys anew and forgets what was verified with those before. @throws {UnusableKeys} the old ones stay */
  async reload(): Promise<void> {
    const opened = this.#issuers.map(async (one) => [one.issuer, await openKeys(one, this.#limits)] as const);
    this.#keys = new Map(await Promise.all(opened));
    this.#verified.flushAll();
  }

  /** Tokens are as good as passwords, so they are asked for where those are (RFC 6750 §5.3). */
  challenges(request: RequestFacts, realm: string): string[] {
    if (!isPrivate(request)) return [];
    const failed = /^bearer /i.test(request.headers.authorization ?? '');
    return [`Bearer realm=${quoted(realm)}${failed ? ', error="invalid_token"' : ''}`];
  }

  async authenticate(request: RequestFacts, _realm: string, { token }: Authorization): Promise<Outcome> {
    if (token === undefined || !isPrivate(request)) return refused;
    try {
      const principal = await this.#userOf(await this.#verify(token));
      return principal === undefined ? refused : { kind: 'user', principal, scheme: 'Bearer' };
    } catch (error) {
      return isTokensFault(error) ? refused : { kind: 'refused', unavailable: true, retryAfter: KEYS_RETRY };
    }
  }

  close(): void {
    this.#verified.close();
  }

  /** What the token's claim says of its user. @throws {errors.JOSEError} */
  async #verify(token: string): Promise<string> {
    const key = `token:${createHash('sha256').update(token).digest('base64url')}`;
    const known = this.#verified.get<Verified>(key);
    const now = this.#clock();
    if (known !== undefined && known.until > now) return known.user;
    const named = decodeJwt(token).iss;
    const issuer = this.#issuers.find((one) => one.issuer === named);
    const keys = issuer && this.#keys.get(issuer.issuer);
    if (issuer === undefined || keys === undefined) throw new errors.JWTInvalid('its issuer is unknown');
    const { payload } = await jwtVerify(token, keys, {
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: [issuer.algorithm],
      requiredClaims: ['exp', issuer.claim],
      clockTolerance: this.#limits.tolerance,
      currentDate: new Date(now),
    });
    const user = userIn(payload, issuer.claim);
    this.#remember(key, { user, until: (payload.exp ?? 0) * 1_000 });
    return user;
  }

  #remember(key: string, verified: Verified): void {
    const seconds = Math.floor((verified.until - this.#clock()) / 1_000);
    if (seconds <= 0) return;
    if (this.#verified.getStats().keys >= this.#limits.remembered) this.#verified.flushAll();
    this.#verified.set(key, verified, seconds);
  }

  /** Asked each time: users come and go while tokens last. */
  async #userOf(name: string): Promise<Principal | undefined> {
    const userId = parseXconUserId(name);
    if (userId !== undefined) return this.#directory.principalById(userId);
    if (/^[a-z][a-z0-9+.-]*:/i.test(name)) return this.#directory.principalByAddress(name);
    const user = await this.#directory.find(name);
    return user && this.#directory.principal(user);
  }
}

function userIn(payload: JWTPayload, claim: string): string {
  const value = payload[claim];
  if (typeof value !== 'string' || value === '') throw new errors.JWTInvalid(`its ${claim} is no name`);
  // Whoever may write any address into her account must not become its owner.
  if (claim === 'email' && payload['email_verified'] !== true)
    throw new errors.JWTInvalid('its e-mail is not verified');
  return value;
}

/** Else the keys could not be had. */
const isTokensFault = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC';
