import type { XconUri } from '../model/identifiers.ts';

/** While it is being made, and for a deletion that looked for clones before, a dependent clone holds its parent. */
export class CloneHolds {
  #begun = 0;
  /** How many clones of each object are not durable yet. */
  readonly #making = new Map<XconUri, number>();

  /** How many clones were ever begun. */
  get begun(): number {
    return this.#begun;
  }

  isHeld(parent: XconUri): boolean {
    return this.#making.has(parent);
  }

  async hold(parent: XconUri, make: () => Promise<void>): Promise<void> {
    this.#begun++;
    this.#making.set(parent, (this.#making.get(parent) ?? 0) + 1);
    try {
      await make();
    } finally {
      const others = (this.#making.get(parent) ?? 1) - 1;
      if (others === 0) this.#making.delete(parent);
      else this.#making.set(parent, others);
    }
  }
}
