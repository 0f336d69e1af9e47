import { createHash, randomBytes } from 'node:crypto';
import type { XconUserId } from '../model/identifiers.ts';

/** A feed as it is kept: its secret can not be had back from it. */
export interface Feed {
  readonly hash: string;
  readonly user: XconUserId;
}

/** Where feeds survive a restart. */
export interface FeedRepository {
  keep(id: string, feed: Feed): Promise<void>;
  forget(id: string): Promise<void>;
  all(): AsyncIterable<readonly Feed[]>;
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** Which secret shows whose conferences. */
export class Feeds {
  readonly #repository: FeedRepository;
  readonly #perUser: number;
  readonly #users = new Map<string, XconUserId>();

  private constructor(repository: FeedRepository, perUser: number) {
    this.#repository = repository;
    this.#perUser = perUser;
  }

  /** @param perUser feeds that one user may have */
  static async open(repository: FeedRepository, perUser: number): Promise<Feeds> {
    const feeds = new Feeds(repository, perUser);
    for await (const slice of repository.all()) for (const { hash, user } of slice) feeds.#users.set(hash, user);
    return feeds;
  }

  /** A new secret, told once; undefined when the user has as many feeds as she may. */
  async create(user: XconUserId): Promise<string | undefined> {
    const owned = [...this.#users.values()].filter((one) => one === user);
    if (owned.length >= this.#perUser) return undefined;
    const secret = randomBytes(24).toString('base64url');
    const hash = hashOf(secret);
    this.#users.set(hash, user);
    await this.#repository.keep(hash, { hash, user });
    return secret;
  }

  userOf(secret: string): XconUserId | undefined {
    return this.#users.get(hashOf(secret));
  }

  /** From now on the secret shows nothing; false when it is none of this user's. */
  async revoke(secret: string, user: XconUserId): Promise<boolean> {
    const hash = hashOf(secret);
    if (this.#users.get(hash) !== user) return false;
    this.#users.delete(hash);
    await this.#repository.forget(hash);
    return true;
  }

  /** The same of every secret of a user, for who has lost one can not name it. */
  async revokeAll(user: XconUserId): Promise<void> {
    const hashes = [...this.#users].filter(([, owner]) => owner === user).map(([hash]) => hash);
    for (const hash of hashes) this.#users.delete(hash);
    await Promise.all(hashes.map((hash) => this.#repository.forget(hash)));
  }
}
