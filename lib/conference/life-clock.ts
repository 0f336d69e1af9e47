import { randomUUID } from 'node:crypto';
import type { XconUri } from '../model/identifiers.ts';
import type { ChangeListener } from './changes.ts';
import type { DueStep, TimerRepository } from './repository.ts';

export interface LifeClockLimits {
  /** Steps that are claimed together and taken at the same time. */
  readonly atOnce: number;
  /** Milliseconds after which another clock takes the steps of one that has died. */
  readonly lease: number;
  /** Milliseconds after which the clock is looked at again, for somebody may have set it. */
  readonly look: number;
  /** Milliseconds after which a step that was not taken in its time is told as late. */
  readonly late: number;
  /** Milliseconds after which a step that failed is tried again. */
  readonly retry: number;
}

export const lifeClockDefaults: LifeClockLimits = {
  atOnce: 40,
  lease: 30_000,
  look: 30_000,
  late: 60_000,
  retry: 5_000,
};

export interface LifeClockParts {
  readonly control: { tick(uri: XconUri): Promise<void>; onChange(listener: ChangeListener): void };
  readonly repository: TimerRepository;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly timers: { after(ms: number, run: () => void): { cancel(): void } };
  readonly limits: LifeClockLimits;
  /** A step that came late, after an outage or a jump of the clock: it was taken once, and what was over was passed. */
  readonly onLate: (uri: XconUri, late: number) => void;
  readonly onError: (uri: XconUri | undefined, error: unknown) => void;
}

/**
 * Wakes conferences when their times have come. The timers are in the store, which hands out what is due under a lease;
 * here is one timer, for the nearest. Each step is a change of the object at an expected version, which ends the lease.
 */
export class LifeClock {
  readonly #parts: LifeClockParts;
  /** Another for each life of a clock: what one that died had is nobody's after its lease. */
  readonly #owner = randomUUID();
  #alarm: { cancel(): void } | undefined;
  /** When the alarm rings. */
  #wake = Infinity;
  #running: Promise<void> | undefined;
  /** Something came due earlier while the store was looked at. */
  #again = false;
  #closed = false;

  constructor(parts: LifeClockParts) {
    this.#parts = parts;
    parts.control.onChange(({ after }) => {
      const due = after?.header.due;
      if (due !== undefined && due < this.#wake) this.#set(due);
    });
  }

  /** Takes the steps that are due, those of an outage too, and waits for the next. */
  start(): Promise<void> {
    return (this.#running ??= this.#run().then((next) => {
      this.#running = undefined;
      this.#set(this.#again ? this.#parts.now() : next);
    }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#alarm?.cancel();
    await this.#running;
  }

  #set(at: number): void {
    if (this.#closed) return;
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    this.#again = false;
    const { timers, now, limits } = this.#parts;
    this.#alarm?.cancel();
    this.#wake = at;
    this.#alarm = timers.after(Math.max(0, Math.min(at - now(), limits.look)), () => void this.start());
  }

  /** Resolves to the moment that comes next. */
  async #run(): Promise<number> {
    const { repository, limits, now, onError } = this.#parts;
    this.#alarm?.cancel();
    this.#again = false;
    try {
      while (!this.#closed) {
        const claim = { owner: this.#owner, now: now(), lease: limits.lease, limit: limits.atOnce };
        const { steps, next } = await repository.claim(claim);
        if (steps.length === 0) return next;
        await this.#take(steps);
      }
      return Infinity;
    } catch (error) {
      onError(undefined, error);
      return now() + limits.retry;
    }
  }

  /** What fails stays ours until it is tried again, so that it is in nobody's way. */
  async #take(steps: readonly DueStep[]): Promise<void> {
    const { repository, limits, now } = this.#parts;
    const taken = await Promise.all(steps.map((step) => this.#step(step)));
    const uris = steps.filter((_, index) => taken[index] === false).map(({ uri }) => uri);
    const at = now();
    if (uris.length > 0) await repository.putOff({ owner: this.#owner, uris, now: at, until: at + limits.retry });
  }

  /** Resolves to whether it succeeded. */
  async #step({ uri, due }: DueStep): Promise<boolean> {
    const { control, now, limits, onLate, onError } = this.#parts;
    const late = now() - due;
    try {
      await control.tick(uri);
      if (late > limits.late) onLate(uri, late);
      return true;
    } catch (error) {
      onError(uri, error);
      return false;
    }
  }
}
