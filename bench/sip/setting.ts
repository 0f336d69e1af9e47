/** How long the benchmark measures. */
export interface Setting {
  /** Rounds that count, after those that warm up. */
  readonly rounds: number;
  /** Length of a round of one subject. */
  readonly seconds: number;
}
