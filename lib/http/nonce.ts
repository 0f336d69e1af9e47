import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import NodeCache from 'node-cache';

export interface NonceLimits {
  /** Seconds that a nonce may be used. */
  readonly lifetime: number;
  /** Used nonces whose counts are remembered; when they become more, all nonces become stale. */
  readonly used: number;
}

export const nonceDefaults: NonceLimits = { lifetime: 300, used: 100_000 };

const TIME_BYTES = 6;
const BODY_BYTES = 16;
const MAC_BYTES = 16;

/**
 * Server nonces (RFC 7616 §3.3): time and randomness under a MAC, so that strangers who are only challenged cost no memory. What
 * is remembered is the last count of each nonce that a right response has used.
 */
export class Nonces {
  readonly #clock: () => number;
  readonly #limits: NonceLimits;
  readonly #counts: NodeCache;
  #key = randomBytes(32);

  /** The clock gives milliseconds since 1970. */
  constructor(clock: () => number, limits: NonceLimits = nonceDefaults) {
    this.#clock = clock;
    this.#limits = limits;
    this.#counts = new NodeCache({ stdTTL: limits.lifetime, checkperiod: limits.lifetime, useClones: false });
  }

  /** Used nonces that are remembered. */
  get size(): number {
    return this.#counts.getStats().keys;
  }

  issue(): string {
    const body = randomBytes(BODY_BYTES);
    body.writeUIntBE(this.#clock(), 0, TIME_BYTES);
    return Buffer.concat([body, this.#mac(body)]).toString('base64url');
  }

  /** Whether it was issued here and is not too old. */
  isCurrent(nonce: string): boolean {
    const bytes = Buffer.from(nonce, 'base64url');
    if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes.toString('base64url') !== nonce) return false;
    const body = bytes.subarray(0, BODY_BYTES);
    if (!timingSafeEqual(this.#mac(body), bytes.subarray(BODY_BYTES))) return false;
    const age = this.#clock() - body.readUIntBE(0, TIME_BYTES);
    return age >= 0 && age < this.#limits.lifetime * 1000;
  }

  /** Uses a current nonce up to this count; false when that was done before. Without a count a nonce serves once. */
  use(nonce: string, count = Number.MAX_SAFE_INTEGER): boolean {
    if (count <= (this.#counts.get<number>(nonce) ?? 0)) return false;
    if (this.#counts.getStats().keys >= this.#limits.used) this.#forgetAll();
    this.#counts.set(nonce, count);
    return true;
  }

  /** Stops the timer that clears the memory of used nonces. */
  close(): void {
    this.#counts.close();
  }

  #mac(body: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(body).digest().subarray(0, MAC_BYTES);
  }

  /** Without its count no nonce can be told from a replay, so the key goes too. */
  #forgetAll(): void {
    this.#counts.flushAll();
    this.#key = randomBytes(32);
  }
}
