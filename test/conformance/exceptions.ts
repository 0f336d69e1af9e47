/** A reason why no test proves these requirements yet; an id leaves the list with the test that proves it. */
interface Exception {
  readonly reason: string;
  readonly ids: readonly string[];
}

export const EXCEPTIONS: readonly Exception[] = [];
