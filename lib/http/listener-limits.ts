export interface ListenerLimits {
  /** Milliseconds from a request's first byte to the end of its headers. */
  readonly headersTime: number;
  /** Milliseconds from a request's first byte to the end of its body. */
  readonly requestTime: number;
  /** Milliseconds that a connection may wait for its next request. */
  readonly keepAliveTime: number;
  /** Milliseconds without a byte in either direction, for example while a client does not read the answer. */
  readonly silence: number;
  /** Milliseconds between looks at the headers and request times. */
  readonly checkInterval: number;
  /** Bytes of request line and headers together. */
  readonly headerBytes: number;
  readonly headers: number;
  /** Connections at the same time; one more takes the place of the one that waits longest for a whole request. */
  readonly connections: number;
  /** Requests over one connection; the last one's answer says `Connection: close`, later ones get 503. */
  readonly requestsPerConnection: number;
  /** Requests of one connection that wait for the answer before them; one more closes the connection. */
  readonly pipelined: number;
  /** Milliseconds that requests in flight have when the listener closes. */
  readonly grace: number;
  /** Milliseconds between the last request that is served and the end of the listener, in which others get 503. */
  readonly drainTime: number;
  /** Seconds in `Retry-After` of that 503. */
  readonly retryAfter: number;
}

export const listenerDefaults: ListenerLimits = {
  headersTime: 10_000,
  requestTime: 30_000,
  keepAliveTime: 30_000,
  silence: 120_000,
  checkInterval: 1_000,
  headerBytes: 16_384,
  headers: 100,
  connections: 10_000,
  requestsPerConnection: 100_000,
  pipelined: 100,
  grace: 10_000,
  drainTime: 0,
  retryAfter: 5,
};
