import { LRUCache } from 'lru-cache';
import type { StoredUser } from './repository.ts';

/** Longer names of nobody are not kept: strangers choose them. */
const LONGEST = 256;

/**
 * Users who were looked for lately, and names that nobody has: every request asks who its sender is, and who those are
 * that it names. Forgotten with each change of any user.
 */
export class KnownUsers {
  readonly #users: LRUCache<string, StoredUser>;
  readonly #nobody: LRUCache<string, true>;
  #changes = 0;

  constructor(limit: number) {
    this.#users = new LRUCache({ max: limit });
    this.#nobody = new LRUCache({ max: limit });
  }

  get changes(): number {
    return this.#changes;
  }

  get size(): number {
    return this.#users.size;
  }

  /** The user under a name of whatever kind, read where it is not known. */
  async get(name: string, read: () => Promise<StoredUser | undefined>): Promise<StoredUser | undefined> {
    const known = this.#users.get(name);
    if (known !== undefined || this.#nobody.get(name) === true) return known;
    const changes = this.#changes;
    const user = await read();
    // What was read before a change may be what it was before the change.
    if (changes !== this.#changes) return user;
    if (user !== undefined) this.#users.set(name, user);
    else if (name.length <= LONGEST) this.#nobody.set(name, true);
    return user;
  }

  forget(): void {
    this.#changes++;
    this.#users.clear();
    this.#nobody.clear();
  }
}
