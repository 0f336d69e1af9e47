import type { Socket, RemoteInfo } from 'node:dgram';
import { RtpLeg, type LegEvents } from './leg.ts';
import { openPort, type PortRange } from './ports.ts';
import { talkDefaults, type TalkOptions } from './talk.ts';

export interface RelayOptions {
  /** Where telephones reach us. */
  readonly host: string;
  readonly ports: PortRange;
  /** Where the bridge reaches us. */
  readonly inner: string;
  /** Packets that one telephone may send in a second. */
  readonly packetRate: number;
  readonly talk: TalkOptions;
  /** Milliseconds, of a clock that only goes forward. */
  readonly now: () => number;
}

export const relayDefaults = {
  ports: { first: 0, last: 0 },
  packetRate: 200,
  talk: talkDefaults,
  now: () => performance.now(),
};

/** What the bridge listens at, for one leg. */
export interface BridgeEnd {
  readonly address: string;
  readonly port: number;
}

/** Carries RTP between telephones, each at a port of its own, and the bridge, to which all go from one port. */
export class RtpRelay {
  readonly #options: RelayOptions;
  #inner: Socket | undefined;
  /** By address and port of the bridge. */
  readonly #ends = new Map<string, (packet: Buffer) => void>();

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    this.#inner = await openPort(this.#options.inner, { first: 0, last: 0 });
    this.#inner.on('message', (packet, from) => this.#ends.get(keyOf(from))?.(packet));
    this.#inner.on('error', () => undefined);
  }

  /** It was not opened, or it was closed: what is sent is lost. */
  get closed(): boolean {
    return this.#inner === undefined;
  }

  /** Where the bridge sends all it has. @throws {Error} when it is closed */
  get inner(): BridgeEnd {
    if (this.#inner === undefined) throw new Error('the relay is closed');
    const { address, port } = this.#inner.address();
    return { address, port };
  }

  /** A port for one telephone. @throws {MediaRefused} busy */
  async leg(events: LegEvents): Promise<RtpLeg> {
    const { host, ports } = this.#options;
    return new RtpLeg(await openPort(host, ports), this, events, this.#options);
  }

  /** What comes from this end of the bridge goes there; undefined takes it back. */
  listen(end: BridgeEnd, take: ((packet: Buffer) => void) | undefined): void {
    if (take === undefined) this.#ends.delete(keyOf(end));
    else this.#ends.set(keyOf(end), take);
  }

  send(packet: Buffer, to: BridgeEnd): void {
    this.#inner?.send(packet, to.port, to.address);
  }

  close(): void {
    this.#ends.clear();
    this.#inner?.close();
    this.#inner = undefined;
  }
}

const keyOf = ({ address, port }: BridgeEnd | RemoteInfo): string => `${address} ${port}`;
