import type { OutboxLimits, OutgoingLetter, Sorting, Timers } from './letter.ts';

/** What the courier does with letters; each promise is the end of it. */
export interface CourierTasks<Letter> {
  /** Resolves when it has been dealt with for good; a rejection is a failed attempt, and its message the reason. */
  deliver(letter: Letter): Promise<void>;
  forget(letter: Letter): Promise<void>;
  giveUp(letter: Letter, reason: string): Promise<void>;
}

/** A failed attempt that no other will mend: the letter is given up. */
export class Undeliverable extends Error {}

interface Lane<Letter> {
  readonly name: string;
  readonly group: string;
  readonly letters: Letter[];
  failures: number;
  timer?: { cancel(): void };
}

/** Delivers letters: those of one lane one after the other, each until it is taken or too old, others meanwhile. */
export class Courier<Letter extends OutgoingLetter> {
  readonly #tasks: CourierTasks<Letter>;
  readonly #sorting: Sorting<Letter>;
  readonly #clock: Timers;
  readonly #wall: () => number;
  readonly #limits: OutboxLimits;
  readonly #lanes = new Map<string, Lane<Letter>>();
  readonly #ready = new Set<Lane<Letter>>();
  readonly #running = new Map<string, number>();
  readonly #failures = new Map<string, string>();
  #underWay = 0;
  #isOpen = false;

  /** @param wall milliseconds since 1970 */
  constructor(
    tasks: CourierTasks<Letter>,
    sorting: Sorting<Letter>,
    { clock, wall }: { clock: Timers; wall: () => number },
    limits: OutboxLimits,
  ) {
    this.#tasks = tasks;
    this.#sorting = sorting;
    this.#clock = clock;
    this.#wall = wall;
    this.#limits = limits;
  }

  take(letter: Letter): void {
    const group = this.#sorting.groupOf(letter);
    const name = `${group} ${this.#sorting.laneOf(letter)}`;
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { name, group, letters: [], failures: 0 };
      this.#lanes.set(name, lane);
    }
    lane.letters.push(letter);
    if (lane.letters.length === 1) this.#enqueue(lane);
  }

  /** Begins with what was taken so far. */
  open(): void {
    this.#isOpen = true;
    this.#start();
  }

  /** Why the last attempt for a group failed that is repeated until it is too old; one that is never taken says nothing of others. */
  failure(group: string): string | undefined {
    return this.#failures.get(group);
  }

  /** Letters that wait with one, this one too, in their order. */
  besides(letter: Letter): readonly Letter[] {
    return this.#laneOf(letter)?.letters ?? [];
  }

  /** Takes back what nobody has begun to deliver. */
  takeBack(letter: Letter): void {
    const lane = this.#laneOf(letter);
    const at = lane?.letters.indexOf(letter) ?? -1;
    if (lane === undefined || at < 0) return;
    lane.letters.splice(at, 1);
    if (lane.letters.length === 0) this.#end(lane);
  }

  #laneOf(letter: Letter): Lane<Letter> | undefined {
    return this.#lanes.get(`${this.#sorting.groupOf(letter)} ${this.#sorting.laneOf(letter)}`);
  }

  /** Stops whatever waits for a group. */
  drop(group: string): void {
    for (const lane of this.#lanes.values()) if (lane.group === group) this.#end(lane);
    this.#failures.delete(group);
  }

  /** Nothing more is begun. */
  close(): void {
    this.#isOpen = false;
    for (const lane of this.#lanes.values()) this.#end(lane);
  }

  #end(lane: Lane<Letter>): void {
    lane.timer?.cancel();
    this.#ready.delete(lane);
    this.#lanes.delete(lane.name);
  }

  #enqueue(lane: Lane<Letter>): void {
    this.#ready.add(lane);
    this.#start();
  }

  #start(): void {
    for (const lane of this.#ready) {
      if (!this.#isOpen || this.#underWay >= this.#limits.inFlight) return;
      if ((this.#running.get(lane.group) ?? 0) >= this.#limits.inFlightPerGroup) continue;
      this.#ready.delete(lane);
      void this.#carry(lane);
    }
  }

  async #carry(lane: Lane<Letter>): Promise<void> {
    const [letter] = lane.letters;
    if (letter === undefined) return;
    this.#count(lane.group, 1);
    try {
      await this.#tasks.deliver(letter);
      await this.#tasks.forget(letter);
      this.#failures.delete(lane.group);
      this.#next(lane);
    } catch (error) {
      await this.#failed(lane, letter, error);
    }
    this.#count(lane.group, -1);
    this.#start();
  }

  #next(lane: Lane<Letter>): void {
    lane.letters.shift();
    lane.failures = 0;
    if (this.#lanes.get(lane.name) !== lane) return;
    if (lane.letters.length > 0) this.#ready.add(lane);
    else this.#lanes.delete(lane.name);
  }

  async #failed(lane: Lane<Letter>, letter: Letter, error: unknown): Promise<void> {
    const isCurrent = (): boolean => this.#isOpen && this.#lanes.get(lane.name) === lane;
    if (!isCurrent()) return;
    const reason = error instanceof Error ? error.message : String(error);
    if (!(error instanceof Undeliverable)) this.#failures.set(lane.group, reason);
    const { firstWait, longestWait, giveUp } = this.#limits;
    const wait = Math.min(longestWait, firstWait * 2 ** lane.failures);
    lane.failures += 1;
    if (error instanceof Undeliverable || this.#wall() + wait - letter.at > giveUp) {
      const isGone = await this.#tasks.giveUp(letter, reason).then(
        () => true,
        () => false,
      );
      if (isGone) {
        this.#next(lane);
        return;
      }
      if (!isCurrent()) return;
    }
    lane.timer = this.#clock.after(wait, () => this.#enqueue(lane));
  }

  #count(group: string, change: 1 | -1): void {
    this.#underWay += change;
    const count = (this.#running.get(group) ?? 0) + change;
    if (count === 0) this.#running.delete(group);
    else this.#running.set(group, count);
  }
}
