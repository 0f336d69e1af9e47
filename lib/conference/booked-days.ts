import { DAY_BUCKETS, DAY_PLACES } from './booking.ts';
import { BookingPage, type Counts, type Stretch } from './booking-page.ts';
import type { BookingRepository } from './repository.ts';

/** The name under which all that the server has is booked. */
export const SERVER = '';

export interface BookedDay {
  readonly owner: string;
  readonly day: number;
}

const nameOf = (owner: string, day: number): string => `${String(day)} ${owner}`;

/** Days of users and of the server, as they are stored and as pending changes make them: those in memory that are needed. */
export class BookedDays {
  readonly #repository: Pick<BookingRepository, 'bookings'>;
  readonly #remembered: number;
  /** Those needed last come last. */
  readonly #pages = new Map<string, BookingPage>();
  readonly #loading = new Map<string, Promise<BookingPage>>();

  constructor(repository: Pick<BookingRepository, 'bookings'>, remembered: number) {
    this.#repository = repository;
    this.#remembered = remembered;
  }

  /** Keeps days in memory until they are released; those that are not there are read meanwhile. */
  hold(days: readonly BookedDay[]): { readonly reading: Promise<unknown> | undefined; release(): void } {
    const pages: BookingPage[] = [];
    const keep = (name: string, found: BookingPage): void => {
      const page = this.#pages.get(name) ?? found;
      page.holders += 1;
      pages.push(page);
      this.#pages.delete(name);
      this.#pages.set(name, page);
    };
    const missing: Promise<void>[] = [];
    let isReleased = false;
    for (const { owner, day } of days) {
      const name = nameOf(owner, day);
      const page = this.#pages.get(name);
      if (page !== undefined) keep(name, page);
      else missing.push(this.#load(owner, day).then((loaded) => (isReleased ? undefined : keep(name, loaded))));
    }
    const release = (): void => {
      isReleased = true;
      for (const page of pages) page.holders -= 1;
      this.#forget();
    };
    return { reading: missing.length === 0 ? undefined : Promise.all(missing), release };
  }

  /** Takes what stretches take, of somebody and of the server. */
  take(owner: string, stretches: readonly Stretch[], sign: 1 | -1): void {
    for (const stretch of stretches) {
      for (const name of [SERVER, owner]) this.#pages.get(nameOf(name, stretch.day))?.add(stretch, sign);
    }
  }

  /** What is taken in a bucket. */
  at(owner: string, bucket: number): Counts {
    const day = Math.floor(bucket / DAY_BUCKETS);
    return this.#pages.get(nameOf(owner, day))?.at(bucket - day * DAY_BUCKETS) ?? [0, 0];
  }

  async #load(owner: string, day: number): Promise<BookingPage> {
    const name = nameOf(owner, day);
    let loading = this.#loading.get(name);
    if (loading === undefined) {
      loading = this.#read(owner, day).finally(() => this.#loading.delete(name));
      this.#loading.set(name, loading);
    }
    return loading;
  }

  async #read(owner: string, day: number): Promise<BookingPage> {
    return new BookingPage(await this.#repository.bookings(owner, day * DAY_PLACES, (day + 1) * DAY_PLACES));
  }

  #forget(): void {
    if (this.#pages.size <= this.#remembered) return;
    for (const [name, page] of this.#pages) {
      if (page.holders > 0) continue;
      this.#pages.delete(name);
      if (this.#pages.size <= this.#remembered) return;
    }
  }
}
