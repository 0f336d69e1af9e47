/** Bounds of the transport; times in milliseconds, sizes in bytes. */
export interface TransportLimits {
  /** A request longer than this goes over TCP where UDP was chosen (RFC 3261 §18.1.1). */
  readonly udpLimit: number;
  /** How long a peer whose TCP was refused is sent long requests over UDP without another attempt. */
  readonly tcpRefusedTime: number;
  /** Connections at the same time, of all peers; one more is closed at once. */
  readonly connections: number;
  /** Connections of one peer: an IPv4 address or an IPv6 network of 64 bits. */
  readonly connectionsPerPeer: number;
  /** Messages per second that one peer may send for ever: above it datagrams are dropped and connections read more slowly. */
  readonly messagesPerPeer: number;
  /** Messages of one peer at once after a silence. */
  readonly messageBurst: number;
  /** Peers whose rate is remembered; the longest silent are forgotten first. */
  readonly peersRemembered: number;
  /** Addresses without limits per peer: edge proxies, which speak for many. */
  readonly unlimitedPeers: readonly string[];
  /** From a connection that we open to its first moment of use, TLS and WebSocket included; also of handshakes that come. */
  readonly connectTime: number;
  /** Without a message since the connection was made. */
  readonly firstMessageTime: number;
  /** From a message's first byte to its last. */
  readonly messageTime: number;
  /** Without a byte either way. The default lets a registration of an hour live without keep-alive. */
  readonly idleTime: number;
  /** Between looks for connections over these times. */
  readonly checkInterval: number;
  /** From the answer to bytes that are no messages to the end of their connection; what still comes is dropped. */
  readonly lingerTime: number;
  /** Written to a connection and not yet read by its peer; where there is more, the next message ends the connection. */
  readonly writeBuffer: number;
  /** Buffered of all connections together, both ways; above it those that hold most are ended. */
  readonly buffers: number;
  /** Without the peer reading anything of what is buffered. */
  readonly writeTime: number;
  /** Until the answer to a keep-alive (RFC 5626 §4.4.1). */
  readonly pongTime: number;
  /** Asked of the system for each UDP socket; it may give less (`net.core.rmem_max`). */
  readonly udpReceiveBuffer: number;
  readonly udpSendBuffer: number;
  /** Datagrams' bytes that wait in a UDP socket of ours for the system to take them; more are dropped. */
  readonly udpQueue: number;
}

export const transportDefaults: TransportLimits = {
  udpLimit: 1_300,
  tcpRefusedTime: 60_000,
  connections: 10_000,
  connectionsPerPeer: 1_000,
  messagesPerPeer: 5_000,
  messageBurst: 10_000,
  peersRemembered: 10_000,
  unlimitedPeers: [],
  connectTime: 10_000,
  firstMessageTime: 30_000,
  messageTime: 30_000,
  idleTime: 3_900_000,
  checkInterval: 1_000,
  lingerTime: 2_000,
  writeBuffer: 4_194_304,
  buffers: 268_435_456,
  writeTime: 30_000,
  pongTime: 10_000,
  udpReceiveBuffer: 8_388_608,
  udpSendBuffer: 4_194_304,
  udpQueue: 16_777_216,
};
