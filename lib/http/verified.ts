import { hash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../directory/principal.ts';
import type { RequestFacts } from './scheme.ts';

export interface VerifiedLimits {
  /** Credentials that are remembered. */
  readonly remembered: number;
  /** Milliseconds for which they are. */
  readonly age: number;
}

export const verifiedDefaults: VerifiedLimits = { remembered: 20_000, age: 60_000 };

interface Verified {
  readonly principal: Principal;
  /** Of users, at that time. */
  readonly changes: number;
  /** Milliseconds, by `performance.now()`. */
  readonly until: number;
}

/** What a connection showed last. */
interface Shown extends Verified {
  readonly authorization: string | undefined;
  readonly host: string | undefined;
  readonly from: string | undefined;
}

/**
 * Basic credentials that were right lately, as every request carries them: not the credentials but a hash under a key of
 * this process, and those that a connection showed last, as long as it lasts. A change of any user ends them all.
 */
export class VerifiedCredentials {
  readonly #key = randomBytes(32).toString('base64');
  readonly #changes: () => number;
  readonly #age: number;
  readonly #verified: LRUCache<string, Verified>;
  readonly #shown = new WeakMap<object, Shown>();

  /** `changes` counts the changes of users. */
  constructor(changes: () => number, { remembered, age }: VerifiedLimits = verifiedDefaults) {
    this.#changes = changes;
    this.#age = age;
    this.#verified = new LRUCache({ max: remembered });
  }

  /** The user whose credentials a connection shows again. */
  again({ connection, headers }: RequestFacts): Principal | undefined {
    const last = connection && this.#shown.get(connection);
    const { authorization, host, from } = headers;
    if (last?.authorization !== authorization || last?.host !== host || last?.from !== from) return undefined;
    return this.#current(last)?.principal;
  }

  /** The user whose credentials these are, if they were right lately. */
  known({ connection, headers }: RequestFacts, realm: string, token: string): Principal | undefined {
    const known = this.#current(this.#verified.get(this.#trace(realm, token)));
    if (known === undefined) return undefined;
    const { authorization, host, from } = headers;
    if (connection !== undefined) this.#shown.set(connection, { ...known, authorization, host, from });
    return known.principal;
  }

  /** Remembers whom `verify` finds. */
  async remember(
    realm: string,
    token: string,
    verify: () => Promise<Principal | undefined>,
  ): Promise<Principal | undefined> {
    const changes = this.#changes();
    const principal = await verify();
    const until = performance.now() + this.#age;
    if (principal !== undefined) this.#verified.set(this.#trace(realm, token), { principal, changes, until });
    return principal;
  }

  #current<One extends Verified>(one: One | undefined): One | undefined {
    return one?.changes === this.#changes() && performance.now() < one.until ? one : undefined;
  }

  #trace(realm: string, token: string): string {
    return hash('sha256', `${this.#key} ${realm} ${token}`, 'base64');
  }
}
