/** Work for many watchers, one after the other, with turns of the event loop for everybody else in between. */
export class Turns {
  #waiting: (() => Promise<void>)[] = [];
  readonly #length: number;
  readonly #onError: (error: unknown) => void;
  #running = false;

  /**
   * @param length how long one turn may hold the event loop, in milliseconds. A socket gives a few dozen datagrams between two
   * turns: who sends many more in one does not hear the answers, and sends again what has long been answered.
   */
  constructor(length: number, onError: (error: unknown) => void) {
    this.#length = length;
    this.#onError = onError;
  }

  push(work: () => Promise<void>): void {
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
      for (const work of batch) {
        await work().catch(this.#onError);
        if (performance.now() - begun < this.#length) continue;
        await new Promise((next) => setImmediate(next));
        begun = performance.now();
      }
    }
    this.#running = false;
  }
}
