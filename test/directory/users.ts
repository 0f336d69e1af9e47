import { randomBytes } from 'node:crypto';
import { credentialDefaults } from '../../lib/directory/credentials.ts';
import { Directory, directoryDefaults } from '../../lib/directory/directory.ts';
import type { DirectoryOptions } from '../../lib/directory/directory.ts';
import { UserExists } from '../../lib/directory/repository.ts';
import type { DirectoryRepository, StoredUser } from '../../lib/directory/repository.ts';

/** Users in a map; the contract that stores keep is proved in test/store. */
export class UsersInAMap implements DirectoryRepository {
  readonly kept = new Map<string, StoredUser>();

  async addUser(user: StoredUser): Promise<void> {
    if (this.kept.has(user.userId)) throw new UserExists(user.userId);
    await this.replaceUser(user);
  }

  replaceUser(user: StoredUser): Promise<void> {
    const others = [...this.kept.values()].filter(({ userId }) => userId !== user.userId);
    const taken = user.addresses.find((address) => others.some(({ addresses }) => addresses.includes(address)));
    if (taken !== undefined) return Promise.reject(new UserExists(taken));
    this.kept.set(user.userId, user);
    return Promise.resolve();
  }

  removeUser(userId: string): Promise<boolean> {
    return Promise.resolve(this.kept.delete(userId));
  }

  userById(userId: string): Promise<StoredUser | undefined> {
    return Promise.resolve(this.kept.get(userId));
  }

  userByLogin(login: string, domain: string): Promise<StoredUser | undefined> {
    return this.#find((user) => user.login === login && user.domain === domain);
  }

  userByAddress(address: string): Promise<StoredUser | undefined> {
    return this.#find((user) => user.addresses.includes(address));
  }

  users({ after = '', limit }: { after?: string; limit: number }): Promise<StoredUser[]> {
    const sorted = [...this.kept.values()].sort((one, other) => (one.userId < other.userId ? -1 : 1));
    return Promise.resolve(sorted.filter(({ userId }) => userId > after).slice(0, limit));
  }

  #find(test: (user: StoredUser) => boolean): Promise<StoredUser | undefined> {
    return Promise.resolve([...this.kept.values()].find(test));
  }
}

/** scrypt at a cost that tests can pay. */
export const cheapScrypt = { cost: { logN: 4, r: 1, p: 1 }, atOnce: 2, waiting: 2 };

/** A directory of example.com and example.org without users. */
export function emptyDirectory(options: Partial<DirectoryOptions> = {}) {
  const repository = new UsersInAMap();
  const directory = new Directory(repository, {
    domains: ['example.com', 'example.org'],
    key: randomBytes(32),
    clock: () => 0,
    limits: { ...directoryDefaults, credentials: { ...credentialDefaults, scrypt: cheapScrypt } },
    ...options,
  });
  return { directory, repository };
}
