import type { CallbackLimits, Letter } from './registration.ts';

/** Small records that are durable when the promise resolves. */
export interface Records<Value> {
  keep(id: string, value: Value): Promise<void>;
  forget(id: string): Promise<void>;
  all(): AsyncIterable<readonly Value[]>;
}

/** Letters until they are delivered, and those that were given up, so that somebody sees them. */
export class Letterbox {
  readonly #records: Records<Letter>;
  readonly #limits: Pick<CallbackLimits, 'waiting' | 'dead'>;
  readonly #wall: () => number;
  readonly #waiting = new Map<string, Set<string>>();
  readonly #dead = new Map<string, Letter[]>();
  #givenUp = 0;

  constructor(records: Records<Letter>, limits: Pick<CallbackLimits, 'waiting' | 'dead'>, wall: () => number) {
    this.#records = records;
    this.#limits = limits;
    this.#wall = wall;
  }

  /** Letters that an earlier life left to be delivered, in their order. */
  async open(isRegistered: (registration: string) => boolean): Promise<Letter[]> {
    const waiting: Letter[] = [];
    const lost: Letter[] = [];
    for await (const slice of this.#records.all()) {
      for (const letter of slice) {
        if (!isRegistered(letter.registration)) lost.push(letter);
        else if (letter.dead === undefined) waiting.push(letter);
        else listOf(this.#dead, letter.registration).push(letter);
      }
    }
    for (const letter of waiting) this.#waitingOf(letter.registration).add(letter.id);
    await Promise.all(lost.map(({ id }) => this.#records.forget(id)));
    return waiting;
  }

  get counts(): { readonly waiting: number; readonly dead: number } {
    const sum = (sizes: Iterable<number>): number => [...sizes].reduce((all, one) => all + one, 0);
    return {
      waiting: sum([...this.#waiting.values()].map(({ size }) => size)),
      dead: sum([...this.#dead.values()].map(({ length }) => length)),
    };
  }

  get givenUp(): number {
    return this.#givenUp;
  }

  of(registration: string): { readonly waiting: number; readonly dead: readonly Letter[] } {
    return { waiting: this.#waiting.get(registration)?.size ?? 0, dead: [...(this.#dead.get(registration) ?? [])] };
  }

  /** Resolves when the letter is durable: to true when it is to be delivered, to false when it is known or there is no room. */
  async keep(letter: Letter): Promise<boolean> {
    const waiting = this.#waitingOf(letter.registration);
    if (waiting.has(letter.id)) return false;
    if (waiting.size >= this.#limits.waiting) {
      await this.giveUp(letter, 'too many wait already');
      return false;
    }
    waiting.add(letter.id);
    try {
      await this.#records.keep(letter.id, letter);
      return true;
    } catch (error) {
      waiting.delete(letter.id);
      throw error;
    }
  }

  async forget({ id, registration }: Letter): Promise<void> {
    await this.#records.forget(id);
    this.#removeWaiting(registration, id);
  }

  async giveUp(letter: Letter, reason: string): Promise<void> {
    const { id, registration } = letter;
    const given = { ...letter, dead: { at: this.#wall(), reason } };
    await this.#records.keep(id, given);
    this.#removeWaiting(registration, id);
    this.#givenUp += 1;
    const dead = listOf(this.#dead, registration);
    dead.push(given);
    for (const oldest of dead.splice(0, dead.length - this.#limits.dead)) await this.#records.forget(oldest.id);
  }

  /** Forgets everything of a registration. */
  async drop(registration: string): Promise<void> {
    const ids = [...(this.#waiting.get(registration) ?? []), ...listOf(this.#dead, registration).map(({ id }) => id)];
    this.#waiting.delete(registration);
    this.#dead.delete(registration);
    await Promise.all(ids.map((id) => this.#records.forget(id)));
  }

  #waitingOf(registration: string): Set<string> {
    let waiting = this.#waiting.get(registration);
    if (waiting === undefined) this.#waiting.set(registration, (waiting = new Set()));
    return waiting;
  }

  #removeWaiting(registration: string, id: string): void {
    const waiting = this.#waiting.get(registration);
    waiting?.delete(id);
    if (waiting?.size === 0) this.#waiting.delete(registration);
  }
}

function listOf(lists: Map<string, Letter[]>, registration: string): Letter[] {
  let list = lists.get(registration);
  if (list === undefined) lists.set(registration, (list = []));
  return list;
}
