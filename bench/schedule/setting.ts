/** How and where the benchmark measures. */
export interface Setting {
  /** A directory that ends with the run. */
  readonly scratch: string;
  readonly rounds: number;
}
