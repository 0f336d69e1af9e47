import { hash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../directory/principal.ts';

export interface VerifiedLimits {
  /** Credentials that are remembered. */
  readonly remembered: number;
  /** Milliseconds for which they are. */
  readonly age: number;
}

export const verifiedDefaults: VerifiedLimits = { remembered: 20_000, age: 60_000 };

/**
 * Basic credentials that were right lately, as every request carries them: not the credentials but a hash under a key of
 * this process. A change of any user ends them all.
 */
export class VerifiedCredentials {
  readonly #key = randomBytes(32).toString('base64');
  readonly #changes: () => number;
  readonly #principals: LRUCache<string, { readonly principal: Principal; readonly changes: number }>;

  /** `changes` counts the changes of users. */
  constructor(changes: () => number, { remembered, age }: VerifiedLimits = verifiedDefaults) {
    this.#changes = changes;
    this.#principals = new LRUCache({ max: remembered, ttl: age });
  }

  /** The user whose credentials these are, if they were right lately. */
  known(realm: string, header: string): Principal | undefined {
    const known = this.#principals.get(this.#trace(realm, header));
    return known?.changes === this.#changes() ? known.principal : undefined;
  }

  /** Remembers whom `verify` finds. */
  async remember(
    realm: string,
    header: string,
    verify: () => Promise<Principal | undefined>,
  ): Promise<Principal | undefined> {
    const changes = this.#changes();
    const principal = await verify();
    if (principal !== undefined) this.#principals.set(this.#trace(realm, header), { principal, changes });
    return principal;
  }

  #trace(realm: string, header: string): string {
    return hash('sha256', `${this.#key} ${realm} ${header}`, 'base64');
  }
}
