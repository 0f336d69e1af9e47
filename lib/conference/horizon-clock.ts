export interface HorizonClockParts {
  readonly control: { bookAhead(signal: AbortSignal): Promise<void> };
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly timers: { after(ms: number, run: () => void): { cancel(): void } };
  /** Milliseconds after which a look that failed is taken again. */
  readonly retry: number;
  readonly onError: (error: unknown) => void;
}

const DAY = 86_400_000;

/** Moves the horizon up to which room is booked, once a day in UTC. */
export class HorizonClock {
  readonly #parts: HorizonClockParts;
  readonly #closing = new AbortController();
  #alarm: { cancel(): void } | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: HorizonClockParts) {
    this.#parts = parts;
  }

  /** Books what came within reach since the last time, behind everything else. */
  start(): void {
    this.#running = this.#book();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#alarm?.cancel();
    await this.#running;
  }

  async #book(): Promise<void> {
    const { control, now, retry, onError, timers } = this.#parts;
    let wait = DAY - (now() % DAY);
    try {
      await control.bookAhead(this.#closing.signal);
    } catch (error) {
      onError(error);
      wait = retry;
    }
    if (!this.#closing.signal.aborted) this.#alarm = timers.after(wait, () => this.start());
  }
}
