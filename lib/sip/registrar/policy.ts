import type { Incoming } from '../event/answering.ts';
import type { ExpiresLimits, Refusal } from '../event/package.ts';

/** Who may register where. */
export interface RegistrarPolicy {
  /** Whether the users of this domain are registered here; in lower case. */
  serves(domain: string): boolean;
  /**
   * Whether the sender may read and change the bindings of this address: 401 with a challenge where he must prove himself, 403 where
   * the address isn't his, 404 where nobody has it (RFC 3261 §10.3 steps 3 to 5). Undefined when he may.
   */
  authorise(server: Incoming, address: string): Promise<Refusal | undefined>;
}

export interface RegistrarLimits {
  readonly expires: ExpiresLimits;
  /** Addresses with bindings at once; one more gets 503. */
  readonly addresses: number;
  /** Bindings of one address at once; one more gets 403. */
  readonly bindingsPerAddress: number;
  /** Characters of a Contact and its Path together; more gets 513. */
  readonly bindingLength: number;
  /** Seconds after which a connection without a byte may be given up: Flow-Timer (RFC 5626 §10). */
  readonly flowTimer: number;
}

export const registrarDefaults: RegistrarLimits = {
  expires: { default: 3_600, minimum: 60, maximum: 86_400 },
  addresses: 100_000,
  bindingsPerAddress: 16,
  bindingLength: 4_096,
  flowTimer: 120,
};
