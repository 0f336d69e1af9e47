import type { Principal } from '../../directory/principal.ts';
import type { Records } from './stored-event.ts';

/** Under which addresses a user's calendar was read last, and how often these have changed. */
export interface KeptAddresses {
  readonly addresses: readonly string[];
  readonly changes: number;
}

/** The addresses of users as their calendars know them: what stands in a calendar follows from them. */
export class KnownAddresses {
  readonly #records: Records<KeptAddresses>;

  constructor(records: Records<KeptAddresses>) {
    this.#records = records;
  }

  /** How they stand now; `before` where they were others the last time. */
  async compare(principal: Principal): Promise<{ now: KeptAddresses; before?: Principal; isNew: boolean }> {
    const { userId, addresses } = principal;
    const known = await this.#records.read(userId);
    if (known === undefined) return { now: { addresses, changes: 0 }, isNew: true };
    if (signOf(known) === signOf(principal)) return { now: known, isNew: false };
    const before = { ...principal, addresses: known.addresses };
    return { now: { addresses, changes: known.changes + 1 }, before, isNew: true };
  }

  keep({ userId }: Principal, now: KeptAddresses): Promise<void> {
    return this.#records.keep(userId, now);
  }
}

/** The same for the same addresses. */
export const signOf = ({ addresses }: Pick<Principal, 'addresses'>): string => addresses.toSorted().join(' ');
