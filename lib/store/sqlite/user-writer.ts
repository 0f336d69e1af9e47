import type { Database } from 'better-sqlite3';
import type { StoredUser } from '../../directory/repository.ts';
import type { XconUserId } from '../../model/identifiers.ts';

type UserColumns = [string, string, string | null, number, number, Buffer, string];

const prepare = (db: Database) => ({
  byId: db.prepare<[string], { id: number }>('SELECT id FROM user WHERE user_id = ?'),
  byLogin: db.prepare<[string, string], { user_id: string }>('SELECT user_id FROM user WHERE login = ? AND domain = ?'),
  byAddress: db.prepare<[string], { user_id: string }>(
    'SELECT user_id FROM user_address JOIN user ON user.id = user_address.user WHERE address = ?',
  ),
  make: db.prepare<UserColumns>(
    `INSERT INTO user (login, domain, display_text, system_administrator, created, secret, user_id)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ),
  change: db.prepare<UserColumns>(
    `UPDATE user SET login = ?, domain = ?, display_text = ?, system_administrator = ?, created = ?, secret = ?
     WHERE user_id = ?`,
  ),
  remove: db.prepare<[string]>('DELETE FROM user WHERE user_id = ?'),
  removeAddresses: db.prepare<[number]>('DELETE FROM user_address WHERE user = ?'),
  makeAddress: db.prepare<[string, number, number]>('INSERT INTO user_address (address, user, place) VALUES (?, ?, ?)'),
});

/** Writes users of the directory. `add` and `replace` give back what belongs to another user already, if anything. */
export class UserWriter {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
    this.#sql = prepare(db);
  }

  add(user: StoredUser): string | undefined {
    return this.#whole(() => {
      const taken = this.#sql.byId.get(user.userId) === undefined ? this.#taken(user) : user.userId;
      if (taken === undefined) this.#putAddresses(user, Number(this.#sql.make.run(...columns(user)).lastInsertRowid));
      return taken;
    });
  }

  replace(user: StoredUser): string | undefined {
    return this.#whole(() => {
      const row = this.#sql.byId.get(user.userId);
      if (row === undefined) throw new Error(`there is no user ${user.userId} to replace`);
      const taken = this.#taken(user);
      if (taken !== undefined) return taken;
      this.#sql.change.run(...columns(user));
      this.#sql.removeAddresses.run(row.id);
      this.#putAddresses(user, row.id);
      return undefined;
    });
  }

  remove(userId: XconUserId): boolean {
    return this.#sql.remove.run(userId).changes > 0;
  }

  #whole<Result>(work: () => Result): Result {
    return this.#db.transaction(work).immediate();
  }

  #taken({ userId, login, domain, addresses }: StoredUser): string | undefined {
    const belongsToAnother = (owner: { user_id: string } | undefined) =>
      owner !== undefined && owner.user_id !== userId;
    if (belongsToAnother(this.#sql.byLogin.get(login, domain))) return `${login}@${domain}`;
    return addresses.find((address) => belongsToAnother(this.#sql.byAddress.get(address)));
  }

  #putAddresses({ addresses }: StoredUser, user: number): void {
    for (const [place, address] of addresses.entries()) this.#sql.makeAddress.run(address, user, place);
  }
}

const columns = (user: StoredUser): UserColumns => [
  user.login,
  user.domain,
  user.displayText ?? null,
  user.systemAdministrator ? 1 : 0,
  user.created,
  asBuffer(user.secret),
  user.userId,
];

/** A buffer that came through a message is a plain array of bytes. */
const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
