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

/** Counts for each user what he makes the focus call. */
export class Quotas {
  readonly #most: number;
  readonly #foreign: { take(user: string): Promise<boolean> };
  readonly #ringing = new Map<string, number>();

  /** @param foreign what is left of his calls to other domains and telephones */
  constructor({ ringing }: Pick<QuotaLimits, 'ringing'>, foreign: { take(user: string): Promise<boolean> }) {
    this.#most = ringing;
    this.#foreign = foreign;
  }

  /** Users for whom something rings. */
  get size(): number {
    return this.#ringing.size;
  }

  /** A call on behalf of a user begins; gives what its end is told to. Undefined where it is one too many. */
  async take(user: string, isForeign: boolean): Promise<(() => void) | undefined> {
    if ((this.#ringing.get(user) ?? 0) >= this.#most) return undefined;
    const end = this.#rings(user);
    try {
      if (!isForeign || (await this.#foreign.take(user))) return end;
    } catch (error) {
      end();
      throw error;
    }
    end();
    return undefined;
  }

  #rings(user: string): () => void {
    this.#ringing.set(user, (this.#ringing.get(user) ?? 0) + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const left = (this.#ringing.get(user) ?? 0) - 1;
      if (left > 0) this.#ringing.set(user, left);
      else this.#ringing.delete(user);
    };
  }
}
