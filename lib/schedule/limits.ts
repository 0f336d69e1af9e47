export interface ScheduleLimits {
  /** The zone of times that name none (RFC 5545 §3.3.5, floating), where their object has none either. */
  readonly zone: string;
  /** Characters of one iCalendar object. */
  readonly length: number;
  /** Entries of one conference-time. */
  readonly entries: number;
  /** Additional and excluded dates, and overriding events, of one entry. */
  readonly exceptions: number;
  /** COUNT of a rule, and its occurrences in the 31 days from the first. */
  readonly occurrences: number;
  /** Periods of a rule that are looked through for one occurrence. */
  readonly periods: number;
}

export const scheduleDefaults: ScheduleLimits = {
  zone: 'UTC',
  length: 65_536,
  entries: 20,
  exceptions: 500,
  occurrences: 1_000,
  periods: 1_000,
};
