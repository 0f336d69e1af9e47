import { parse } from '../../lib/sip/message/parse.ts';
import { Request } from '../../lib/sip/message/request.ts';
import type { Response } from '../../lib/sip/message/response.ts';
import { serialize } from '../../lib/sip/message/serialize.ts';
import { TransportError } from '../../lib/sip/transport/error.ts';
import type { Endpoint, Flow, Protocol, Target } from '../../lib/sip/transport/flow.ts';
import type { VirtualClock } from './virtual-clock.ts';

type Message = Request | Response;

/** After how many milliseconds a message arrives, once for each copy; none when it is lost. */
export type Weather = (message: Message, from: string, to: string) => readonly number[];

/** A message as it was sent, with the moment. */
export interface Sent {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly message: Message;
}

/** Hosts that speak SIP in virtual time, as bytes, without sockets. */
export class Network {
  readonly clock: VirtualClock;
  readonly sent: Sent[] = [];
  weather: Weather = () => [10];
  readonly #hosts = new Map<string, Host>();

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  host(address: string): Host {
    const host = new Host(this, address);
    this.#hosts.set(address, host);
    return host;
  }

  find(address: string): Host | undefined {
    return this.#hosts.get(address);
  }

  /** "REGISTER", "200 REGISTER" …, in the order of sending. */
  get trace(): string[] {
    return this.sent.map(({ from, to, message }) => `${from} → ${to}: ${summary(message)}`);
  }

  carry(flow: MemoryFlow, head: Buffer, body: Buffer): void {
    const bytes = Buffer.concat([head, body]);
    const { address: from } = flow.local;
    const { address: to } = flow.remote;
    const message = parse(bytes);
    this.sent.push({ at: this.clock.now(), from, to, message });
    const copies = flow.reliable ? [10] : this.weather(message, from, to);
    for (const delay of copies) this.clock.after(delay, () => this.#hosts.get(to)?.take(parse(bytes), flow.answering));
  }
}

export const summary = (message: Message): string =>
  message instanceof Request ? message.method : `${message.status} ${message.cseq.method}`;

/** One host: what a transaction layer sees of its transport. */
export class Host {
  readonly address: string;
  readonly network: Network;
  /** Nothing leaves it and no connection comes about. */
  unreachable = false;
  readonly #flows = new Map<string, MemoryFlow>();
  #receiver: (message: Message, flow: Flow) => void = () => undefined;

  constructor(network: Network, address: string) {
    this.network = network;
    this.address = address;
  }

  receive(receiver: (message: Message, flow: Flow) => void): void {
    this.#receiver = receiver;
  }

  respond(response: Response, flow: Flow): Promise<void> {
    const { head, body } = serialize(response);
    return flow.send(head, body);
  }

  sentBy(flow: Flow): string {
    return `${flow.local.address}:5060`;
  }

  fits(): boolean {
    return true;
  }

  connect({ protocol, address }: Target): Promise<Flow> {
    const peer = this.network.find(address);
    if (peer === undefined || peer.unreachable)
      return Promise.reject(new TransportError('unreachable', 'nobody listens there'));
    return Promise.resolve(this.flowTo(address, protocol));
  }

  flow(id: string): Flow | undefined {
    const flow = this.#flows.get(id);
    return flow?.open === true ? flow : undefined;
  }

  flowTo(address: string, protocol: Protocol = 'udp'): MemoryFlow {
    const known = this.#flows.get(`${protocol}/${this.address}/${address}`);
    if (known?.open === true) return known;
    const flow = new MemoryFlow(this, address, protocol);
    this.#flows.set(flow.id, flow);
    return flow;
  }

  take(message: Message, flow: Flow): void {
    this.#receiver(message, flow);
  }
}

export class MemoryFlow implements Flow {
  readonly id: string;
  readonly protocol: Protocol;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly secure = false;
  readonly peer = undefined;
  open = true;
  readonly #host: Host;
  readonly #closers = new Set<(error: TransportError) => void>();

  constructor(host: Host, remote: string, protocol: Protocol) {
    this.#host = host;
    this.protocol = protocol;
    this.local = { address: host.address, port: 5060 };
    this.remote = { address: remote, port: 5060 };
    this.id = `${protocol}/${host.address}/${remote}`;
  }

  get reliable(): boolean {
    return this.protocol !== 'udp';
  }

  /** The same way as the other host sees it. */
  get answering(): Flow {
    const other = this.#host.network.find(this.remote.address);
    return (other ?? this.#host).flowTo(this.#host.address, this.protocol);
  }

  send(head: Buffer, body: Buffer): Promise<void> {
    if (!this.open || this.#host.unreachable) return Promise.reject(new TransportError('closed', 'the flow has ended'));
    this.#host.network.carry(this, head, body);
    return Promise.resolve();
  }

  onClose(run: (error: TransportError) => void): () => void {
    this.#closers.add(run);
    return () => this.#closers.delete(run);
  }

  close(): void {
    this.open = false;
    for (const run of this.#closers) run(new TransportError('closed', 'the flow has ended'));
    this.#closers.clear();
  }
}
