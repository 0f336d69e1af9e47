import type { Clock } from '../clock.ts';
import { TransportError } from './error.ts';
import type { Endpoint, Flow, Peer, Protocol } from './flow.ts';
import { isSecure } from './address.ts';
import type { Inbound } from './inbound.ts';
import type { TransportLimits } from './limits.ts';
import type { Allowance } from './rates.ts';

/** What every connection of a layer lives by. */
export interface Surroundings {
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly inbound: Inbound;
}

export interface ConnectionParts {
  readonly id: string;
  readonly protocol: Protocol;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly peer: Peer | undefined;
  /** Whether we opened it. */
  readonly ours: boolean;
}

/** A flow over a connection: what TCP, TLS and WebSocket share. */
export abstract class Connection implements Flow {
  readonly id: string;
  readonly protocol: Protocol;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly peer: Peer | undefined;
  protected readonly around: Surroundings;
  readonly #allowance: Allowance | undefined;
  #closers: Set<(error: TransportError) => void> | undefined;
  #ended: TransportError | undefined;
  /** Until when a stranger may stay without a message; for ever once one came, or when we opened the connection. */
  #firstDue: number;
  /** The last moment of a byte either way. */
  #active: number;
  /** Until when the message that is coming must have come. */
  #messageDue = Infinity;
  /** The last moment at which the peer had read everything or something. */
  #read: number;
  #unheard = false;

  constructor(around: Surroundings, { id, protocol, local, remote, peer, ours }: ConnectionParts) {
    this.id = id;
    this.protocol = protocol;
    this.local = local;
    this.remote = remote;
    this.peer = peer;
    this.around = around;
    this.#allowance = around.inbound.rates.of(remote.address);
    const now = around.clock.now();
    this.#active = now;
    this.#read = now;
    this.#firstDue = ours ? Infinity : now + around.limits.firstMessageTime;
  }

  get reliable(): boolean {
    return true;
  }

  get secure(): boolean {
    return isSecure(this.protocol);
  }

  get open(): boolean {
    return this.#ended === undefined;
  }

  abstract send(head: Buffer, body: Buffer): Promise<void>;
  /** Asks the peer for a sign of life. */
  abstract ping(): void;
  /** Bytes that wait in our memory, of messages that came in part. */
  abstract get unfinished(): number;
  /** Bytes that wait in our memory for the peer to read. */
  abstract get unread(): number;

  get buffered(): number {
    return this.unfinished + this.unread;
  }

  protected abstract destroy(): void;
  protected abstract pause(): void;
  protected abstract resume(): void;

  onClose(run: (error: TransportError) => void): () => void {
    if (this.#ended !== undefined) {
      run(this.#ended);
      return () => undefined;
    }
    // Of its own, so that one function may be given twice.
    const closer = (error: TransportError) => run(error);
    (this.#closers ??= new Set()).add(closer);
    return () => this.#closers?.delete(closer);
  }

  /** Ends the flow, at once for those who use it. */
  end(error: TransportError, destroy = true): void {
    if (this.#ended === undefined) {
      this.#ended = error;
      const closers = this.#closers;
      this.#closers = undefined;
      for (const run of closers ?? []) this.around.inbound.fence(() => run(error));
    }
    if (destroy) this.destroy();
  }

  /** Why nothing more can be sent. A peer that does not read loses the connection. */
  protected refusal(): TransportError | undefined {
    if (this.#ended === undefined && this.unread > this.around.limits.writeBuffer) {
      this.around.inbound.counters.connectionsCut++;
      this.end(new TransportError('overflow', 'the peer does not read'));
    }
    return this.#ended;
  }

  /** A ping that nothing has followed. */
  get unheard(): boolean {
    return this.#unheard;
  }

  protected pinged(): void {
    this.#unheard = true;
  }

  /** Bytes came. */
  protected heard(): void {
    this.#active = this.around.clock.now();
    this.#unheard = false;
  }

  /** A whole message came; what its rate says is the caller's to obey when it has given all that it has. */
  protected take(message: Buffer): void {
    if (!this.open) return;
    this.#firstDue = Infinity;
    this.#messageDue = Infinity;
    this.charge();
    this.around.inbound.take(message, this);
  }

  /** Counts something to the rate of the peer. */
  protected charge(): void {
    if (this.#allowance !== undefined) this.around.inbound.rates.take(this.#allowance);
  }

  /** All messages of a chunk are given: lets a peer above its rate wait. */
  protected chunkTaken(): void {
    const debt = this.#allowance === undefined ? 0 : this.around.inbound.rates.debt(this.#allowance);
    if (debt === 0 || !this.open) return;
    this.around.inbound.counters.slowed++;
    this.pause();
    this.around.clock.after(debt, () => this.resume());
  }

  protected wrote(): void {
    this.#active = this.around.clock.now();
    if (this.unread === 0) this.#read = this.#active;
  }

  /** The peer, or the system for it, took something that waited. */
  protected readonly wasRead = (): void => {
    this.#read = this.around.clock.now();
  };

  /** The limit that this connection has crossed. */
  overdue(now: number): string | undefined {
    const { messageTime, writeTime, idleTime } = this.around.limits;
    if (now > this.#firstDue) return 'no message came';
    if (this.unfinished === 0) this.#messageDue = Infinity;
    else if (this.#messageDue === Infinity) this.#messageDue = now + messageTime;
    if (now > this.#messageDue) return 'a message did not end';
    if (this.unread === 0) this.#read = now;
    if (now - this.#read > writeTime) return 'the peer does not read';
    return now - this.#active > idleTime ? 'idle' : undefined;
  }
}
