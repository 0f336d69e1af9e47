/** How and where the benchmark measures. */
export interface Setting {
  /** The compiled tree. */
  readonly dist: string;
  /** A directory that ends with the run. */
  readonly scratch: string;
  /** Rounds that count, after those that warm up. */
  readonly rounds: number;
  /** Length of a round of one subject. */
  readonly seconds: number;
}
