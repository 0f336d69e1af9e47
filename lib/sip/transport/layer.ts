import type { Clock } from '../clock.ts';
import { MESSAGE_LIMITS, type MessageLimits } from '../message/limits.ts';
import type { Response } from '../message/response.ts';
import { serialize, type Serialized } from '../message/serialize.ts';
import type { Via } from '../message/via.ts';
import { familyOf, formatEndpoint, isLoopback } from './address.ts';
import type { Surroundings } from './connection.ts';
import { Connections } from './connections.ts';
import { newCounters, type TransportCounters } from './counters.ts';
import { TransportError } from './error.ts';
import type { Flow, Protocol, Target } from './flow.ts';
import { Inbound, type Receiver } from './inbound.ts';
import { keepAlive } from './keep-alive.ts';
import { transportDefaults, type TransportLimits } from './limits.ts';
import type { Listener, ListenOptions } from './listener.ts';
import { Outbound } from './outbound.ts';
import { PeerRates } from './rates.ts';
import { responseEndpoint, responseTarget } from './source.ts';
import { StreamListener } from './stream-listener.ts';
import { TlsIdentity, type TlsSettings } from './tls.ts';
import { UdpListener } from './udp.ts';

export interface TransportOptions {
  readonly clock: Clock;
  readonly limits?: Partial<TransportLimits> | undefined;
  readonly messageLimits?: Partial<MessageLimits> | undefined;
  /** How we connect over TLS; by default without a certificate of ours, believing the CAs that Node brings. */
  readonly tls?: TlsSettings | undefined;
  /**
   * Whether responses follow a `maddr` of the top Via (RFC 3261 §18.2.2). Off by default: it lets strangers aim what we
   * send at hosts that they could not reach themselves.
   */
  readonly followMaddr?: boolean | undefined;
  /**
   * The servers of whoever sent a request, by its top Via: where responses go when no connection leads back (RFC 3263 §5). They go
   * nowhere then without it: it lets strangers aim what we send, as `followMaddr` does.
   */
  readonly locateSender?: ((via: Via, protocol: Protocol) => Promise<readonly Target[]>) | undefined;
  /** Told of errors that no caller hears of: of a listener, or thrown by the receiver. */
  readonly report?: ((error: Error) => void) | undefined;
}

/** SIP transport (RFC 3261 §18): UDP, TCP, TLS and WebSocket (RFC 7118). */
export class TransportLayer {
  readonly counters: TransportCounters = newCounters();
  readonly #around: Surroundings;
  readonly #connections: Connections;
  readonly #outbound: Outbound;
  readonly #tls: TlsIdentity;
  readonly #followMaddr: boolean;
  readonly #locateSender: TransportOptions['locateSender'];
  readonly #report: (error: Error) => void;
  readonly #listeners: Listener[] = [];

  constructor(options: TransportOptions) {
    const { clock, limits, messageLimits, tls, followMaddr = false, report = () => undefined } = options;
    const bounds = { ...transportDefaults, ...limits };
    const inbound = new Inbound({
      counters: this.counters,
      rates: new PeerRates(clock, bounds),
      messageLimits: { ...MESSAGE_LIMITS, ...messageLimits },
      respond: (response, flow) => this.respond(response, flow),
      isOurs: (response, flow) => this.#isOurs(response, flow),
      report,
    });
    this.#around = { clock, limits: bounds, inbound };
    this.#tls = new TlsIdentity(tls ?? { certificates: [] });
    this.#connections = new Connections(this.#around);
    this.#outbound = new Outbound(this.#around, this.#connections, this.#tls);
    this.#followMaddr = followMaddr;
    this.#locateSender = options.locateSender;
    this.#report = report;
  }

  /** Resolves when messages are taken at the address and port that were bound. @throws {Error} rejects */
  async listen(options: ListenOptions): Promise<Listener> {
    const listener =
      options.protocol === 'udp'
        ? await UdpListener.open(this.#around, options, this.#report)
        : await StreamListener.open(this.#connections, options, this.#report);
    this.#listeners.push(listener);
    return listener;
  }

  /**
   * Sets who takes what comes: requests with `received` and `rport` in their top Via (RFC 3261 §18.2.1, RFC 3581 §4), and
   * responses to ours. A BadMessage that it throws about a request is answered.
   */
  receive(receiver: Receiver): void {
    this.#around.inbound.receiver = receiver;
  }

  /** Connects with other certificates and CAs from now on; open connections stay. @throws {Error} when they can't be used */
  reload(tls: TlsSettings): void {
    this.#tls.load(tls);
  }

  /**
   * A flow to the target: one that is open, or a new one. With the size of a request above the path limit, UDP gives way
   * to TCP at the same address, unless it is refused there (RFC 3261 §18.1.1).
   * @throws {TransportError} rejects
   */
  async connect(target: Target, size = 0): Promise<Flow> {
    if (target.protocol !== 'udp') return this.#outbound.connect(target);
    const stream = this.fits(size) ? undefined : await this.#outbound.insteadOfUdp(target);
    return stream ?? this.#udpListenerFor(target.address).flowTo({ address: target.address, port: target.port });
  }

  /** Whether a request of so many bytes is below the path limit, so that it may go over UDP (RFC 3261 §18.1.1). */
  fits(size: number): boolean {
    return size <= this.#around.limits.udpLimit;
  }

  /** The flow of this id while it is open: a client behind NAT is reached over the one that it opened (RFC 5626 §5.3). */
  flow(id: string): Flow | undefined {
    for (const listener of this.#listeners) {
      const flow = listener instanceof UdpListener && listener.open ? listener.flow(id) : undefined;
      if (flow !== undefined) return flow;
    }
    return this.#connections.flow(id);
  }

  /**
   * Sends a response the way its top Via says (RFC 3261 §18.2.2, RFC 3581 §4); `flow` is the one its request came by, `bytes` the
   * response as it goes out.
   * @throws {TransportError | BadMessage} rejects
   */
  respond(response: Response, flow: Flow, bytes: Serialized = serialize(response)): Promise<void> {
    if (flow.reliable) return this.#respondByStream(response, flow, bytes);
    try {
      return this.#datagramsBack(response, flow).send(bytes.head, bytes.body);
    } catch (error) {
      const failure = error as Error;
      return Promise.reject(failure);
    }
  }

  async #respondByStream(response: Response, flow: Flow, { head, body }: Serialized): Promise<void> {
    try {
      const way = flow.open ? flow : await this.#streamBack(response, flow);
      await way.send(head, body);
    } catch (error) {
      const servers = await this.#locateSender?.(response.via, flow.protocol).catch(() => []);
      for (const server of servers ?? []) {
        const way = await this.connect(server).catch(() => undefined);
        if (way !== undefined) return way.send(head, body);
      }
      throw error;
    }
  }

  /** `host:port` that we put into Via and Contact of what goes over this flow: of a listener where there is one. */
  sentBy(flow: Pick<Flow, 'protocol' | 'local'>): string {
    const { protocol, local } = flow;
    let found: Listener | undefined;
    for (const one of this.#listeners) {
      if (!one.open || one.protocol !== protocol || familyOf(one.local.address) !== familyOf(local.address)) continue;
      const isPort = one.local.port === local.port;
      if (isPort && one.local.address === local.address) return one.sentBy;
      if (found === undefined || (isPort && found.local.port !== local.port)) found = one;
    }
    return found?.sentBy ?? formatEndpoint(local);
  }

  /** Our side of a flow by this protocol that is yet to be: a listener of it, or any. @throws {TransportError} without one */
  sideOf(protocol: Protocol): Pick<Flow, 'protocol' | 'local'> {
    const listeners = this.#listeners.filter(({ open }) => open);
    const found = listeners.find((one) => one.protocol === protocol) ?? listeners[0];
    if (found === undefined) throw new TransportError('unreachable', 'nobody listens');
    return found;
  }

  /** Whether peers reach us there. */
  isOurs(host: string, port: number): boolean {
    const name = `${host}:${port}`.toLowerCase();
    return this.#listeners.some(({ sentBy }) => sentBy.toLowerCase() === name);
  }

  /** Sends keep-alives over the flow, which fails when they stay unanswered (RFC 5626 §4.4.1), until the function is run. */
  keepAlive(flow: Flow, interval: number): () => void {
    return keepAlive(flow, interval, this.#around);
  }

  /** Ends every listener and flow. */
  async close(): Promise<void> {
    this.#outbound.close();
    this.#connections.close();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  async #streamBack({ via }: Response, { protocol }: Flow): Promise<Flow> {
    const target = responseTarget(via, protocol);
    if (target === undefined) throw new TransportError('closed', 'the connection of the request is gone');
    return this.connect(target);
  }

  #datagramsBack({ via }: Response, flow: Flow): Flow {
    const endpoint = responseEndpoint(via, this.#followMaddr, flow.remote);
    if (endpoint === undefined) throw new TransportError('unreachable', 'the top Via has no address');
    if (endpoint.address === flow.remote.address && endpoint.port === flow.remote.port) return flow;
    // From where the request came to (RFC 3581 §4).
    return (
      this.#udpListeners()
        .find(({ local }) => local === flow.local)
        ?.flowTo(endpoint) ?? flow
    );
  }

  #isOurs({ via }: Response, flow: Flow): boolean {
    const { sentBy } = via;
    if (this.#listeners.some((one) => one.sentBy === sentBy)) return true;
    const lower = sentBy.toLowerCase();
    return (
      this.#listeners.some((one) => one.sentBy.toLowerCase() === lower) || lower === this.sentBy(flow).toLowerCase()
    );
  }

  #udpListeners(): UdpListener[] {
    return this.#listeners.filter((one) => one instanceof UdpListener).filter(({ open }) => open);
  }

  /** One of the family, of loopback for loopback, else not. */
  #udpListenerFor(address: string): UdpListener {
    const family = this.#udpListeners().filter(({ local }) => familyOf(local.address) === familyOf(address));
    const listener = family.find(({ local }) => isLoopback(local.address) === isLoopback(address)) ?? family[0];
    if (listener !== undefined) return listener;
    throw new TransportError('unreachable', `no UDP listener of the family of ${address}`);
  }
}
