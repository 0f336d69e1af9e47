export type TransportFailure =
  /** Nobody listens there, or the system knows no way. */
  | 'unreachable'
  /** The certificate is not believed or names somebody else (RFC 5922 §7.2). */
  | 'identity'
  /** No connection, handshake or pong in time. */
  | 'timeout'
  /** The flow ended before. */
  | 'closed'
  /** The peer does not read what it is sent. */
  | 'overflow'
  /** Larger than a datagram can be (RFC 3261 §18.1.1). */
  | 'too-large'
  /** One of our own limits. */
  | 'limit';

/** A message could not be sent, or a flow ended. */
export class TransportError extends Error {
  readonly failure: TransportFailure;

  constructor(failure: TransportFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

/** What an error of the system means for those who send. */
export function failureOf(error: Error & { code?: string }): TransportFailure {
  const { code = '' } = error;
  if (code === 'EMSGSIZE') return 'too-large';
  if (code === 'ETIMEDOUT') return 'timeout';
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'closed' : 'unreachable';
}
