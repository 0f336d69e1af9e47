/** How and where the benchmark measures. */
export interface Setting {
  /** The compiled command `plenary`. */
  readonly program: string;
  /** A directory that ends with the run. */
  readonly scratch: string;
  readonly rounds: number;
}
