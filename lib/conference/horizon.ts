import type { XconUri } from '../model/identifiers.ts';
import { BUCKET, DAY_PLACES, extendPlan, horizonOf } from './booking.ts';
import type { Capacity } from './capacity.ts';
import type { Commits } from './commits.ts';
import type { Work } from './control-parts.ts';
import type { ConferenceObjects } from './objects.ts';
import type { ConferenceRepository } from './repository.ts';

export interface HorizonParts {
  readonly objects: Pick<ConferenceObjects, 'tick' | 'changeByClock'>;
  readonly commits: Pick<Commits, 'newest'>;
  readonly capacity: Capacity;
  readonly repository: ConferenceRepository;
}

/** Conferences that are booked ahead at once. */
const PAGE = 100;
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
      const list = async (after: string): Promise<XconUri[]> =>
        (await repository.list({ kind: 'conference', after, limit: PAGE })).map(({ uri }) => uri);
      await inPages(signal, list, (uri) => objects.tick(uri));
      if (!signal.aborted) await capacity.counted();
    }
    const { now, rules } = capacity.planning;
    const before = horizonOf(now, rules) * BUCKET;
    await inPages(
      signal,
      (after) => repository.bookable({ before, after, limit: PAGE }),
      (uri) => this.#extend(uri),
    );
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
}

async function inPages(
  signal: AbortSignal,
  list: (after: string) => Promise<XconUri[]>,
  work: (uri: XconUri) => Promise<void>,
): Promise<void> {
  let page: XconUri[] = [];
  do {
    page = await list(page.at(-1) ?? '');
    await Promise.all(page.map(work));
  } while (page.length === PAGE && !signal.aborted);
}
