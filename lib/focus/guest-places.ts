import { peerOf } from '../sip/transport/address.ts';

export interface GuestLimits {
  /** Calls of guests at once. */
  readonly guestCalls: number;
  /** The same from one address: of IPv4, or a network of 64 bits of IPv6. */
  readonly guestCallsPerPeer: number;
  /** Addresses without that limit: edge proxies, which speak for many. */
  readonly unlimitedPeers: readonly string[];
}

export const guestDefaults: GuestLimits = { guestCalls: 5_000, guestCallsPerPeer: 500, unlimitedPeers: [] };

/** Counts the calls of people who prove nothing, so that whoever does always has room. */
export class GuestPlaces {
  readonly #limits: GuestLimits;
  readonly #ofPeers = new Map<string, number>();
  #taken = 0;

  constructor(limits: GuestLimits) {
    this.#limits = limits;
  }

  /** A guest calls from an address; gives what his end is told to. Undefined where he is one too many. */
  take(address: string): (() => void) | undefined {
    const { guestCalls, guestCallsPerPeer, unlimitedPeers } = this.#limits;
    const peer = peerOf(address);
    const ofPeer = this.#ofPeers.get(peer) ?? 0;
    if (this.#taken >= guestCalls) return undefined;
    if (ofPeer >= guestCallsPerPeer && !unlimitedPeers.includes(address)) return undefined;
    this.#taken += 1;
    this.#ofPeers.set(peer, ofPeer + 1);
    return () => this.#leave(peer);
  }

  #leave(peer: string): void {
    const left = (this.#ofPeers.get(peer) ?? 0) - 1;
    this.#taken -= 1;
    if (left > 0) this.#ofPeers.set(peer, left);
    else this.#ofPeers.delete(peer);
  }
}
