import { setImmediate as turn } from 'node:timers/promises';
import type { Change } from '../../conference/changes.ts';
import type { ConferenceRepository } from '../../conference/repository.ts';
import type { XconUri } from '../../model/identifiers.ts';
import type { Timers } from '../../outbox/letter.ts';
import type { Calendars } from './calendars.ts';
import type { Scheduling } from './scheduling.ts';
import { loggedTidings, type Tidings, tidingsOf } from './tidings.ts';

export interface FollowingParts {
  readonly control: { onChange(listener: (change: Change) => void): void };
  readonly log: Pick<ConferenceRepository, 'changes' | 'newestPosition' | 'position' | 'setPosition' | 'write'>;
  readonly calendars: Calendars;
  readonly scheduling: Scheduling;
  readonly clock: Timers;
  /** Milliseconds after a change until it is dealt with. */
  readonly rest: number;
  readonly onError: (error: unknown) => void;
}

/** The name under which the store remembers how far we are. */
const FOLLOWER = 'calendar';
const PAGE = 250;

/**
 * Follows what happens to conferences: what it says to people goes into their inboxes, and what calendars tell of it is kept.
 * As long as the process lives it hears of changes as they happen; what it had not dealt with is read from the change log
 * after the next start.
 */
export class Following {
  readonly #parts: FollowingParts;
  #waiting = new Map<XconUri, [Tidings, ...Tidings[]]>();
  #timer: { cancel(): void } | undefined;
  #work: Promise<void> = Promise.resolve();
  #isOpen = false;

  constructor(parts: FollowingParts) {
    this.#parts = parts;
    parts.control.onChange((change) => {
      if ((change.after ?? change.before)?.header.kind !== 'conference') return;
      const tidings = tidingsOf(change);
      if (tidings !== undefined) this.#take(tidings);
      this.#rest();
    });
  }

  /** Takes up what an earlier life left; of conferences from before calendars were followed nothing is told. */
  async open(): Promise<void> {
    const { log, calendars } = this.#parts;
    const isKnown = await calendars.restore();
    let position = isKnown ? await log.position(FOLLOWER) : await log.newestPosition();
    for (;;) {
      const page = await log.changes({ after: position, limit: PAGE });
      for (const change of page) {
        calendars.recover(change);
        const tidings = loggedTidings(change);
        if (tidings !== undefined) this.#take(tidings);
      }
      position = page.at(-1)?.position ?? position;
      if (page.length < PAGE) break;
    }
    await calendars.keep();
    if (!isKnown) await log.setPosition(FOLLOWER, position);
    this.#isOpen = true;
    if (this.#waiting.size > 0) this.#rest();
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#work;
    try {
      await this.#deal();
      await this.#parts.calendars.keep(true);
    } catch (error) {
      this.#parts.onError(error); // the next start takes it up
    }
  }

  #take(tidings: Tidings): void {
    const waiting = this.#waiting.get(tidings.uri);
    if (waiting === undefined) this.#waiting.set(tidings.uri, [tidings]);
    else waiting.push(tidings);
  }

  /** Changes that follow one another are told together. */
  #rest(): void {
    if (!this.#isOpen || this.#timer !== undefined) return;
    this.#timer = this.#parts.clock.after(this.#parts.rest, () => {
      this.#timer = undefined;
      this.#work = this.#work
        .then(() => this.#deal())
        .catch((error: unknown) => {
          this.#parts.onError(error);
          this.#rest();
        });
    });
  }

  async #deal(): Promise<void> {
    const { log, calendars, scheduling } = this.#parts;
    const position = await log.newestPosition();
    // Of everything up to there we have heard when a write behind it has ended.
    await log.write([]);
    await turn();
    const waiting = this.#waiting;
    this.#waiting = new Map();
    try {
      for (const [uri, tidings] of waiting) {
        await scheduling.tell(tidings);
        waiting.delete(uri);
      }
      await calendars.keep();
      await log.setPosition(FOLLOWER, position);
    } catch (error) {
      for (const tidings of waiting.values()) for (const one of tidings) this.#take(one);
      throw error;
    }
  }
}
