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
        const [place = 0, conferences = 0, participants = 0] = steps.slice(at, at + 3);
        const [had, held] = sums.get(place) ?? [0, 0];
        if (had + conferences === 0 && held + participants === 0) sums.delete(place);
        else sums.set(place, [had + conferences, held + participants]);
      }
    }
  }

  of(owner: string, from: number, until: number): number[] {
    const sums = [...(this.#sums.get(owner) ?? [])].filter(([place]) => place >= from && place < until);
    return sums.sort(([a], [b]) => a - b).flatMap(([place, counts]) => [place, ...counts]);
  }

  countAnew(state: BookingState): void {
    this.#sums = new Map();
    this.state = state;
  }

  trim(before: number): void {
    for (const sums of this.#sums.values())
      for (const place of sums.keys()) if (place >= 0 && place < before) sums.delete(place);
  }
}
