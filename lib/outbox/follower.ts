import type { ConferenceRepository, LoggedChange } from '../conference/repository.ts';
import type { Timers } from './letter.ts';

/**
 * Milliseconds in which what concerns nobody is gathered, to be passed over at once. No setting: nobody waits for it, and it
 * is short beside `log.retention`, before whose end nothing leaves the log anyway.
 */
const REST = 10_000;

export type Log = Pick<ConferenceRepository, 'changes' | 'newestPosition' | 'position' | 'setPosition'>;

/**
 * Reads the change log from where it stopped, in whatever life of the process: a page of changes is dealt with before
 * its position is stored, so that each is dealt with once or again, and never out of order.
 */
export class LogFollower {
  readonly #name: string;
  readonly #log: Log;
  readonly #page: number;
  readonly #deal: (changes: readonly LoggedChange[]) => Promise<() => void>;
  #reading: Promise<void> | undefined;
  #rest: { cancel(): void } | undefined;
  /** Something has not been dealt with: of an earlier life, new, or for a failure. */
  #isMore = true;
  #closed = false;

  /**
   * @param name under which the store remembers how far it is
   * @param deal resolves when the changes can be forgotten, to what is done once they are
   */
  constructor(name: string, log: Log, page: number, deal: (changes: readonly LoggedChange[]) => Promise<() => void>) {
    this.#name = name;
    this.#log = log;
    this.#page = page;
    this.#deal = deal;
  }

  /** There is something new; rejects where it could not be dealt with, and the next wake tries again. */
  wake(): Promise<void> {
    this.#rest?.cancel();
    this.#rest = undefined;
    this.#isMore = true;
    return (this.#reading ??= this.#read().finally(() => (this.#reading = undefined)));
  }

  /** Passes over everything that there is, so that the log need not keep it. */
  async skip(): Promise<void> {
    this.#isMore = false;
    await this.#log.setPosition(this.#name, await this.#log.newestPosition());
  }

  /** There is something new that concerns nobody: it is passed over after a while, unless something else is read before. */
  rest(clock: Timers, onError: (error: unknown) => void): void {
    this.#rest ??= clock.after(REST, () => {
      this.#rest = undefined;
      this.passOver().catch(onError);
    });
  }

  /** Passes over what has come so far without reading it, for none of it concerns anybody; does not where a wake comes meanwhile, or has failed. */
  async passOver(): Promise<void> {
    if (!this.#isDone()) {
      await this.wake();
      return;
    }
    const newest = await this.#log.newestPosition();
    // The store answers in turn: after this, whoever wakes us has been told of all up to there.
    await this.#log.setPosition(this.#name, await this.#log.position(this.#name));
    const isBehind = (await this.#log.position(this.#name)) < newest;
    if (isBehind && this.#isDone()) await this.#log.setPosition(this.#name, newest);
  }

  /** What is being dealt with ends; nothing more is begun. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#rest?.cancel();
    await this.#reading?.catch(() => undefined);
  }

  #isDone(): boolean {
    return !this.#isMore && this.#reading === undefined && !this.#closed;
  }

  async #read(): Promise<void> {
    while (this.#isMore && !this.#closed) {
      this.#isMore = false;
      try {
        const isFull = await this.#readPage();
        this.#isMore ||= isFull;
      } catch (error) {
        this.#isMore = true;
        throw error;
      }
    }
  }

  /** Whether there may be another. */
  async #readPage(): Promise<boolean> {
    const page = await this.#log.changes({ after: await this.#log.position(this.#name), limit: this.#page });
    const last = page.at(-1);
    if (last === undefined) return false;
    const then = await this.#deal(page);
    await this.#log.setPosition(this.#name, last.position);
    then();
    return page.length === this.#page;
  }
}
