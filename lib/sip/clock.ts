import { performance } from 'node:perf_hooks';

/** Something that will happen once, unless it is cancelled. Cancelling late or twice does nothing. */
export interface Timer {
  cancel(): void;
}

/** The only time that SIP knows. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes backwards. */
  now(): number;
  /** Runs something once, not before `ms` milliseconds have passed. */
  after(ms: number, run: () => void): Timer;
}

export interface WheelOptions {
  /** Milliseconds per tick: how late a timer may run. */
  readonly tick: number;
  /** Slots of the wheel; timers farther away than `tick * slots` are passed over once per turn. */
  readonly slots: number;
}

export const wheelDefaults: WheelOptions = { tick: 10, slots: 4096 };

/** A ring of timers, so that leaving costs the same in a crowd as alone. */
class Entry implements Timer {
  prev: Entry = this;
  next: Entry = this;
  readonly due: number;
  readonly run: () => void;

  constructor(due: number, run: () => void) {
    this.due = due;
    this.run = run;
  }

  cancel(): void {
    this.prev.next = this.next;
    this.next.prev = this.prev;
    this.prev = this;
    this.next = this;
  }

  /** From the ring where it is, alone at first, to the end of another. */
  moveTo(head: Entry): void {
    this.prev.next = this.next;
    this.next.prev = this.prev;
    this.prev = head.prev;
    this.next = head;
    head.prev.next = this;
    head.prev = this;
  }
}

/**
 * The real clock: a hashed timer wheel, behind which stands one timer of the platform, and none while nothing waits. Starting and
 * cancelling take constant time, however many wait. It doesn't keep the process alive. What a timer throws is uncaught, as with
 * setTimeout, and disturbs no other timer.
 */
export class TimerWheel implements Clock {
  readonly #tick: number;
  readonly #slots: readonly Entry[];
  readonly #due = new Entry(0, () => undefined);
  readonly #origin = performance.now();
  /** The first tick that has not been served. */
  #cursor = 0;
  #alarm: NodeJS.Timeout | undefined;
  /** The tick at which the alarm rings. */
  #wake = Infinity;

  constructor(options: Partial<WheelOptions> = {}) {
    const { tick, slots } = { ...wheelDefaults, ...options };
    this.#tick = tick;
    this.#slots = Array.from({ length: slots }, () => new Entry(0, () => undefined));
  }

  now(): number {
    return performance.now() - this.#origin;
  }

  after(ms: number, run: () => void): Timer {
    const due = Math.max(Math.ceil((this.now() + ms) / this.#tick), this.#cursor);
    const entry = new Entry(due, run);
    entry.moveTo(this.#slot(due));
    if (due < this.#wake) this.#ring(due);
    return entry;
  }

  #slot(tick: number): Entry {
    return this.#slots[tick % this.#slots.length] as Entry;
  }

  #ring(tick: number): void {
    clearTimeout(this.#alarm);
    this.#wake = tick;
    this.#alarm = setTimeout(() => this.#serve(), Math.max(Math.ceil(tick * this.#tick - this.now()), 1)).unref();
  }

  #serve(): void {
    const now = Math.floor(this.now() / this.#tick);
    this.#collect(now);
    this.#wake = -1; // what is started meanwhile rings no alarm of its own
    try {
      for (let entry = this.#due.next; entry !== this.#due; entry = this.#due.next) {
        entry.cancel();
        entry.run();
      }
    } finally {
      this.#sleep();
    }
  }

  /** Moves what is due by now from the slots to one ring, where it still can be cancelled; later turns stay where they are. */
  #collect(now: number): void {
    for (let tick = Math.max(this.#cursor, now - this.#slots.length + 1); tick <= now; tick += 1) {
      const head = this.#slot(tick);
      for (let entry = head.next; entry !== head;) {
        const { next } = entry;
        if (entry.due <= now) entry.moveTo(this.#due);
        entry = next;
      }
    }
    this.#cursor = Math.max(this.#cursor, now + 1);
  }

  /** Sets the alarm for what comes next, if anything does. */
  #sleep(): void {
    this.#wake = Infinity;
    if (this.#due.next !== this.#due) {
      this.#ring(this.#cursor);
      return;
    } // a timer has thrown, others wait behind it
    for (let tick = this.#cursor; tick < this.#cursor + this.#slots.length; tick += 1) {
      const head = this.#slot(tick);
      if (head.next !== head) {
        this.#ring(tick);
        return;
      }
    }
  }
}
