import type { Clock, Timer } from '../../lib/sip/clock.ts';

interface Appointment {
  readonly at: number;
  readonly run: () => void;
}

/** Time that passes only when a test says so. What is due at the same moment runs in the order in which it was started. */
export class VirtualClock implements Clock {
  #now = 0;
  readonly #waiting: Appointment[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): Timer {
    const appointment = { at: this.#now + Math.max(ms, 0), run };
    const later = this.#waiting.findIndex(({ at }) => at > appointment.at);
    this.#waiting.splice(later < 0 ? this.#waiting.length : later, 0, appointment);
    return {
      cancel: () => {
        const index = this.#waiting.indexOf(appointment);
        if (index >= 0) this.#waiting.splice(index, 1);
      },
    };
  }

  /** How many timers run. */
  get pending(): number {
    return this.#waiting.length;
  }

  /** When the next timer is due. */
  get next(): number | undefined {
    return this.#waiting[0]?.at;
  }

  /** Lets `ms` milliseconds pass, with everything that falls due in them; no promise is awaited between. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let first = this.#waiting[0]; first && first.at <= end; first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#now = first.at;
      first.run();
    }
    this.#now = end;
  }

  /** The same, with promises settled before each timer, for code that awaits between its timers. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let first = this.#waiting[0]; first && first.at <= end; first = this.#waiting[0]) {
      this.advance(first.at - this.#now);
      await settled();
    }
    this.#now = end;
  }
}

/** Until every promise that can go on without time or input has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
