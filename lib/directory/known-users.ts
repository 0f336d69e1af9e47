import { LRUCache } from 'lru-cache';
import type { StoredUser } from './repository.ts';

/** Users who were looked for lately: every request asks who its sender is. Forgotten with each change of any user. */
export class KnownUsers {
  readonly #users: LRUCache<string, StoredUser>;
  #changes = 0;

  constructor(limit: number) {
    this.#users = new LRUCache({ max: limit });
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
    if (known !== undefined) return known;
    const changes = this.#changes;
    const user = await read();
    // What was read before a change may be what it was before the change.
    if (user !== undefined && changes === this.#changes) this.#users.set(name, user);
    return user;
  }

  forget(): void {
    this.#changes++;
    this.#users.clear();
  }
}
