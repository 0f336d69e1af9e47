import type { Change } from '../conference/changes.ts';
import type { ConferenceObject, PartName } from '../model/conference-object.ts';
import type { Subscription } from './subscription.ts';

/** A conference that somebody watches: its newest version, and which parts changed on the way to it. */
export class WatchedConference {
  readonly subscriptions = new Set<Subscription>();
  readonly #remembered: number;
  #object: ConferenceObject;
  /** For each of the last versions, the newest last, the parts that it changed. */
  #steps: { readonly version: number; readonly touched: readonly PartName[] }[] = [];

  /** @param remembered versions back from which a difference can be told */
  constructor(object: ConferenceObject, remembered: number) {
    this.#object = object;
    this.#remembered = remembered;
  }

  get object(): ConferenceObject {
    return this.#object;
  }

  /** Takes a change; false for one that is known already. */
  follow({ after, touched }: Change & { readonly after: ConferenceObject }): boolean {
    if (after.version <= this.#object.version) return false;
    if (after.version !== this.#object.version + 1) this.#steps = [];
    this.#object = after;
    this.#steps.push({ version: after.version, touched });
    // Forgetting in bulk costs nothing per change.
    if (this.#steps.length > 2 * this.#remembered) this.#steps = this.#steps.slice(-this.#remembered);
    return true;
  }

  /** The parts that changed after a version, at least; undefined when that is forgotten. */
  touchedSince(version: number): readonly PartName[] | undefined {
    if (version === this.#object.version) return [];
    const first = this.#steps[0];
    if (first === undefined || first.version > version + 1) return undefined;
    return this.#steps.slice(version + 1 - first.version).flatMap(({ touched }) => touched);
  }
}
