/** Why a subscription was terminated (RFC 6665 §4.1.3). */
export type Reason = 'deactivated' | 'probation' | 'rejected' | 'timeout' | 'giveup' | 'noresource' | 'invariant';

/** What a subscriber does after it. */
export interface Aftermath {
  /** Whether it may subscribe again. */
  readonly again: boolean;
  /** Whether `retry-after` means something with it. */
  readonly obeysRetryAfter: boolean;
  /** Whether, without `retry-after`, it waits for a time of its own choosing. */
  readonly waits: boolean;
}

export const AFTERMATH: Readonly<Record<Reason, Aftermath>> = {
  deactivated: { again: true, obeysRetryAfter: false, waits: false },
  probation: { again: true, obeysRetryAfter: true, waits: true },
  rejected: { again: false, obeysRetryAfter: false, waits: false },
  timeout: { again: true, obeysRetryAfter: false, waits: false },
  giveup: { again: true, obeysRetryAfter: true, waits: true },
  noresource: { again: false, obeysRetryAfter: false, waits: false },
  invariant: { again: false, obeysRetryAfter: false, waits: false },
};

/** Without a reason, or with one that nobody knows. */
const UNKNOWN: Aftermath = { again: true, obeysRetryAfter: true, waits: true };

export const aftermathOf = (reason: string | undefined): Aftermath =>
  reason !== undefined && Object.hasOwn(AFTERMATH, reason) ? AFTERMATH[reason as Reason] : UNKNOWN;

/** Reasons with which a notifier tells the state once more; those who are rejected or were never let in don't see it. */
export const tellsState = (reason: Reason): boolean => reason !== 'rejected' && reason !== 'giveup';
