import type { ConferenceObject } from '../model/conference-object.ts';
import { byOf } from './callers.ts';
import type { Call } from './calls.ts';
import type { Capacity } from './capacity.ts';
import type { Guard } from './changes.ts';
import type { Commits } from './commits.ts';
import type { Edited } from './object-change.ts';
import { Refusal } from './refusal.ts';

/** Sets of changes that the rules allow: the guards are asked, room is booked, and all of a set is committed or nothing. */
export class ChangeSets {
  readonly #commits: Commits;
  readonly #capacity: Capacity;
  readonly #clock: Call;
  readonly #guards: Guard[] = [];

  /** @param clock whom no room is refused */
  constructor(commits: Commits, capacity: Capacity, clock: Call) {
    this.#commits = commits;
    this.#capacity = capacity;
    this.#clock = clock;
  }

  addGuard(guard: Guard): void {
    this.#guards.push(guard);
  }

  /** The guards that wait, one after the other; without one nothing comes between a change and its commit. */
  *asked(call: Call, edits: readonly Edited[]): Generator<Promise<void>> {
    for (const edited of edits) {
      const uri = (edited.after ?? edited.before)?.uri;
      if (uri === undefined) continue;
      for (const guard of this.#guards) {
        const waits = guard({ uri, ...edited, by: byOf(call) });
        if (waits !== undefined) yield waits;
      }
    }
  }

  /** Asks the guards, books and commits; false when an object has moved on meanwhile. */
  async commit(call: Call, edits: readonly Edited[], stillHolds = (): boolean => true): Promise<boolean> {
    for (const waits of this.asked(call, edits)) await waits;
    return this.#book(call, edits, () => {
      const current = edits.every(({ before, after }) =>
        before === undefined
          ? after !== undefined && !this.#commits.isKnown(after.uri)
          : this.#commits.isNewest(before),
      );
      return current && stillHolds();
    });
  }

  /** Books and commits a new object, of which the guards were asked. @throws {Refusal} when its name is taken */
  async commitNew(call: Call, edited: Edited & { after: ConferenceObject }): Promise<void> {
    const { uri } = edited.after;
    const isTaken = (await this.#commits.newest(uri)) !== undefined;
    if (isTaken || !(await this.#book(call, [edited], () => !this.#commits.isKnown(uri)))) throw nameTaken();
  }

  /** @throws {Refusal} when there is no room; the clock is never refused */
  async #book(call: Call, edits: readonly Edited[], mayCommit: () => boolean): Promise<boolean> {
    const proposal = this.#capacity.propose(edits);
    try {
      if (proposal.reading !== undefined) await proposal.reading;
      if (!mayCommit()) return false;
      proposal.take(call === this.#clock);
      await this.#commits.commit(edits, byOf(call), proposal.bookings).catch((error: unknown) => {
        proposal.giveBack();
        throw error;
      });
      return true;
    } finally {
      proposal.release();
    }
  }
}

export const nameTaken = (): Refusal => new Refusal('conflict', 'The entity is taken: choose another.');
