import { setTimeout as rest } from 'node:timers/promises';
import type { XconUri } from '../model/identifiers.ts';
import { BUCKET, DAY_PLACES, extendPlan, horizonOf } from './booking.ts';
import type { Capacity } from './capacity.ts';
import type { Commits } from './commits.ts';
import type { Work } from './control-parts.ts';
import type { ConferenceObjects } from './objects.ts';
import type { Bookable, ConferenceRepository, ListedObject } from './repository.ts';

export interface HorizonParts {
  readonly objects: Pick<ConferenceObjects, 'tick' | 'changeByClock'>;
  readonly commits: Pick<Commits, 'newest'>;
  readonly capacity: Capacity;
  readonly repository: ConferenceRepository;
  readonly pace: BookingPace;
}

/** How fast conferences are booked ahead, so that who asks for something meanwhile hardly notices. */
export interface BookingPace {
  /** Conferences that are booked at once. */
  readonly ahead: number;
  /** Percent of the time that it takes. */
  readonly share: number;
}

const DAY = 86_400_000;

/** The moment up to which room is booked, as the days go by. */
export class Horizon {
  readonly #parts: HorizonParts;

  constructor(parts: HorizonParts) {
    this.#parts = parts;
  }

  /** Books all conferences anew where that has to be, and those that go on for long up to today's horizon. */
  async bookAhead(signal: AbortSignal): Promise<void> {
    const { repository, capacity, objects } = this.#parts;
    await capacity.open();
    if (!capacity.isCounted) {
      const conferences: Pages<ListedObject> = ({ last, limit }) =>
        repository.list({ kind: 'conference', limit, ...(last && { after: last.uri }) });
      await this.#all(signal, conferences, (uri) => objects.tick(uri));
      if (!signal.aborted) await capacity.counted();
    }
    const { now, rules } = capacity.planning;
    const before = horizonOf(now, rules) * BUCKET;
    const bookable: Pages<Bookable> = ({ last: after, limit }) =>
      repository.bookable({ before, limit, ...(after && { after }) });
    await this.#all(signal, bookable, (uri) => this.#extend(uri));
    await repository.trimBookings(Math.floor(now / DAY) * DAY_PLACES);
  }

  /** Books a conference up to today's horizon. */
  async #extend(uri: XconUri): Promise<void> {
    const { capacity, commits, objects } = this.#parts;
    const object = await commits.newest(uri);
    const { owner = '', plan } = object?.header.booked ?? {};
    if (plan === undefined) return;
    const work = ({ edit }: Work): void => extendPlan(edit, capacity.planning, (steps) => capacity.fits(owner, steps));
    const { now, rules } = capacity.planning;
    await capacity.withDays(owner, plan.until, horizonOf(now, rules), () => objects.changeByClock(uri, work));
  }

  /** Does the work for each of them, a few at a time, with rests in between. */
  async #all<T extends Named>(signal: AbortSignal, pages: Pages<T>, work: (uri: XconUri) => Promise<void>) {
    const { ahead: limit, share } = this.#parts.pace;
    let last: T | undefined;
    for (;;) {
      const begun = performance.now();
      const page = await pages({ last, limit });
      await Promise.all(page.map(({ uri }) => work(uri)));
      if (page.length < limit || signal.aborted) return;
      last = page.at(-1);
      await rest((performance.now() - begun) * (100 / share - 1), undefined, { signal }).catch(() => undefined);
    }
  }
}

interface Named {
  readonly uri: XconUri;
}

type Pages<T> = (page: { last: T | undefined; limit: number }) => Promise<readonly T[]>;
