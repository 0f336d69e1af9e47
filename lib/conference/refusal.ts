/**
 * Why the rules refuse a request, in the words of the rules; each protocol has one table that turns a reason into its
 * own code (for CCMP `ccmp/response-codes`).
 */
export type Reason =
  | 'malformed'
  | 'not-allowed'
  | 'not-for-this-object'
  | 'no-such-conference'
  | 'conflict'
  | 'no-such-user'
  | 'unknown-sender'
  | 'wrong-conference-password'
  | 'conference-password-required'
  | 'authentication-required'
  | 'others-depend-on-it'
  | 'protected'
  | 'foreign-domain'
  | 'barred'
  | 'anonymity-disallowed'
  | 'not-implemented'
  | 'took-too-long'
  | 'resources-exhausted'
  | 'internal';

/** What stands in the way, where a protocol has an answer of its own for it. */
export type Obstacle =
  /** It may not be joined now; `opens`: when it may next, in milliseconds since 1970. */
  | { readonly is: 'closed'; readonly opens?: number }
  | { readonly is: 'locked' | 'operator' }
  /** `setting` names the limit of the server that was crossed; operators count it. */
  | { readonly is: 'full'; readonly setting?: string }
  | { readonly is: 'limit'; readonly setting: string };

/**
 * Thrown by the rules; the message tells a person what to do and never names what its reader may not see. It is an answer
 * and no failure, so it has no stack, which takes longer to write than most refused requests to read.
 */
export class Refusal extends Error {
  readonly reason: Reason;
  /** The version of the object that was to be changed, where the protocol shows it (RFC 6503 §5.3.4). */
  readonly version: number | undefined;
  readonly obstacle: Obstacle | undefined;

  constructor(reason: Reason, message: string, version?: number, obstacle?: Obstacle) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'Refusal';
    this.reason = reason;
    this.version = version;
    this.obstacle = obstacle;
  }
}

/** What is not allowed is called differently in each kind of update (RFC 6503 §5.3.4–§5.3.6). */
export const refusedAs =
  (reason: 'conflict' | 'protected') =>
  (error: unknown): never => {
    if (error instanceof Refusal && error.reason === 'not-allowed')
      throw new Refusal(reason, error.message, error.version, error.obstacle);
    throw error;
  };

/** More than a setting allows at once. */
export const beyond = (
  setting: string,
  message: string,
  reason: 'resources-exhausted' | 'took-too-long' = 'resources-exhausted',
): Refusal => new Refusal(reason, message, undefined, { is: 'limit', setting });
