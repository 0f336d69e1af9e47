import type { Clock } from '../notification/watching.ts';
import type { CallbackLimits, Letter } from './registration.ts';

/** What the courier does with letters; each promise is the end of it. */
export interface CourierTasks {
  /** Resolves when it has been dealt with for good; a rejection is a failed attempt, and its message the reason. */
  deliver(letter: Letter): Promise<void>;
  forget(letter: Letter): Promise<void>;
  giveUp(letter: Letter, reason: string): Promise<void>;
}

/** The letters of one conference to one registration, in their order. */
interface Lane {
  readonly name: string;
  readonly registration: string;
  readonly letters: Letter[];
  failures: number;
  timer?: { cancel(): void };
}

/**
 * Delivers letters: those of one conference to one registration one after the other, each until it is taken or too old,
 * others meanwhile.
 */
export class Courier {
  readonly #tasks: CourierTasks;
  readonly #clock: Clock;
  readonly #wall: () => number;
  readonly #limits: CallbackLimits;
  readonly #lanes = new Map<string, Lane>();
  readonly #ready = new Set<Lane>();
  readonly #running = new Map<string, number>();
  readonly #failures = new Map<string, string>();
  #underWay = 0;
  #isOpen = false;

  /** @param wall milliseconds since 1970 */
  constructor(tasks: CourierTasks, { clock, wall }: { clock: Clock; wall: () => number }, limits: CallbackLimits) {
    this.#tasks = tasks;
    this.#clock = clock;
    this.#wall = wall;
    this.#limits = limits;
  }

  take(letter: Letter): void {
    const name = `${letter.registration} ${letter.uri}`;
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { name, registration: letter.registration, letters: [], failures: 0 };
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

  /** Why the last attempt for a registration failed, while it is to be repeated. */
  failure(registration: string): string | undefined {
    return this.#failures.get(registration);
  }

  /** Stops whatever waits for a registration. */
  drop(registration: string): void {
    for (const lane of this.#lanes.values()) if (lane.registration === registration) this.#end(lane);
    this.#failures.delete(registration);
  }

  /** Nothing more is begun. */
  close(): void {
    this.#isOpen = false;
    for (const lane of this.#lanes.values()) this.#end(lane);
  }

  #end(lane: Lane): void {
    lane.timer?.cancel();
    this.#ready.delete(lane);
    this.#lanes.delete(lane.name);
  }

  #enqueue(lane: Lane): void {
    this.#ready.add(lane);
    this.#start();
  }

  #start(): void {
    for (const lane of this.#ready) {
      if (!this.#isOpen || this.#underWay >= this.#limits.inFlight) return;
      if ((this.#running.get(lane.registration) ?? 0) >= this.#limits.inFlightPerRegistration) continue;
      this.#ready.delete(lane);
      void this.#carry(lane);
    }
  }

  async #carry(lane: Lane): Promise<void> {
    const [letter] = lane.letters;
    if (letter === undefined) return;
    this.#count(lane.registration, 1);
    try {
      await this.#tasks.deliver(letter);
      await this.#tasks.forget(letter);
      this.#failures.delete(lane.registration);
      this.#next(lane);
    } catch (error) {
      await this.#failed(lane, letter, error instanceof Error ? error.message : String(error));
    }
    this.#count(lane.registration, -1);
    this.#start();
  }

  #next(lane: Lane): void {
    lane.letters.shift();
    lane.failures = 0;
    if (this.#lanes.get(lane.name) !== lane) return;
    if (lane.letters.length > 0) this.#ready.add(lane);
    else this.#lanes.delete(lane.name);
  }

  async #failed(lane: Lane, letter: Letter, reason: string): Promise<void> {
    const isCurrent = (): boolean => this.#isOpen && this.#lanes.get(lane.name) === lane;
    if (!isCurrent()) return;
    this.#failures.set(lane.registration, reason);
    const { firstWait, longestWait, giveUp } = this.#limits;
    const wait = Math.min(longestWait, firstWait * 2 ** lane.failures);
    lane.failures += 1;
    if (this.#wall() + wait - letter.at > giveUp) {
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

  #count(registration: string, change: 1 | -1): void {
    this.#underWay += change;
    const count = (this.#running.get(registration) ?? 0) + change;
    if (count === 0) this.#running.delete(registration);
    else this.#running.set(registration, count);
  }
}
