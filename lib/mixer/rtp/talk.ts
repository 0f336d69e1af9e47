export interface TalkOptions {
  /** Louder than this many −dBov is talk. */
  readonly loudness: number;
  /** Milliseconds of talk before it is told. */
  readonly after: number;
  /** Milliseconds of quiet before its end is told. */
  readonly until: number;
}

export const talkDefaults: TalkOptions = { loudness: 40, after: 200, until: 1_500 };

/** Whether somebody talks, from how loud his packets are; pauses between words are talk. */
export class TalkListener {
  readonly #options: TalkOptions;
  #talking = false;
  /** Since when it is as it is not told yet. */
  #since: number | undefined;

  constructor(options: TalkOptions = talkDefaults) {
    this.#options = options;
  }

  get talking(): boolean {
    return this.#talking;
  }

  /** @returns the change, if there is one. `loudness` is in −dBov, `now` in milliseconds */
  take(loudness: number, now: number): boolean | undefined {
    const { loudness: talk, after, until } = this.#options;
    if (loudness < talk === this.#talking) {
      this.#since = undefined;
      return undefined;
    }
    this.#since ??= now;
    if (now - this.#since < (this.#talking ? until : after)) return undefined;
    this.#since = undefined;
    return (this.#talking = !this.#talking);
  }
}
