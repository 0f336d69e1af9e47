import type { Database } from 'better-sqlite3';
import type { Claim, Claimed, DueStep, PutOff } from '../../conference/repository.ts';
import { limited } from './limited.ts';
import { DUE } from './schema.ts';

interface StepRow extends DueStep {
  readonly id: number;
}

const IS_HELD = 'since <= :now AND until > :now';

const prepare = (db: Database) => ({
  ripe: db.prepare<[{ now: number; limit: number }], StepRow>(
    `SELECT id, uri, ${DUE} AS due FROM object WHERE ${DUE} IS NOT NULL AND ${DUE} <= :now
       AND NOT EXISTS (SELECT 1 FROM lease WHERE object = object.id AND ${IS_HELD}) ORDER BY ${DUE} ${limited(':limit')}`,
  ),
  coming: db
    .prepare<[number], number>(
      `SELECT ${DUE} FROM object WHERE ${DUE} IS NOT NULL AND ${DUE} > ? ORDER BY ${DUE} LIMIT 1`,
    )
    .pluck(),
  freed: db.prepare<[{ now: number }], number | null>(`SELECT min(until) FROM lease WHERE ${IS_HELD}`).pluck(),
  lend: db.prepare<[number, string, number, number]>('INSERT OR REPLACE INTO lease VALUES (?, ?, ?, ?)'),
  putOff: db.prepare<[number, number, string, string]>(
    `UPDATE lease SET since = ?, until = ? WHERE owner = ? AND object = (SELECT id FROM object WHERE uri = ?)`,
  ),
  giveBack: db.prepare<[number]>('DELETE FROM lease WHERE object = ?'),
  forget: db.prepare<[]>('DELETE FROM lease'),
});

/**
 * Hands out what is due. Leases are not flushed by themselves: the next flush carries them, and one that a power cut takes
 * would be void, for who opens the data directory holds it alone, so that whoever held leases of it before is gone.
 */
export class TimerWriter {
  readonly #db: Database;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #claim: (claim: Claim) => Claimed;
  readonly #putOff: (steps: PutOff) => void;

  constructor(db: Database) {
    this.#db = db;
    const sql = prepare(db);
    this.#sql = sql;
    sql.forget.run();
    const claim = db.transaction((asked: Claim) => this.#lend(asked));
    this.#claim = (asked) => claim.immediate(asked);
    this.#putOff = db.transaction(({ owner, uris, now, until }: PutOff) => {
      for (const uri of uris) sql.putOff.run(now, until, owner, uri);
    });
  }

  claim(claim: Claim): Claimed {
    return this.#unflushed(() => this.#claim(claim));
  }

  putOff(steps: PutOff): void {
    this.#unflushed(() => this.#putOff(steps));
  }

  /** Within the commit of a change. */
  giveBack(object: number): void {
    this.#sql.giveBack.run(object);
  }

  #lend({ owner, now, lease, limit }: Claim): Claimed {
    const ripe = this.#sql.ripe.all({ now, limit: limit + 1 });
    const steps = ripe.slice(0, limit);
    for (const { id } of steps) this.#sql.lend.run(id, owner, now, now + lease);
    const coming = this.#sql.coming.get(now) ?? Infinity;
    const next = ripe.length > limit ? now : Math.min(coming, this.#sql.freed.get({ now }) ?? Infinity);
    return { steps: steps.map(({ uri, due }) => ({ uri, due })), next };
  }

  #unflushed<Result>(write: () => Result): Result {
    this.#db.pragma('synchronous = NORMAL');
    try {
      return write();
    } finally {
      this.#db.pragma('synchronous = FULL');
    }
  }
}
