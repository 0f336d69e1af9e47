/** What one user may ask the focus to do. */
export interface QuotaLimits {
  /** Calls to other domains and telephones in `period`. */
  readonly foreignCalls: number;
  /** Milliseconds. */
  readonly period: number;
  /** Calls that ring at the same time. */
  readonly ringing: number;
}

export const quotaDefaults: QuotaLimits = { foreignCalls: 60, period: 3_600_000, ringing: 100 };

interface Account {
  /** When calls to others began, the oldest first. */
  began: number[];
  ringing: number;
}

/** Counts for each user what he makes the focus call; it forgets all of it with the process. */
export class Quotas {
  readonly #limits: QuotaLimits;
  readonly #now: () => number;
  readonly #accounts = new Map<string, Account>();

  /** @param now milliseconds, never going back */
  constructor(limits: Partial<QuotaLimits>, now: () => number) {
    this.#limits = { ...quotaDefaults, ...limits };
    this.#now = now;
  }

  /** Users of whom something is known. */
  get size(): number {
    return this.#accounts.size;
  }

  /** A call on behalf of a user begins; gives what its end is told to. Undefined where it is one too many. */
  take(user: string, isForeign: boolean): (() => void) | undefined {
    const account = this.#account(user);
    const { foreignCalls, ringing } = this.#limits;
    if (account.ringing >= ringing || (isForeign && account.began.length >= foreignCalls)) {
      this.#forget(user, account);
      return undefined;
    }
    if (isForeign) account.began.push(this.#now());
    account.ringing += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      account.ringing -= 1;
      this.#forget(user, account);
    };
  }

  #account(user: string): Account {
    let account = this.#accounts.get(user);
    if (account === undefined) {
      this.#sweep();
      this.#accounts.set(user, (account = { began: [], ringing: 0 }));
    } else this.#expire(account);
    return account;
  }

  #expire(account: Account): void {
    const since = this.#now() - this.#limits.period;
    account.began = account.began.filter((at) => at > since);
  }

  #forget(user: string, account: Account): void {
    this.#expire(account);
    if (account.ringing === 0 && account.began.length === 0) this.#accounts.delete(user);
  }

  /** The account that has been there longest goes when nothing of it counts any more: so as many go as come. */
  #sweep(): void {
    const [oldest] = this.#accounts;
    if (oldest !== undefined) this.#forget(...oldest);
  }
}
