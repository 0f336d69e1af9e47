/** Done at once, or when the promise resolves. */
export interface Work {
  run(): void | Promise<void>;
}

/** Work for many watchers, one after the other, with turns of the event loop for everybody else in between. */
export class Turns {
  #waiting: Work[] = [];
  readonly #length: number;
  readonly #most: number;
  readonly #onError: (error: unknown) => void;
  #running = false;

  /**
   * @param length how long one turn may hold the event loop, in milliseconds
   * @param most how much may be done in one turn. A socket gives 32 datagrams between two turns: who sends more in one does not
   * hear all the answers, and sends again what has long been answered.
   */
  constructor(length: number, most: number, onError: (error: unknown) => void) {
    this.#length = length;
    this.#most = most;
    this.#onError = onError;
  }

  push(work: Work): void {
    this.#waiting.push(work);
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      let begun = performance.now();
      let done = 0;
      for (const work of batch) {
        try {
          const doing = work.run();
          if (doing !== undefined) await doing;
        } catch (error) {
          this.#onError(error);
        }
        if (++done < this.#most && performance.now() - begun < this.#length) continue;
        await new Promise((next) => setImmediate(next));
        begun = performance.now();
        done = 0;
      }
    }
    this.#running = false;
  }
}
