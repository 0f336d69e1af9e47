/** Where a user is reached, for a time (RFC 3261 §10.3): plain data, as it is stored. */
export interface Binding {
  /** The URI of the Contact as written. */
  readonly contact: string;
  /** The parameters of the Contact as written, `expires` aside. */
  readonly parameters: string;
  /** Preference among the bindings of the address, 0 to 1. */
  readonly q: number;
  readonly callId: string;
  readonly cseq: number;
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
  readonly expiresAt: number;
  /** Values of Path, the nearest proxy first (RFC 3327 §5.3). */
  readonly path: readonly string[];
  /** The flow that the registration came by from the contact itself, without a proxy between. */
  readonly flow?: string;
  /** Which flow of which device it is (RFC 5626 §6): then this names the binding, not the URI. */
  readonly outbound?: { readonly instance: string; readonly regId: number };
}

/** Every binding of one address-of-record. */
export interface AddressRecord {
  /** Canonical: {@link addressOfRecord}. */
  readonly address: string;
  readonly bindings: readonly Binding[];
}

/** Where bindings outlive the process. */
export interface LocationStore {
  /** Resolves when the record is durable; it replaces the address's other. */
  keep(address: string, record: AddressRecord): Promise<void>;
  forget(address: string): Promise<void>;
  /** Every record, in slices. */
  all(): AsyncIterable<readonly AddressRecord[]>;
}

/** A store that lasts as long as the process. */
export class MemoryLocationStore implements LocationStore {
  readonly #records = new Map<string, AddressRecord>();

  keep(address: string, record: AddressRecord): Promise<void> {
    this.#records.set(address, record);
    return Promise.resolve();
  }

  forget(address: string): Promise<void> {
    this.#records.delete(address);
    return Promise.resolve();
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- nothing to wait for here
  async *all(): AsyncGenerator<readonly AddressRecord[]> {
    yield [...this.#records.values()];
  }
}
