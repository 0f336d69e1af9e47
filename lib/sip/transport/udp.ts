import { createSocket, type Socket } from 'node:dgram';
import { familyOf, formatEndpoint, readEndpoint } from './address.ts';
import type { Surroundings } from './connection.ts';
import { failureOf, TransportError } from './error.ts';
import type { Endpoint, Flow } from './flow.ts';
import { sentByOf, type Listener, type ListenOptions } from './listener.ts';
import { stunAnswer } from './stun.ts';

/** Of errors of the system: no room just now. */
const FULL: ReadonlySet<string> = new Set(['EAGAIN', 'ENOBUFS', 'ENOMEM']);

const NOTHING = Buffer.alloc(0);

const closed = () => new TransportError('closed', 'the listener is closed');

interface Datagram extends Endpoint {
  readonly head: Buffer;
  readonly body: Buffer;
  readonly sent: (error: Error | null) => void;
}

/** A UDP socket: listener, and sender of whatever goes to its address family. */
export class UdpListener implements Listener {
  readonly protocol = 'udp';
  readonly local: Endpoint;
  readonly sentBy: string;
  /** What ids of its flows begin with. */
  readonly prefix: string;
  readonly #socket: Socket;
  readonly #around: Surroundings;
  readonly #closers = new Set<(error: TransportError) => void>();
  /** What leaves when the turn of the event loop ends: a peer that waits is woken once for all of it. */
  #outgoing: Datagram[] = [];
  #leaving: NodeJS.Immediate | undefined;
  #closed: Promise<void> | undefined;

  private constructor(around: Surroundings, socket: Socket, options: ListenOptions) {
    this.#around = around;
    this.#socket = socket;
    const { address, port } = socket.address();
    this.local = { address, port };
    this.prefix = `udp/${formatEndpoint(this.local)}/`;
    this.sentBy = sentByOf(this.local, options);
    socket.on('message', this.#onMessage);
  }

  static open(around: Surroundings, options: ListenOptions, report: (error: Error) => void): Promise<UdpListener> {
    const { udpReceiveBuffer, udpSendBuffer } = around.limits;
    const { address, port } = options;
    const family = familyOf(address);
    const socket = createSocket({
      type: `udp${family}`,
      ipv6Only: family === 6,
      recvBufferSize: udpReceiveBuffer,
      sendBufferSize: udpSendBuffer,
      // Every address here is numeric: the system's resolver, which Node asks for each datagram, has nothing to say.
      lookup: (host, _, found) => found(null, host, family),
    });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address, port, exclusive: true }, () => {
        socket.off('error', reject).on('error', report);
        resolve(new UdpListener(around, socket, options));
      });
    });
  }

  get open(): boolean {
    return this.#closed === undefined;
  }

  flowTo(remote: Endpoint): Flow {
    return new UdpFlow(this, remote);
  }

  /** The flow of an id, if it is one of this socket. */
  flow(id: string): Flow | undefined {
    const remote = id.startsWith(this.prefix) ? readEndpoint(id.slice(this.prefix.length)) : undefined;
    return remote && this.flowTo(remote);
  }

  send(head: Buffer, body: Buffer, { address, port }: Endpoint): Promise<void> {
    if (!this.open) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      const sent = (error: (Error & { code?: string }) | null): void => {
        if (error === null || FULL.has(error.code ?? '')) {
          if (error !== null) this.#around.inbound.counters.datagramsUnsent++;
          resolve();
        } else reject(new TransportError(failureOf(error), error.message, { cause: error }));
      };
      if (this.#outgoing.push({ head, body, address, port, sent }) === 1) this.#leaving = setImmediate(this.#leave);
    });
  }

  onClose(run: (error: TransportError) => void): () => void {
    if (!this.open) {
      run(closed());
      return () => undefined;
    }
    const closer = (error: TransportError) => run(error);
    this.#closers.add(closer);
    return () => void this.#closers.delete(closer);
  }

  reload(): void {
    throw new TypeError('UDP has no certificates');
  }

  close(): Promise<void> {
    return (this.#closed ??= new Promise((resolve) => {
      clearImmediate(this.#leaving);
      this.#leave();
      this.#socket.close(resolve);
      for (const run of this.#closers) this.#around.inbound.fence(() => run(closed()));
      this.#closers.clear();
    }));
  }

  readonly #leave = (): void => {
    const leaving = this.#outgoing;
    this.#outgoing = [];
    for (const datagram of leaving)
      // What the system has no room for is lost like any datagram; retransmission makes up for it.
      if (this.#socket.getSendQueueSize() > this.#around.limits.udpQueue) {
        this.#around.inbound.counters.datagramsUnsent++;
        datagram.sent(null);
      } else this.#launch(datagram);
  };

  #launch({ head, body, address, port, sent }: Datagram): void {
    try {
      this.#socket.send(body.length === 0 ? head : [head, body], port, address, sent);
    } catch (error) {
      // To a port 0, for one.
      sent(error as Error);
    }
  }

  readonly #onMessage = (bytes: Buffer, { address, port }: Endpoint): void => {
    const { inbound } = this.#around;
    const allowance = inbound.rates.of(address);
    if (allowance !== undefined && !inbound.rates.takeIfAny(allowance)) inbound.counters.rateDropped++;
    else if (bytes[0] === 0) this.#onStun(bytes, { address, port });
    else if (!isKeepAlive(bytes)) inbound.take(bytes, new UdpFlow(this, { address, port }));
  };

  #onStun(bytes: Buffer, remote: Endpoint): void {
    const answer = stunAnswer(bytes, remote);
    // Lost like any datagram, if it can't be sent.
    if (answer !== undefined) this.send(answer, NOTHING, remote).catch(() => undefined);
  }
}

/** An address and port reached from a socket of ours; made for each datagram, so it holds next to nothing. */
class UdpFlow implements Flow {
  readonly remote: Endpoint;
  readonly #listener: UdpListener;

  constructor(listener: UdpListener, remote: Endpoint) {
    this.#listener = listener;
    this.remote = remote;
  }

  get id(): string {
    return this.#listener.prefix + formatEndpoint(this.remote);
  }

  get protocol(): 'udp' {
    return 'udp';
  }

  get local(): Endpoint {
    return this.#listener.local;
  }

  get reliable(): boolean {
    return false;
  }

  get secure(): boolean {
    return false;
  }

  get peer(): undefined {
    return undefined;
  }

  get open(): boolean {
    return this.#listener.open;
  }

  send(head: Buffer, body: Buffer): Promise<void> {
    return this.#listener.send(head, body, this.remote);
  }

  onClose(run: (error: TransportError) => void): () => void {
    return this.#listener.onClose(run);
  }
}

/** Many keep their NAT open by line ends, which nobody need answer. */
function isKeepAlive(bytes: Buffer): boolean {
  return bytes.length <= 4 && bytes.every((byte) => byte === 0x0d || byte === 0x0a);
}
