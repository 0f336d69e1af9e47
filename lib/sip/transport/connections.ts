import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { WebSocket } from 'ws';
import type { Timer } from '../clock.ts';
import { newTag } from '../token.ts';
import { isSecure, peerOf } from './address.ts';
import type { Connection, ConnectionParts, Surroundings } from './connection.ts';
import { TransportError } from './error.ts';
import type { Protocol, Target } from './flow.ts';
import { peerIn } from './identity.ts';
import { StreamConnection } from './stream-connection.ts';
import { WebSocketConnection } from './web-socket-connection.ts';

interface Handshake {
  readonly socket: Socket;
  /** The moment by which it must be done. */
  readonly due: number;
}

/** Every connection of a layer: how many there may be, and which have stayed too long. */
export class Connections {
  readonly #around: Surroundings;
  readonly #flows = new Map<string, Connection>();
  readonly #byTarget = new Map<string, Connection>();
  /** Sockets before TLS or the upgrade to WebSocket are done, by their endpoints. */
  readonly #handshakes = new Map<string, Handshake>();
  readonly #perPeer = new Map<string, number>();
  /** Names flows apart from those of an earlier life, which somebody may have stored. */
  readonly #life = newTag();
  #made = 0;
  /** All that are not closed, whatever has become of them. */
  readonly #sockets = new Set<Socket>();
  #check: Timer | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  flow(id: string): Connection | undefined {
    return this.#flows.get(id);
  }

  /** Bytes of the largest message that comes. */
  get largestMessage(): number {
    const { headBytes, bodyBytes } = this.#around.inbound.messageLimits;
    return headBytes + bodyBytes;
  }

  /** Counts a socket from now to its close; false where the limits allow no more. */
  admit(socket: Socket, address: string): boolean {
    const { connections, connectionsPerPeer, unlimitedPeers, checkInterval } = this.#around.limits;
    const peer = peerOf(address);
    const ofPeer = this.#perPeer.get(peer) ?? 0;
    const isFull = ofPeer >= connectionsPerPeer && !unlimitedPeers.includes(address);
    if (isFull || this.#sockets.size >= connections) {
      this.#around.inbound.counters.connectionsRefused++;
      return false;
    }
    this.#sockets.add(socket);
    this.#perPeer.set(peer, ofPeer + 1);
    socket.once('close', () => this.#release(socket, peer));
    this.#check ??= this.#around.clock.after(checkInterval, this.#look);
    return true;
  }

  /** The socket must be added within its time. */
  awaitHandshake(socket: Socket): void {
    const key = handshakeKey(socket.remotePort, socket.localPort, socket.remoteAddress);
    this.#handshakes.set(key, { socket, due: this.#around.clock.now() + this.#around.limits.connectTime });
    socket.once('close', () => this.#handshakes.delete(key));
  }

  handshakeFailed(): void {
    this.#around.inbound.counters.handshakesFailed++;
  }

  /** With the target, if it is a connection that we opened. */
  addStream(socket: Socket, protocol: Protocol, target?: Target): Connection {
    const parts = this.#partsOf(socket, protocol, target !== undefined);
    return this.#add(new StreamConnection(this.#around, socket, parts), target);
  }

  addWebSocket(webSocket: WebSocket, socket: Socket, protocol: Protocol, target?: Target): Connection {
    const parts = this.#partsOf(socket, protocol, target !== undefined);
    return this.#add(new WebSocketConnection(this.#around, webSocket, socket, parts), target);
  }

  /** An open connection to the target, whoever opened it (RFC 3261 §18); over TLS, to whom its certificate names. */
  to(target: Target): Connection | undefined {
    return this.#byTarget.get(targetKey(target));
  }

  close(): void {
    for (const flow of this.#flows.values()) flow.end(new TransportError('closed', 'the transport is closed'));
    for (const socket of this.#sockets) socket.destroy();
    this.#check?.cancel();
  }

  #partsOf(socket: Socket, protocol: Protocol, ours: boolean): ConnectionParts {
    // Node 20 gives a client the certificate once and then no more.
    const certificate = socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate() : undefined;
    return {
      id: `${protocol}/${this.#life}.${(this.#made++).toString(36)}`,
      protocol,
      local: { address: socket.localAddress ?? '', port: socket.localPort ?? 0 },
      remote: { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 },
      peer: certificate && peerIn(certificate),
      ours,
    };
  }

  #add(connection: Connection, target?: Target): Connection {
    const { id, protocol, remote, local } = connection;
    this.#handshakes.delete(handshakeKey(remote.port, local.port, remote.address));
    this.#flows.set(id, connection);
    const names = connection.secure ? (connection.peer?.names ?? []) : [undefined];
    const targets = target ? [target] : names.map((serverName) => ({ protocol, ...remote, serverName }));
    const keys = targets.map(targetKey);
    for (const key of keys) this.#byTarget.set(key, connection);
    connection.onClose(() => {
      this.#flows.delete(id);
      for (const key of keys) if (this.#byTarget.get(key) === connection) this.#byTarget.delete(key);
    });
    return connection;
  }

  #release(socket: Socket, peer: string): void {
    this.#sockets.delete(socket);
    const left = (this.#perPeer.get(peer) ?? 1) - 1;
    if (left === 0) this.#perPeer.delete(peer);
    else this.#perPeer.set(peer, left);
  }

  readonly #look = (): void => {
    const { clock, limits } = this.#around;
    const now = clock.now();
    for (const { socket, due } of this.#handshakes.values()) {
      if (now <= due) continue;
      this.handshakeFailed();
      socket.destroy();
    }
    let buffered = 0;
    for (const flow of this.#flows.values()) {
      const problem = flow.overdue(now);
      if (problem === undefined) buffered += flow.buffered;
      else this.#cut(flow, new TransportError('timeout', problem));
    }
    if (buffered > limits.buffers) this.#relieve(buffered);
    this.#check = this.#sockets.size === 0 ? undefined : clock.after(limits.checkInterval, this.#look);
  };

  /** Ends those that hold most, until the rest is within the limit. */
  #relieve(buffered: number): void {
    for (const flow of [...this.#flows.values()].sort((a, b) => b.buffered - a.buffered)) {
      if (buffered <= this.#around.limits.buffers) return;
      buffered -= flow.buffered;
      this.#cut(flow, new TransportError('limit', 'too much is buffered'));
    }
  }

  #cut(flow: Connection, error: TransportError): void {
    this.#around.inbound.counters.connectionsCut++;
    flow.end(error);
  }
}

export const targetKey = ({ protocol, address, port, serverName = address }: Target): string =>
  `${protocol} ${address} ${port} ${isSecure(protocol) ? serverName.toLowerCase() : ''}`;

/** TLS sockets show the endpoints of the sockets that they are put on. */
const handshakeKey = (remotePort?: number, localPort?: number, address?: string): string =>
  `${address ?? ''}:${remotePort ?? 0}:${localPort ?? 0}`;
