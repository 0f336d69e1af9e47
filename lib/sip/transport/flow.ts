import type { TransportError } from './error.ts';

/** As the `transport` parameter names them, except that TLS has names of its own (RFC 3261 §26.2.2, RFC 7118 §5). */
export type Protocol = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

export interface Endpoint {
  /** Numeric; IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
}

/** Where a request can be sent to (RFC 3263 §4). */
export interface Target extends Endpoint {
  readonly protocol: Protocol;
  /** Whom the peer's certificate must name, for TLS: the domain that was looked up (RFC 5922 §4). The address without it. */
  readonly serverName?: string | undefined;
}

/** What a certificate that we verified says of its holder. */
export interface Peer {
  /** Its SIP domain identities in lower case (RFC 5922 §7.1). */
  readonly names: readonly string[];
  /** SIP URIs of users that it names; they identify no domain (RFC 5922 §7.1). */
  readonly users: readonly string[];
}

/** A way to one peer: a connection, or over UDP an address and port reached from one of our sockets (RFC 5626 §3.1). */
export interface Flow {
  /** Finds the flow again while it lasts: {@link TransportLayer.flow}. Of UDP it survives a restart on the same port. */
  readonly id: string;
  readonly protocol: Protocol;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Messages neither get lost nor need retransmission. */
  readonly reliable: boolean;
  /** Encrypted to the next hop. */
  readonly secure: boolean;
  /** Only after TLS in which the peer showed a certificate that we believe. */
  readonly peer: Peer | undefined;
  readonly open: boolean;
  /**
   * Resolves when the message is handed to the system or its bounded buffer; neither part is copied over UDP and TCP.
   * @throws {TransportError} rejects when it can't be sent
   */
  send(head: Buffer, body: Buffer): Promise<void>;
  /** Runs once when the flow fails or ends, at once when it has; the function given back takes it off. */
  onClose(run: (error: TransportError) => void): () => void;
}
