/** What passed since the start. */
export interface TransportCounters {
  received: number;
  /** Not SIP, or not well enough formed to be answered. */
  malformedDropped: number;
  malformedAnswered: number;
  /** Datagrams above the rate of their peer. */
  rateDropped: number;
  /** Times that a connection above the rate of its peer was read more slowly. */
  slowed: number;
  /** Responses whose top Via is none of ours (RFC 3261 §18.1.2). */
  strayResponses: number;
  connectionsRefused: number;
  /** Connections ended because a time or a buffer ran out. */
  connectionsCut: number;
  handshakesFailed: number;
  /** Datagrams that the system could not take. */
  datagramsUnsent: number;
}

export const newCounters = (): TransportCounters => ({
  received: 0,
  malformedDropped: 0,
  malformedAnswered: 0,
  rateDropped: 0,
  slowed: 0,
  strayResponses: 0,
  connectionsRefused: 0,
  connectionsCut: 0,
  handshakesFailed: 0,
  datagramsUnsent: 0,
});
