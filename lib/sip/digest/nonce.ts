import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface NonceLimits {
  /** Seconds that a nonce may be used. */
  readonly lifetime: number;
  /** Used nonces whose counts are remembered; those issued no later than a forgotten one become stale. */
  readonly remembered: number;
}

export const nonceDefaults: NonceLimits = { lifetime: 300, remembered: 100_000 };

/** Counts below the highest that may still come: datagrams overtake one another. */
const WINDOW = 32;
const TIME_BYTES = 6;
const BODY_BYTES = 15;
const MAC_BYTES = 15;
const ENCODED = ((BODY_BYTES + MAC_BYTES) / 3) * 4;

/** The highest count used, and of the 32 up to it those used: bit 0 is the highest itself. */
interface Counts {
  highest: number;
  used: number;
}

/**
 * Server nonces (RFC 7616 §3.3): time and randomness under a MAC, so that whoever is only challenged costs no memory. A nonce
 * that a right response has used is remembered with its counts until it is too old.
 */
export class Nonces {
  readonly #now: () => number;
  readonly #limits: NonceLimits;
  readonly #key = randomBytes(32);
  /** In the order of first use. */
  readonly #counts = new Map<string, Counts>();
  /** Nonces issued until then can't be told from replays any more. */
  #forgottenUntil = -1;

  /** `now` gives milliseconds and never goes back. */
  constructor(now: () => number, limits: NonceLimits = nonceDefaults) {
    this.#now = now;
    this.#limits = limits;
  }

  /** Used nonces that are remembered. */
  get size(): number {
    return this.#counts.size;
  }

  issue(): string {
    const bytes = Buffer.allocUnsafe(BODY_BYTES + MAC_BYTES);
    bytes.writeUIntBE(Math.floor(this.#now()), 0, TIME_BYTES);
    randomBytes(BODY_BYTES - TIME_BYTES).copy(bytes, TIME_BYTES);
    this.#mac(bytes.subarray(0, BODY_BYTES)).copy(bytes, BODY_BYTES);
    return bytes.toString('base64url');
  }

  /** Whether it was issued here, is not too old and its counts are known. */
  isCurrent(nonce: string): boolean {
    const bytes = Buffer.from(nonce, 'base64url');
    if (nonce.length !== ENCODED || bytes.length !== BODY_BYTES + MAC_BYTES) return false;
    if (!timingSafeEqual(this.#mac(bytes.subarray(0, BODY_BYTES)), bytes.subarray(BODY_BYTES))) return false;
    const issued = issuedAt(nonce);
    return issued > this.#forgottenUntil && this.#now() - issued < this.#limits.lifetime * 1_000;
  }

  /** Takes a count of a current nonce; false when it was taken before. Without a count a nonce serves once. */
  use(nonce: string, count?: number): boolean {
    const counts = this.#counts.get(nonce);
    if (counts !== undefined) return count !== undefined && take(counts, count);
    this.#makeRoom();
    this.#counts.set(nonce, { highest: count ?? Number.MAX_SAFE_INTEGER, used: 1 });
    return true;
  }

  #makeRoom(): void {
    const oldest = this.#now() - this.#limits.lifetime * 1_000;
    for (const nonce of this.#counts.keys()) {
      const issued = issuedAt(nonce);
      if (this.#counts.size < this.#limits.remembered && issued > oldest) return;
      this.#counts.delete(nonce);
      this.#forgottenUntil = Math.max(this.#forgottenUntil, issued);
    }
  }

  #mac(body: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(body).digest().subarray(0, MAC_BYTES);
  }
}

/** Eight characters of base64url are exactly the six bytes of the time. */
const issuedAt = (nonce: string): number => Buffer.from(nonce.slice(0, 8), 'base64url').readUIntBE(0, TIME_BYTES);

/** Sliding window as in RFC 4303 §3.4.3. */
function take(counts: Counts, count: number): boolean {
  const ahead = count - counts.highest;
  if (ahead > 0) {
    counts.used = ahead < WINDOW ? (counts.used << ahead) | 1 : 1;
    counts.highest = count;
    return true;
  }
  const bit = 1 << -ahead;
  if (-ahead >= WINDOW || (counts.used & bit) !== 0) return false;
  counts.used |= bit;
  return true;
}
