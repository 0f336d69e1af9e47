export type Side = 'us' | 'peer';

/** What one side at a time may hold: the INVITE in progress (RFC 3261 §14.1), the offer without answer (RFC 3264 §4). */
export class Turn {
  #holder: Side | undefined;
  #freed: Promise<void> = Promise.resolve();

  get holder(): Side | undefined {
    return this.#holder;
  }

  /** Gives it to a side while nobody has it; the function given back ends that, once. */
  take(side: Side): () => void {
    this.#holder = side;
    let free: () => void = () => undefined;
    const freed = new Promise<void>((resolve) => (free = resolve));
    this.#freed = freed;
    return () => {
      if (this.#freed === freed) this.#holder = undefined;
      free();
    };
  }

  /** Until nobody holds it. */
  async free(): Promise<void> {
    while (this.#holder !== undefined) await this.#freed;
  }
}
