import type { XconUri } from '../model/identifiers.ts';
import type { ChangeListener } from './changes.ts';
import type { ConferenceRepository } from './repository.ts';

export interface LifeClockLimits {
  /** Conferences whose next moments are in memory, and that change at the same time. */
  readonly atOnce: number;
  /** Milliseconds after which the clock is looked at again, for somebody may have set it. */
  readonly look: number;
  /** Milliseconds after which a step that was not taken in its time is told as late. */
  readonly late: number;
  /** Milliseconds after which a step that failed is tried again. */
  readonly retry: number;
}

export const lifeClockDefaults: LifeClockLimits = { atOnce: 40, look: 30_000, late: 60_000, retry: 5_000 };

export interface LifeClockParts {
  readonly control: { tick(uri: XconUri): Promise<void>; onChange(listener: ChangeListener): void };
  readonly repository: Pick<ConferenceRepository, 'due'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly timers: { after(ms: number, run: () => void): { cancel(): void } };
  readonly limits: LifeClockLimits;
  /** A step that came late, after an outage or a jump of the clock: it was taken once, and what was over was passed. */
  readonly onLate: (uri: XconUri, late: number) => void;
  readonly onError: (uri: XconUri | undefined, error: unknown) => void;
}

/**
 * Wakes conferences when their times have come. The moments are in the store, by an index; here is one timer, for the
 * nearest. Each step is a change of the object at an expected version: of two clocks that take the same step, one does.
 */
export class LifeClock {
  readonly #parts: LifeClockParts;
  readonly #failed = new Map<XconUri, number>();
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
      for (;;) {
        const most = limits.atOnce + this.#failed.size;
        const nearest = await repository.due(most);
        const ripe = nearest.filter(({ uri, due }) => due <= now() && this.#mayTry(uri));
        await Promise.all(ripe.map(({ uri, due }) => this.#step(uri, due)));
        const later = nearest.find(({ due }) => due > now())?.due ?? Infinity;
        const next = this.#failed.size === 0 ? later : Math.min(later, now() + limits.retry);
        if (ripe.length === 0 || this.#closed) return next;
      }
    } catch (error) {
      onError(undefined, error);
      return now() + limits.retry;
    }
  }

  #mayTry(uri: XconUri): boolean {
    const failed = this.#failed.get(uri);
    return failed === undefined || failed + this.#parts.limits.retry <= this.#parts.now();
  }

  async #step(uri: XconUri, due: number): Promise<void> {
    const { control, now, limits, onLate, onError } = this.#parts;
    const late = now() - due;
    try {
      await control.tick(uri);
      this.#failed.delete(uri);
      if (late > limits.late) onLate(uri, late);
    } catch (error) {
      this.#failed.set(uri, now());
      onError(uri, error);
    }
  }
}
