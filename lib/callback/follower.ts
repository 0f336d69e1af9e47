import type { ConferenceRepository, LoggedChange } from '../conference/repository.ts';

/** The name under which the store remembers how far we are. */
export const FOLLOWER = 'callback';

export type Log = Pick<ConferenceRepository, 'changes' | 'newestPosition' | 'position' | 'setPosition'>;

/**
 * Reads the change log from where it stopped, in whatever life of the process: a page of changes is dealt with before
 * its position is stored, so that each is dealt with once or again, and never out of order.
 */
export class LogFollower {
  readonly #log: Log;
  readonly #page: number;
  readonly #deal: (changes: readonly LoggedChange[]) => Promise<() => void>;
  #reading: Promise<void> | undefined;
  #isMore = false;
  #closed = false;

  /** @param deal resolves when the changes can be forgotten, to what is done once they are */
  constructor(log: Log, page: number, deal: (changes: readonly LoggedChange[]) => Promise<() => void>) {
    this.#log = log;
    this.#page = page;
    this.#deal = deal;
  }

  /** There is something new; rejects where it could not be dealt with, and the next wake tries again. */
  wake(): Promise<void> {
    this.#isMore = true;
    return (this.#reading ??= this.#read().finally(() => (this.#reading = undefined)));
  }

  /** Passes over everything that there is, so that the log need not keep it. */
  async skip(): Promise<void> {
    await this.#log.setPosition(FOLLOWER, await this.#log.newestPosition());
  }

  /** What is being dealt with ends; nothing more is begun. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#reading?.catch(() => undefined);
  }

  async #read(): Promise<void> {
    while (this.#isMore && !this.#closed) {
      this.#isMore = false;
      const page = await this.#log.changes({ after: await this.#log.position(FOLLOWER), limit: this.#page });
      const last = page.at(-1);
      if (last === undefined) continue;
      const then = await this.#deal(page);
      await this.#log.setPosition(FOLLOWER, last.position);
      then();
      this.#isMore ||= page.length === this.#page;
    }
  }
}
