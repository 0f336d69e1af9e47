import { SLICE } from './layout.ts';
import type { Records } from './records.ts';

/** Records of one kind, as long as the process lives. */
export class MemoryRecords<Value> implements Records<Value> {
  readonly #values = new Map<string, string>();

  // eslint-disable-next-line @typescript-eslint/require-await -- nothing to wait for, but failures are rejections
  async keep(id: string, value: Value): Promise<void> {
    this.#values.set(id, JSON.stringify(value));
  }

  forget(id: string): Promise<void> {
    this.#values.delete(id);
    return Promise.resolve();
  }

  read(id: string): Promise<Value | undefined> {
    const value = this.#values.get(id);
    return Promise.resolve(value === undefined ? undefined : (JSON.parse(value) as Value));
  }

  all(): AsyncIterable<readonly Value[]> {
    return this.startingWith('');
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as of a store that is read
  async *startingWith(prefix: string): AsyncIterable<readonly Value[]> {
    const values = [...this.#values]
      .filter(([id]) => id.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, value]) => JSON.parse(value) as Value);
    for (let at = 0; at < values.length; at += SLICE) yield values.slice(at, at + SLICE);
  }
}
