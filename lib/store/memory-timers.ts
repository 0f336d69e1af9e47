import type { Claim, Claimed, DueStep, PutOff } from '../conference/repository.ts';
import type { XconUri } from '../model/identifiers.ts';

interface Lease {
  readonly owner: string;
  readonly since: number;
  readonly until: number;
}

/** What is due when and who is at it, of a store in memory. */
export class MemoryTimers {
  readonly #steps = new Map<XconUri, DueStep>();
  readonly #leases = new Map<XconUri, Lease>();

  /** After a change of the object: whoever was at its step is not any more. */
  set(uri: XconUri, due: number | undefined): void {
    this.#leases.delete(uri);
    if (due === undefined) this.#steps.delete(uri);
    else this.#steps.set(uri, { uri, due });
  }

  claim({ owner, now, lease, limit }: Claim): Claimed {
    const ripe = [...this.#steps.values()].filter((step) => this.#free(step, now) <= now);
    const steps = ripe.sort((a, b) => a.due - b.due).slice(0, limit);
    for (const { uri } of steps) this.#leases.set(uri, { owner, since: now, until: now + lease });
    let next = Infinity;
    for (const step of this.#steps.values()) next = Math.min(next, this.#free(step, now));
    return { steps, next };
  }

  putOff({ owner, uris, now, until }: PutOff): void {
    for (const uri of uris)
      if (this.#leases.get(uri)?.owner === owner) this.#leases.set(uri, { owner, since: now, until });
  }

  /** When a step may be claimed; now or before means now. */
  #free({ uri, due }: DueStep, now: number): number {
    const lease = this.#leases.get(uri);
    return due <= now && lease !== undefined && lease.since <= now ? Math.max(lease.until, now) : Math.max(due, now);
  }
}
