import type { OutboxLimits, OutgoingLetter, Records, Sorting } from './letter.ts';

/** Letters until they are delivered, and those that were given up, so that somebody sees them. */
export class Letterbox<Letter extends OutgoingLetter> {
  readonly #records: Records<Letter>;
  readonly #sorting: Pick<Sorting<Letter>, 'groupOf'>;
  readonly #limits: Pick<OutboxLimits, 'waiting' | 'dead'>;
  readonly #wall: () => number;
  readonly #waiting = new Map<string, Set<string>>();
  readonly #dead = new Map<string, Letter[]>();
  #givenUp = 0;

  constructor(
    records: Records<Letter>,
    sorting: Pick<Sorting<Letter>, 'groupOf'>,
    limits: Pick<OutboxLimits, 'waiting' | 'dead'>,
    wall: () => number,
  ) {
    this.#records = records;
    this.#sorting = sorting;
    this.#limits = limits;
    this.#wall = wall;
  }

  /** Letters that an earlier life left to be delivered, in their order; those of a group that is no more are forgotten. */
  async open(isThere: (group: string) => boolean = () => true): Promise<Letter[]> {
    const waiting: Letter[] = [];
    const lost: Letter[] = [];
    for await (const slice of this.#records.all()) {
      for (const letter of slice) {
        const group = this.#sorting.groupOf(letter);
        if (!isThere(group)) lost.push(letter);
        else if (letter.dead === undefined) waiting.push(letter);
        else this.#deadOf(group).push(letter);
      }
    }
    for (const letter of waiting) this.#waitingOf(this.#sorting.groupOf(letter)).add(letter.id);
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

  of(group: string): { readonly waiting: number; readonly dead: readonly Letter[] } {
    return { waiting: this.#waiting.get(group)?.size ?? 0, dead: [...(this.#dead.get(group) ?? [])] };
  }

  /** The groups that have letters, waiting or given up. */
  get groups(): string[] {
    const groups = new Set([...this.#waiting.keys(), ...this.#dead.keys()]);
    return [...groups].toSorted();
  }

  /** Whether it waits already. */
  has(letter: Letter): boolean {
    return this.#waiting.get(this.#sorting.groupOf(letter))?.has(letter.id) === true;
  }

  /** Resolves when the letter is durable: to true when it is to be delivered, to false when it is known or there is no room. */
  async keep(letter: Letter): Promise<boolean> {
    const waiting = this.#waitingOf(this.#sorting.groupOf(letter));
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

  async forget(letter: Letter): Promise<void> {
    await this.#records.forget(letter.id);
    this.#removeWaiting(letter);
  }

  async giveUp(letter: Letter, reason: string): Promise<void> {
    const given = { ...letter, dead: { at: this.#wall(), reason } };
    await this.#records.keep(letter.id, given);
    this.#removeWaiting(letter);
    this.#givenUp += 1;
    const dead = this.#deadOf(this.#sorting.groupOf(letter));
    dead.push(given);
    for (const oldest of dead.splice(0, dead.length - this.#limits.dead)) await this.#records.forget(oldest.id);
  }

  /** Forgets everything of a group. */
  async drop(group: string): Promise<void> {
    const ids = [...(this.#waiting.get(group) ?? []), ...this.#deadOf(group).map(({ id }) => id)];
    this.#waiting.delete(group);
    this.#dead.delete(group);
    await Promise.all(ids.map((id) => this.#records.forget(id)));
  }

  #waitingOf(group: string): Set<string> {
    let waiting = this.#waiting.get(group);
    if (waiting === undefined) this.#waiting.set(group, (waiting = new Set()));
    return waiting;
  }

  #deadOf(group: string): Letter[] {
    let dead = this.#dead.get(group);
    if (dead === undefined) this.#dead.set(group, (dead = []));
    return dead;
  }

  #removeWaiting(letter: Letter): void {
    const group = this.#sorting.groupOf(letter);
    const waiting = this.#waiting.get(group);
    waiting?.delete(letter.id);
    if (waiting?.size === 0) this.#waiting.delete(group);
  }
}
