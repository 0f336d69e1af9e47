import { UserExists, type StoredUser } from '../directory/repository.ts';
import type { XconUserId } from '../model/identifiers.ts';

/** The users of the directory, held in the process. */
export class MemoryUsers {
  readonly #users = new Map<XconUserId, StoredUser>();

  // eslint-disable-next-line @typescript-eslint/require-await -- failures are rejections
  async add(user: StoredUser): Promise<void> {
    if (this.#users.has(user.userId)) throw new UserExists(user.userId);
    this.#put(user);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- failures are rejections
  async replace(user: StoredUser): Promise<void> {
    if (!this.#users.has(user.userId)) throw new Error(`there is no user ${user.userId} to replace`);
    this.#put(user);
  }

  remove(userId: XconUserId): Promise<boolean> {
    return Promise.resolve(this.#users.delete(userId));
  }

  find(matches: (user: StoredUser) => boolean): Promise<StoredUser | undefined> {
    return Promise.resolve([...this.#users.values()].find(matches));
  }

  list({ after = '', limit }: { after?: string; limit: number }): Promise<StoredUser[]> {
    const ids = [...this.#users.keys()].filter((id) => id > after).sort();
    return Promise.resolve(ids.slice(0, limit).flatMap((id) => this.#users.get(id) ?? []));
  }

  #put(user: StoredUser): void {
    for (const other of this.#users.values()) {
      if (other.userId === user.userId) continue;
      if (other.login === user.login && other.domain === user.domain)
        throw new UserExists(`${user.login}@${user.domain}`);
      const shared = user.addresses.find((address) => other.addresses.includes(address));
      if (shared !== undefined) throw new UserExists(shared);
    }
    this.#users.set(user.userId, user);
  }
}
