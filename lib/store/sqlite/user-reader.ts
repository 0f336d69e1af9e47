import type { Database } from 'better-sqlite3';
import type { StoredUser } from '../../directory/repository.ts';
import type { XconUserId } from '../../model/identifiers.ts';
import { limited } from './limited.ts';

interface UserRow {
  readonly id: number;
  readonly user_id: XconUserId;
  readonly login: string;
  readonly domain: string;
  readonly display_text: string | null;
  readonly system_administrator: number;
  readonly created: number;
  readonly secret: Buffer;
}

const prepare = (db: Database) => ({
  byId: db.prepare<[string], UserRow>('SELECT * FROM user WHERE user_id = ?'),
  byLogin: db.prepare<[string, string], UserRow>('SELECT * FROM user WHERE login = ? AND domain = ?'),
  byAddress: db.prepare<[string], UserRow>(
    'SELECT user.* FROM user_address JOIN user ON user.id = user_address.user WHERE address = ?',
  ),
  page: db.prepare<[string, number], UserRow>(`SELECT * FROM user WHERE user_id > ? ORDER BY user_id ${limited()}`),
  addresses: db.prepare<[number], { address: string }>(
    'SELECT address FROM user_address WHERE user = ? ORDER BY place',
  ),
});

/** Reads users of the directory on the main thread. */
export class UserReader {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  byId(userId: XconUserId): StoredUser | undefined {
    return this.#user(this.#sql.byId.get(userId));
  }

  byLogin(login: string, domain: string): StoredUser | undefined {
    return this.#user(this.#sql.byLogin.get(login, domain));
  }

  byAddress(address: string): StoredUser | undefined {
    return this.#user(this.#sql.byAddress.get(address));
  }

  list({ after = '', limit }: { after?: string; limit: number }): StoredUser[] {
    return this.#sql.page.all(after, limit).flatMap((row) => this.#user(row) ?? []);
  }

  #user(row: UserRow | undefined): StoredUser | undefined {
    return (
      row && {
        userId: row.user_id,
        login: row.login,
        domain: row.domain,
        ...(row.display_text !== null && { displayText: row.display_text }),
        addresses: this.#sql.addresses.all(row.id).map(({ address }) => address),
        systemAdministrator: row.system_administrator === 1,
        secret: row.secret,
        created: row.created,
      }
    );
  }
}
