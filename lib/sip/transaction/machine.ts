import type { Clock, Timer } from '../clock.ts';
import { schedule, type Interval, type Times, type TimerName, type TimerStart } from './timers.ts';

/** What a machine does on an input: the state that it goes to, and its effects in their order. */
export type Transition<State extends string, Effect extends string> = readonly [next: State, ...effects: Effect[]];

/** A state machine as data. An input that a state doesn't list is ignored in it; every timer is an input. */
export type Table<State extends string, Input extends string, Effect extends string> = {
  readonly [state in State]: {
    readonly [input in Input | TimerName]?: Transition<State, Effect | TimerStart | StopTimer>;
  };
};

export type StopTimer = 'stop repeating' | 'stop waiting';

/** Where a transaction runs. */
export interface Surroundings {
  readonly clock: Clock;
  readonly times: Times;
}

/** Runs a table. At most two timers go at once: one that repeats a message (A, E, G, 100), one that ends the state. */
export abstract class Machine<State extends string, Input extends string, Effect extends string> {
  readonly #table: Partial<Table<State, Input, Effect>>;
  readonly #surroundings: Surroundings;
  readonly #reliable: boolean;
  #state: State;
  #repeating: Timer | undefined;
  #waiting: Timer | undefined;
  #interval = 0;

  constructor(
    table: Partial<Table<State, Input, Effect>>,
    state: State,
    surroundings: Surroundings,
    reliable: boolean,
  ) {
    this.#table = table;
    this.#state = state;
    this.#surroundings = surroundings;
    this.#reliable = reliable;
  }

  get state(): State {
    return this.#state;
  }

  /** Carries out an effect other than those on timers. */
  protected abstract perform(effect: Effect): void;

  /** Whether an input does anything in this state. */
  protected takes(input: Input): boolean {
    return this.#table[this.#state]?.[input] !== undefined;
  }

  protected input(input: Input | TimerName): void {
    const transition = this.#table[this.#state]?.[input];
    if (transition === undefined) return;
    const [next] = transition;
    this.#state = next;
    // An effect that by itself leads to another state leaves nothing to do for this one.
    for (let at = 1; at < transition.length && this.#state === next; at += 1)
      this.#carryOut(transition[at] as Effect | TimerStart | StopTimer);
  }

  /** Stops both timers. */
  protected stop(): void {
    this.#repeating?.cancel();
    this.#waiting?.cancel();
  }

  #carryOut(effect: Effect | TimerStart | StopTimer): void {
    const timer = TIMERS.get(effect);
    if (timer !== undefined) this.#start(...timer);
    else if (effect === 'stop repeating') this.#repeat(undefined);
    else if (effect === 'stop waiting') this.#waiting?.cancel();
    else this.perform(effect as Effect);
  }

  #start(timer: TimerName, interval: Interval): void {
    const ms = interval(this.#surroundings.times, this.#reliable, this.#interval);
    if (ms === undefined) return;
    if (ms === 0) {
      this.input(timer); // §17: a timer of zero seconds fires at once
      return;
    }
    const started = this.#surroundings.clock.after(ms, () => this.input(timer));
    if (REPEATING.has(timer)) {
      this.#repeat(started);
      this.#interval = ms;
    } else {
      this.#waiting?.cancel();
      this.#waiting = started;
    }
  }

  #repeat(timer: Timer | undefined): void {
    this.#repeating?.cancel();
    this.#repeating = timer;
  }
}

const REPEATING: ReadonlySet<TimerName> = new Set<TimerName>(['A', 'E', 'G', '100']);

/** What each effect that starts a timer means. */
const TIMERS: ReadonlyMap<string, readonly [TimerName, Interval]> = new Map(Object.entries(schedule));
