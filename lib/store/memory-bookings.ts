import type { Booking, BookingState } from '../conference/repository.ts';

/** What is booked, of a store in memory. */
export class MemoryBookings {
  #sums = new Map<string, Map<number, readonly [number, number]>>();
  state: BookingState | undefined;

  take({ owner, steps }: Booking): void {
    for (const name of ['', owner]) {
      const sums = this.#sums.get(name) ?? new Map<number, readonly [number, number]>();
      this.#sums.set(name, sums);
      for (let at = 0; at < steps.length; at += 3) {
        const [bucket = 0, conferences = 0, participants = 0] = steps.slice(at, at + 3);
        const [had, held] = sums.get(bucket) ?? [0, 0];
        if (had + conferences === 0 && held + participants === 0) sums.delete(bucket);
        else sums.set(bucket, [had + conferences, held + participants]);
      }
    }
  }

  of(owner: string): number[] {
    const sums = [...(this.#sums.get(owner) ?? [])].sort(([a], [b]) => a - b);
    return sums.flatMap(([bucket, counts]) => [bucket, ...counts]);
  }

  countAnew(state: BookingState): void {
    this.#sums = new Map();
    this.state = state;
  }

  trim(before: number): void {
    for (const sums of this.#sums.values()) {
      const past = [...sums].filter(([bucket]) => bucket >= 0 && bucket < before);
      const [had, held] = sums.get(before) ?? [0, 0];
      const conferences = past.reduce((sum, [, [more]]) => sum + more, had);
      const participants = past.reduce((sum, [, [, more]]) => sum + more, held);
      for (const [bucket] of past) sums.delete(bucket);
      if (conferences === 0 && participants === 0) sums.delete(before);
      else sums.set(before, [conferences, participants]);
    }
  }
}
