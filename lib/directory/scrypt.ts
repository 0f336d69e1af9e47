import { scrypt } from 'node:crypto';

/** Cost of scrypt (RFC 7914 §2): N = 2^logN; the memory is 128 · N · r bytes. */
export interface ScryptCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

export interface ScryptLimits {
  readonly cost: ScryptCost;
  /** Derivations at the same time. */
  readonly atOnce: number;
  /** Derivations that wait for their turn; one more is refused. */
  readonly waiting: number;
}

export const scryptDefaults: ScryptLimits = { cost: { logN: 15, r: 8, p: 1 }, atOnce: 2, waiting: 64 };

export const HASH_BYTES = 32;

/** So many passwords wait for their check that one more would wait too long. */
export class TooManyDerivations extends Error {
  constructor() {
    super('too many password checks at once');
  }
}

/** Derives keys off the event loop, a few at once, so that logins can't take all of the thread pool and memory. */
export class ScryptQueue {
  readonly #limits: ScryptLimits;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limits: ScryptLimits = scryptDefaults) {
    this.#limits = limits;
  }

  /** @throws {TooManyDerivations} */
  async derive(password: string, salt: Buffer, cost: ScryptCost = this.#limits.cost): Promise<Buffer> {
    await this.#turn();
    try {
      return await derive(password, salt, cost);
    } finally {
      this.#next();
    }
  }

  async #turn(): Promise<void> {
    if (this.#running < this.#limits.atOnce) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= this.#limits.waiting) throw new TooManyDerivations();
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Hands the place on to who waits longest, or gives it up. */
  #next(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }
}

function derive(password: string, salt: Buffer, { logN, r, p }: ScryptCost): Promise<Buffer> {
  const N = 2 ** logN;
  return new Promise((resolve, reject) =>
    scrypt(password, salt, HASH_BYTES, { N, r, p, maxmem: 128 * N * r + 1024 * 1024 }, (error, hash) =>
      error ? reject(error) : resolve(hash),
    ),
  );
}
