import Database from 'better-sqlite3';

/**
 * Long reads that see the store as it was when they began, whatever is written meanwhile. They have a connection of
 * their own, for a read transaction binds its connection; one follows the other, so none holds back checkpoints long.
 */
export class Snapshots {
  readonly #db: Database.Database;
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: string) {
    this.#db = new Database(file, { readonly: true, fileMustExist: true });
  }

  read<Result>(work: (db: Database.Database) => Promise<Result>): Promise<Result> {
    const result = this.#last.then(() => this.#within(work));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #within<Result>(work: (db: Database.Database) => Promise<Result>): Promise<Result> {
    this.#db.exec('BEGIN');
    try {
      return await work(this.#db);
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  /** After the reads that have begun. */
  async close(): Promise<void> {
    await this.#last;
    this.#db.close();
  }
}
