import { LRUCache } from 'lru-cache';
import type { Records } from './letter.ts';

export interface AllowanceRule {
  /** What each may spend in any period. */
  readonly count: number;
  /** Milliseconds. */
  readonly period: number;
}

/** What somebody has spent lately, by the slice of time; plain data, as it is stored. */
export interface Spent {
  readonly name: string;
  readonly slices: readonly (readonly [slice: number, count: number])[];
}

export interface AllowanceParts {
  readonly spent: Records<Spent> & { read(id: string): Promise<Spent | undefined> };
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What was spent counts for a period and at most one of so many slices of it longer. */
const SLICES = 24;
/** Accounts in memory; others are read when they are asked for. */
const REMEMBERED = 10_000;

/**
 * What each may have in a period, such as mails in a day: never more of it in any period, and no more after a restart. What does
 * not count any more is forgotten once in a period.
 */
export class Allowance {
  readonly #parts: AllowanceParts;
  readonly #rule: AllowanceRule;
  readonly #accounts = new LRUCache<string, Map<number, number>>({ max: REMEMBERED });
  #swept = -Infinity;

  constructor(parts: AllowanceParts, rule: AllowanceRule) {
    this.#parts = parts;
    this.#rule = rule;
  }

  /** Takes one of what somebody has left. Resolves, when that is durable, to whether there was one. */
  async take(name: string): Promise<boolean> {
    const slice = this.#slice();
    if (slice - this.#swept >= SLICES) {
      this.#swept = slice;
      // What it does not reach it forgets in the next period.
      void this.#sweep().catch(() => undefined);
    }
    const account = this.#accounts.get(name) ?? (await this.#read(name));
    this.#expire(account, slice);
    const spent = [...account.values()].reduce((sum, one) => sum + one, 0);
    if (spent >= this.#rule.count) return false;
    account.set(slice, (account.get(slice) ?? 0) + 1);
    await this.#parts.spent.keep(name, { name, slices: [...account] });
    return true;
  }

  #slice(): number {
    return Math.floor((this.#parts.now() * SLICES) / this.#rule.period);
  }

  async #read(name: string): Promise<Map<number, number>> {
    const stored = await this.#parts.spent.read(name);
    const meanwhile = this.#accounts.get(name);
    if (meanwhile !== undefined) return meanwhile;
    const account = new Map(stored?.slices);
    this.#accounts.set(name, account);
    return account;
  }

  /** What is further away, before or after, was spent by a clock that was wrong. */
  #expire(account: Map<number, number>, now: number): void {
    for (const slice of account.keys()) if (Math.abs(now - slice) > SLICES) account.delete(slice);
  }

  async #sweep(): Promise<void> {
    for await (const accounts of this.#parts.spent.all()) {
      for (const { name, slices } of accounts) {
        const account = this.#accounts.peek(name) ?? new Map(slices);
        this.#expire(account, this.#slice());
        if (account.size > 0) continue;
        this.#accounts.delete(name);
        await this.#parts.spent.forget(name);
      }
    }
  }
}
