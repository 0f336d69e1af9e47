import type { Change } from '../conference/changes.ts';
import type { Sight } from '../conference/sight.ts';
import type { Audience } from '../model/definitions.ts';
import type { ConferenceObject, PartName } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import type { Subscription } from './subscription.ts';

/** A conference that somebody watches: its newest version, and which parts changed on the way to it. */
export class WatchedConference {
  readonly subscriptions = new Set<Subscription>();
  readonly #remembered: number;
  #object: ConferenceObject;
  /** For each of the last versions, the newest last, the parts that it changed. */
  #steps: { readonly version: number; readonly touched: readonly PartName[] }[] = [];
  /** Answered last: most watchers ask for the same. */
  #asked: { readonly version: number; readonly touched: readonly PartName[] | undefined } | undefined;
  /** Of the newest version, one for all who read it alike: by level and by the reader's own user. */
  #sights = new Map<Audience, Map<XconUserId | undefined, Sight>>();

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
    this.#asked = undefined;
    this.#sights.clear();
    this.#steps.push({ version: after.version, touched });
    // Forgetting in bulk costs nothing per change.
    if (this.#steps.length > 2 * this.#remembered) this.#steps = this.#steps.slice(-this.#remembered);
    return true;
  }

  /** The parts that changed after a version, at least; undefined when that is forgotten. */
  touchedSince(version: number): readonly PartName[] | undefined {
    if (this.#asked?.version !== version) this.#asked = { version, touched: this.#touchedSince(version) };
    return this.#asked.touched;
  }

  /** The sight that all share who read the newest version alike; what depends on sidebars is each watcher's own. */
  shared(sight: Sight): Sight {
    const { object, reader, sidebars } = sight;
    if (object !== this.#object || sidebars.size > 0 || reader.profile !== 'standard') return sight;
    let alike = this.#sights.get(reader.level);
    if (alike === undefined) this.#sights.set(reader.level, (alike = new Map<XconUserId | undefined, Sight>()));
    const known = alike.get(reader.self);
    if (known === undefined) alike.set(reader.self, sight);
    return known ?? sight;
  }

  #touchedSince(version: number): readonly PartName[] | undefined {
    if (version === this.#object.version) return [];
    const first = this.#steps[0];
    if (first === undefined || first.version > version + 1) return undefined;
    return this.#steps.slice(version + 1 - first.version).flatMap(({ touched }) => touched);
  }
}
