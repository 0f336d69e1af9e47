import type { ConferenceObject } from '../model/conference-object.ts';
import type { CloneHolds } from './clone-holds.ts';
import { Refusal } from './refusal.ts';
import type { ConferenceRepository } from './repository.ts';
import type { Series } from './series.ts';

/** What keeps an object from being deleted: its sidebars, and clones that depend on it (RFC 6503 §5.3.4, 425). */
export class Dependants {
  readonly #repository: Pick<ConferenceRepository, 'dependants'>;
  readonly #clones: CloneHolds;

  constructor(repository: Pick<ConferenceRepository, 'dependants'>, clones: CloneHolds) {
    this.#repository = repository;
    this.#clones = clones;
  }

  /** How many clones were ever begun: one that was begun meanwhile may depend on what is deleted. */
  get begun(): number {
    return this.#clones.begun;
  }

  /** What stands for occurrences of a series goes with it; others hold what they depend on. @throws {Refusal} */
  async refuse(object: ConferenceObject, series: Series | undefined): Promise<void> {
    const family = series?.objects ?? [object];
    const known = new Set(family.map(({ uri }) => uri));
    for (const one of object.header.stands === undefined ? family : [object]) {
      const dependants = await this.#repository.dependants(one.uri, family.length);
      if (one.sidebars.size > 0 || this.#clones.isHeld(one.uri) || dependants.some((uri) => !known.has(uri)))
        throw new Refusal('others-depend-on-it', 'Other conferences depend on this one: delete them first.');
    }
  }
}
