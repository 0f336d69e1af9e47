import type { XconUserId } from '../model/identifiers.ts';

/** A user of the directory as stored. The secret is sealed before it comes here (directory/credentials). */
export interface StoredUser {
  readonly userId: XconUserId;
  /** Lower case, without domain. */
  readonly login: string;
  readonly domain: string;
  readonly displayText?: string;
  /** Normalised addresses of record, unique over the directory. */
  readonly addresses: readonly string[];
  readonly systemAdministrator: boolean;
  readonly secret: Buffer;
  /** Milliseconds since 1970. */
  readonly created: number;
}

/** The login, id or one of the addresses belongs to another user already. Nothing was written. */
export class UserExists extends Error {
  readonly what: string;

  constructor(what: string) {
    super(`${what} belongs to another user`);
    this.what = what;
  }
}

/** Where users live, as the directory needs it. A resolved change is durable. */
export interface DirectoryRepository {
  /** @throws {UserExists} */
  addUser(user: StoredUser): Promise<void>;
  /** Replaces the user of the same id. @throws {UserExists} */
  replaceUser(user: StoredUser): Promise<void>;
  /** Whether there was one. */
  removeUser(userId: XconUserId): Promise<boolean>;
  userById(userId: XconUserId): Promise<StoredUser | undefined>;
  userByLogin(login: string, domain: string): Promise<StoredUser | undefined>;
  userByAddress(address: string): Promise<StoredUser | undefined>;
  /** Users by id after `after`. */
  users(query: { after?: string; limit: number }): Promise<StoredUser[]>;
}
