import { XPathBudgetError } from './error.ts';

/** Steps between two places at which an evaluation can pause. */
const PAUSE = 512;
/** Characters of a string that cost one step. */
const CHARACTERS = 16;

/** What evaluations may still do: every node that is visited and every string that is built takes steps from it. */
export class XPathBudget {
  #left: number;
  #untilPause = PAUSE;

  constructor(steps: number) {
    this.#left = steps;
  }

  get left(): number {
    return this.#left;
  }

  /** Takes steps; true when it is time to pause. @throws {XPathBudgetError} */
  spend(steps = 1): boolean {
    this.#left -= steps;
    if (this.#left < 0) throw new XPathBudgetError();
    this.#untilPause -= steps;
    if (this.#untilPause > 0) return false;
    this.#untilPause = PAUSE;
    return true;
  }

  /** @throws {XPathBudgetError} */
  spendText(characters: number): boolean {
    return this.spend(Math.ceil(characters / CHARACTERS));
  }
}
