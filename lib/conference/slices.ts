import { setImmediate as turn } from 'node:timers/promises';

/** Long work that pauses now and then. */
export type Pausing<T> = Generator<undefined, T, undefined>;

/**
 * Shares the event loop between pieces of long work and everything else: each turn of the loop has one slice of one of
 * them, in the order of their asking.
 */
export class Slices {
  readonly #milliseconds: number;
  #turns: Promise<unknown> = Promise.resolve();

  /** Takes the length of a slice in milliseconds. */
  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  begin(): Slice {
    return new Slice(this.#milliseconds, () => (this.#turns = this.#turns.then(() => turn())));
  }
}

export class Slice {
  readonly #milliseconds: number;
  readonly #next: () => Promise<unknown>;
  #since = performance.now();

  constructor(milliseconds: number, next: () => Promise<unknown>) {
    this.#milliseconds = milliseconds;
    this.#next = next;
  }

  /** Does the work, in as many slices as it takes. */
  async finish<T>(work: Pausing<T>): Promise<T> {
    for (;;) {
      const step = work.next();
      if (step.done === true) return step.value;
      if (this.#isOver) await this.rest();
    }
  }

  /** Waits for the next slice when this one is over. */
  async rest(): Promise<void> {
    if (!this.#isOver) return;
    await this.#next();
    this.#since = performance.now();
  }

  get #isOver(): boolean {
    return performance.now() - this.#since >= this.#milliseconds;
  }
}
