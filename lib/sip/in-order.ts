/** Work on things that have names: of one name one after the other in the order of the calls, of others side by side. */
export class InOrder {
  /** The last of each name. */
  readonly #turns = new Map<string, Promise<void>>();

  /** Resolves and rejects as the work does; whoever comes next waits for its end, however it ends. */
  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = Promise.resolve(this.#turns.get(name)).then(work);
    const over = turn.then(noop, noop);
    this.#turns.set(name, over);
    return turn.finally(() => {
      if (this.#turns.get(name) === over) this.#turns.delete(name);
    });
  }
}

const noop = (): void => undefined;
