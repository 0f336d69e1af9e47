import type { KeyedRecords } from '../../lib/calendar/mail/inviting.ts';

/** A process that is killed at its n-th write: nothing is written any more. */
export class Mortal {
  #left: number;

  constructor(writes: number) {
    this.#left = writes;
  }

  get isDead(): boolean {
    return this.#left < 0;
  }

  kill(): void {
    this.#left = -1;
  }

  write<T>(work: () => Promise<T>): Promise<T> {
    this.#left -= 1;
    return this.isDead ? Promise.reject(new Error('killed')) : work();
  }

  records<Value>(records: KeyedRecords<Value>): KeyedRecords<Value> {
    return {
      read: (id) => records.read(id),
      all: () => records.all(),
      keep: (id, value) => this.write(() => records.keep(id, value)),
      forget: (id) => this.write(() => records.forget(id)),
    };
  }
}
