import type { Socket } from 'node:dgram';
import { RtpLeg, type LegEvents } from './leg.ts';
import { openPort, type PortRange } from './ports.ts';
import { keyOf, type BridgeEnd } from './route.ts';
import { speak } from './speech.ts';
import { talkDefaults, type TalkOptions } from './talk.ts';

export interface RelayOptions {
  /** Where telephones reach us. */
  readonly host: string;
  readonly ports: PortRange;
  /** Where the bridge reaches us. */
  readonly inner: string;
  /** Packets that one telephone may send in a second. */
  readonly packetRate: number;
  /** Milliseconds without a packet of a telephone that should send. */
  readonly silence: number;
  readonly talk: TalkOptions;
}

export const relayDefaults = {
  ports: { first: 0, last: 0 },
  packetRate: 200,
  silence: 30_000,
  talk: talkDefaults,
};

/** How often silent telephones are looked for, in milliseconds. */
const WATCH = 1_000;

/** Carries RTP between telephones, each at a port of its own, and the bridge, to which all go from one port. */
export class RtpRelay {
  readonly #options: RelayOptions;
  readonly #now: () => number;
  readonly #legs = new Set<RtpLeg>();
  /** By address and port of the bridge. */
  readonly #ends = new Map<string, (packet: Buffer) => void>();
  #inner: Socket | undefined;
  #watch: NodeJS.Timeout | undefined;

  /** `now`: milliseconds, of a clock that only goes forward. */
  constructor(options: RelayOptions, now = () => performance.now()) {
    this.#options = options;
    this.#now = now;
  }

  /** @returns where the bridge sends all it has */
  async open(): Promise<BridgeEnd> {
    this.#inner = await openPort(this.#options.inner, { first: 0, last: 0 });
    this.#inner.on('message', (packet, from) => this.#ends.get(keyOf(from))?.(packet));
    this.#inner.on('error', () => undefined);
    this.#watch = setInterval(() => this.findSilent(), WATCH);
    this.#watch.unref();
    const { address, port } = this.#inner.address();
    return { address, port };
  }

  /** It was not opened, or it was closed: what is sent is lost. */
  get closed(): boolean {
    return this.#inner === undefined;
  }

  /** A port for one telephone. @throws {MediaRefused} busy */
  async leg(events: LegEvents): Promise<RtpLeg> {
    const { host, ports } = this.#options;
    const socket = await openPort(host, ports);
    const leg = new RtpLeg(socket, this, events, this.#options, this.#now, () => this.#legs.delete(leg));
    this.#legs.add(leg);
    return leg;
  }

  /** What comes from this end of the bridge goes there; undefined takes it back. */
  listen(end: BridgeEnd, take: ((packet: Buffer) => void) | undefined): void {
    if (take === undefined) this.#ends.delete(keyOf(end));
    else this.#ends.set(keyOf(end), take);
  }

  send(packet: Buffer, to: BridgeEnd): void {
    this.#inner?.send(packet, to.port, to.address);
  }

  /** Says frames of 20 ms in PCMU to an end of the bridge; resolves when all are said. */
  speak(end: BridgeEnd, frames: readonly Uint8Array[]): Promise<void> {
    return speak(
      frames,
      (packet) => this.send(packet, end),
      () => this.closed,
    );
  }

  /** Tells of telephones that have become silent. */
  findSilent(): void {
    for (const leg of this.#legs) leg.watch();
  }

  close(): void {
    clearInterval(this.#watch);
    for (const leg of [...this.#legs]) leg.close();
    this.#ends.clear();
    this.#inner?.close();
    this.#inner = undefined;
  }
}
