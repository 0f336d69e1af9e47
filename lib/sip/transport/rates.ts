import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { peerOf } from './address.ts';
import type { TransportLimits } from './limits.ts';

/** What one peer may still send. */
export interface Allowance {
  messages: number;
  /** When it was that, by the clock. */
  at: number;
}

type RateLimits = Pick<TransportLimits, 'messagesPerPeer' | 'messageBurst' | 'peersRemembered' | 'unlimitedPeers'>;

/** How fast each peer sends: a bucket of tokens for each. */
export class PeerRates {
  readonly #clock: Clock;
  readonly #limits: RateLimits;
  readonly #unlimited: ReadonlySet<string>;
  readonly #peers: LRUCache<string, Allowance>;

  constructor(clock: Clock, limits: RateLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#unlimited = new Set(limits.unlimitedPeers);
    this.#peers = new LRUCache({ max: limits.peersRemembered });
  }

  /** The allowance that an address shares with its peer; undefined for one without limits. */
  of(address: string): Allowance | undefined {
    if (this.#unlimited.has(address)) return undefined;
    const peer = peerOf(address);
    let allowance = this.#peers.get(peer);
    if (allowance === undefined) {
      allowance = { messages: this.#limits.messageBurst, at: this.#clock.now() };
      this.#peers.set(peer, allowance);
    }
    return allowance;
  }

  /** Takes a message of the allowance, which may become a debt. */
  take(allowance: Allowance): void {
    allowance.messages -= 1;
  }

  /** Milliseconds until no debt is left. */
  debt(allowance: Allowance): number {
    this.#refill(allowance);
    return Math.max(0, (-allowance.messages / this.#limits.messagesPerPeer) * 1_000);
  }

  /** Takes a message if the allowance has one. */
  takeIfAny(allowance: Allowance): boolean {
    this.#refill(allowance);
    if (allowance.messages < 1) return false;
    allowance.messages -= 1;
    return true;
  }

  #refill(allowance: Allowance): void {
    const { messagesPerPeer, messageBurst } = this.#limits;
    const now = this.#clock.now();
    allowance.messages = Math.min(messageBurst, allowance.messages + ((now - allowance.at) / 1_000) * messagesPerPeer);
    allowance.at = now;
  }
}
