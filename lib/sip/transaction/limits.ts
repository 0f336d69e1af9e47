export interface TransactionLimits {
  /** Transactions in all, client and server, absorbing ones included; a request beyond gets 503. */
  readonly transactions: number;
  /** Requests of one peer (address) that wait for their final response; more get 503. */
  readonly unansweredPerPeer: number;
  /** Seconds in Retry-After of these 503. */
  readonly retryAfter: number;
}

export const transactionDefaults: TransactionLimits = {
  transactions: 500_000,
  unansweredPerPeer: 10_000,
  retryAfter: 5,
};
