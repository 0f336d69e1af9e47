import type { Socket } from 'node:net';
import { LRUCache } from 'lru-cache';
import type { Connection, Surroundings } from './connection.ts';
import { targetKey, type Connections } from './connections.ts';
import { connected, dial, upgraded } from './dial.ts';
import { TransportError } from './error.ts';
import type { Flow, Target } from './flow.ts';
import type { TlsIdentity } from './tls.ts';
import { formatEndpoint } from './address.ts';

/** Connections that we open where there is none to the target (RFC 3261 §18). */
export class Outbound {
  readonly #around: Surroundings;
  readonly #connections: Connections;
  readonly #tls: TlsIdentity;
  /** Connections that are being made, so that all who want one wait for it. */
  readonly #dialled = new Map<string, Promise<Connection>>();
  readonly #sockets = new Set<Socket>();
  /** Until when TCP counts as refused at an address, by the clock. */
  readonly #refused: LRUCache<string, number>;

  constructor(around: Surroundings, connections: Connections, tls: TlsIdentity) {
    this.#around = around;
    this.#connections = connections;
    this.#tls = tls;
    this.#refused = new LRUCache({ max: around.limits.peersRemembered });
  }

  /** @throws {TransportError} rejects */
  async connect(target: Target): Promise<Flow> {
    const known = this.#connections.to(target);
    if (known !== undefined) return known;
    const key = targetKey(target);
    const made = this.#dialled.get(key) ?? this.#make(target).finally(() => this.#dialled.delete(key));
    this.#dialled.set(key, made);
    return made;
  }

  /** A TCP flow for what is too long for UDP; undefined where the peer takes none (RFC 3261 §18.1.1). */
  async insteadOfUdp(target: Target): Promise<Flow | undefined> {
    const key = formatEndpoint(target);
    const now = this.#around.clock.now();
    if (now < (this.#refused.get(key) ?? 0)) return undefined;
    try {
      return await this.connect({ ...target, protocol: 'tcp' });
    } catch {
      this.#refused.set(key, this.#around.clock.now() + this.#around.limits.tcpRefusedTime);
      return undefined;
    }
  }

  /** Gives up what is not yet connected. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy(new TransportError('closed', 'the transport is closed'));
  }

  async #make(target: Target): Promise<Connection> {
    const { clock, limits } = this.#around;
    const { protocol, address } = target;
    const socket = dial(target, this.#tls);
    this.#sockets.add(socket);
    const late = () =>
      socket.destroy(new TransportError('timeout', `no connection to ${formatEndpoint(target)} in time`));
    const timer = clock.after(limits.connectTime, late);
    try {
      if (!this.#connections.admit(socket, address)) throw new TransportError('limit', 'too many connections');
      await connected(socket, protocol);
      if (protocol !== 'ws' && protocol !== 'wss') return this.#connections.addStream(socket, protocol, target);
      return this.#connections.addWebSocket(await upgraded(socket, target), socket, protocol, target);
    } catch (error) {
      socket.on('error', () => undefined).destroy();
      throw error;
    } finally {
      timer.cancel();
      this.#sockets.delete(socket);
    }
  }
}
