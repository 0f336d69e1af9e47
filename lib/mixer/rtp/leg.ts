import type { RemoteInfo, Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Path } from '../mixer.ts';
import type { AudioAgreement } from '../sdp/negotiation.ts';
import { CODECS } from '../sdp/formats.ts';
import { Frames } from './frames.ts';
import { amplifier, isLaw, loudness, SILENCE } from './g711.ts';
import { audioLevel, readPacket, writePacket, type RtpPacket } from './packet.ts';
import type { RelayOptions, RtpRelay } from './relay.ts';
import { endsOf, NOWHERE, type BridgeEnd, type Route } from './route.ts';
import { Splice } from './splice.ts';
import { TalkListener } from './talk.ts';
import { DigitListener } from './telephone-event.ts';

/** What is heard in the packets of a telephone. */
export interface LegEvents {
  digit(digit: string): void;
  talking(talking: boolean): void;
  /** It should send, and has not for a while; told once per silence. */
  silent(): void;
}

/** 20 ms of silence of opus (RFC 6716 §3.1: CELT, full band, one frame). */
const OPUS_SILENCE = Buffer.from([0xf8, 0xff, 0xfe]);
/** The smallest step in both bands of ITU-T G.722, over and over: nearly nothing. */
const G722_SILENCE = 0xfd;
/** What the AudioBridge wants to see for these, whatever the telephone calls them. */
const PAYLOAD_TYPES = { PCMU: 0, PCMA: 8, G722: 9 } as const;

/** One telephone's RTP, on its way to the bridge and back. */
export class RtpLeg {
  readonly #socket: Socket;
  readonly #relay: RtpRelay;
  readonly #events: LegEvents;
  readonly #options: RelayOptions;
  readonly #now: () => number;
  readonly #closed: () => void;
  #agreement: AudioAgreement | undefined;
  #route: Route = NOWHERE;
  /** Where its packets come from, once they do (RFC 4961: it listens there too). */
  #latched: { readonly address: string; readonly port: number } | undefined;
  #muted: Record<Path, boolean> = { 'to-mixer': false, 'from-mixer': false };
  #factor = 1;
  #amplifier: Uint8Array | undefined;
  #frames = new Frames();
  #digits = new DigitListener();
  #talk: TalkListener;
  readonly #splice = new Splice();
  /** Packets that it may still send, and when that was counted. */
  #allowance: { left: number; at: number };
  #heard: number;
  #isSilent = false;

  constructor(
    socket: Socket,
    relay: RtpRelay,
    events: LegEvents,
    options: RelayOptions,
    now: () => number,
    closed: () => void,
  ) {
    this.#socket = socket;
    this.#relay = relay;
    this.#events = events;
    this.#options = options;
    this.#now = now;
    this.#closed = closed;
    this.#talk = new TalkListener(options.talk);
    this.#heard = now();
    this.#allowance = { left: options.packetRate, at: this.#heard };
    socket.on('message', (bytes, from) => this.#fromTelephone(bytes, from));
    socket.on('error', () => undefined);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** What both sides agreed on; undefined carries nothing. */
  agree(agreement: AudioAgreement | undefined): void {
    const before = this.#agreement;
    this.#agreement = agreement;
    this.#heard = this.#now();
    if (before?.codec !== agreement?.codec) {
      this.#frames = new Frames();
      this.amplify(this.#factor);
    }
    if (before?.remote?.address !== agreement?.remote?.address || before?.remote?.port !== agreement?.remote?.port)
      this.#latched = undefined;
    if (agreement === undefined || !agreement.receives) this.#stopsTalking();
  }

  /** Where the bridge has its ends of this leg. */
  route(route: Route): void {
    const before = endsOf(this.#route);
    for (const end of before.values()) this.#relay.listen(end, undefined);
    this.#route = route;
    const { hears, pipe } = route;
    if (pipe !== undefined) this.#relay.listen(pipe.from, (packet) => this.#through(packet, pipe.to));
    if (hears !== undefined) this.#relay.listen(hears, (packet) => this.#fromBridge(packet));
    for (const [key, end] of endsOf(route)) if (!before.has(key)) this.#wake(end);
  }

  mute(path: Path, muted: boolean): void {
    this.#muted[path] = muted;
    if (path === 'to-mixer' && muted) this.#stopsTalking();
  }

  /** What the telephone hears is multiplied; only G.711 can be. */
  amplify(factor: number): void {
    const codec = this.#agreement?.codec;
    this.#factor = factor;
    this.#amplifier = factor !== 1 && isLaw(codec) ? amplifier(codec, factor) : undefined;
  }

  /** Looks whether its telephone has become silent. */
  watch(): void {
    const { receives = false, remote } = this.#agreement ?? {};
    const isSilent = receives && remote !== undefined && this.#now() - this.#heard > this.#options.silence;
    if (isSilent && !this.#isSilent) this.#events.silent();
    this.#isSilent = isSilent;
  }

  close(): void {
    this.route(NOWHERE);
    this.#agreement = undefined;
    this.#socket.close();
    this.#closed();
  }

  #fromTelephone(bytes: Buffer, from: RemoteInfo): void {
    const agreement = this.#agreement;
    if (agreement === undefined || !this.#allows() || !this.#isPeer(from)) return;
    const packet = readPacket(bytes);
    if (packet === undefined) return;
    this.#latched = { address: from.address, port: from.port };
    this.#heard = this.#now();
    if (packet.payloadType === agreement.events?.payload) {
      const digit = this.#digits.take(packet);
      if (digit !== undefined) this.#events.digit(digit);
    } else if (packet.payloadType === agreement.payload) this.#fromSpeaker(packet, agreement);
  }

  #fromSpeaker(packet: RtpPacket, { codec, receives, levels }: AudioAgreement): void {
    if (!receives || this.#muted['to-mixer']) return;
    const isOpus = codec === 'opus';
    const level = audioLevel(packet, levels) ?? (isLaw(codec) ? loudness(codec, packet.payload) : undefined);
    const change = level === undefined ? undefined : this.#talk.take(level, this.#heard);
    if (change !== undefined) this.#events.talking(change);
    const payloadType = this.#payloadType(codec);
    for (const one of isOpus ? [packet] : this.#frames.take(packet)) {
      const bytes = writePacket({ ...one, payloadType });
      for (const end of this.#route.says) this.#relay.send(bytes, end);
    }
  }

  /** The AudioBridge sends nothing to who was never heard. */
  #wake(end: BridgeEnd): void {
    const codec = this.#agreement?.codec ?? 'PCMU';
    const packet = { marker: true, sequence: 0, timestamp: 0, source: this.#splice.source, payload: silence(codec) };
    this.#relay.send(writePacket({ ...packet, payloadType: this.#payloadType(codec) }), end);
  }

  #through(bytes: Buffer, to: BridgeEnd): void {
    if (readPacket(bytes) !== undefined) this.#relay.send(bytes, to);
  }

  #fromBridge(bytes: Buffer): void {
    const { remote, codec = 'PCMU', payload = 0 } = this.#agreement ?? {};
    if (remote === undefined) return;
    const packet = readPacket(bytes);
    if (packet === undefined) return;
    const { address, port } = this.#latched ?? remote;
    const own = this.#splice.take(packet, CODECS[codec].rate / 50);
    const heard = this.#muted['from-mixer'] ? silence(codec) : this.#amplified(own.payload);
    this.#socket.send(writePacket({ ...own, payloadType: payload, payload: heard }), port, address);
  }

  #amplified(payload: Buffer): Buffer {
    const table = this.#amplifier;
    return table === undefined ? payload : Buffer.from(payload.map((byte) => table[byte] ?? byte));
  }

  #payloadType(codec: AudioAgreement['codec']): number {
    return codec === 'opus' ? (this.#agreement?.payload ?? CODECS.opus.payload) : PAYLOAD_TYPES[codec];
  }

  /**
   * Packets come from the address that the session description names. Behind a translator of addresses that is a private one:
   * then the first sender is taken.
   */
  #isPeer({ address }: RemoteInfo): boolean {
    const named = this.#agreement?.remote?.address;
    const expected = this.#latched?.address ?? (named === undefined || isPrivate(named) ? undefined : named);
    return expected === undefined || expected === address;
  }

  #allows(): boolean {
    const { packetRate } = this.#options;
    const allowance = this.#allowance;
    const at = this.#now();
    allowance.left = Math.min(packetRate, allowance.left + ((at - allowance.at) / 1_000) * packetRate);
    allowance.at = at;
    if (allowance.left < 1) return false;
    allowance.left--;
    return true;
  }

  #stopsTalking(): void {
    if (this.#talk.talking) this.#events.talking(false);
    this.#talk = new TalkListener(this.#options.talk);
  }
}

const silence = (codec: AudioAgreement['codec']): Buffer =>
  codec === 'opus' ? OPUS_SILENCE : Buffer.alloc(160, isLaw(codec) ? SILENCE[codec] : G722_SILENCE);

function isPrivate(address: string): boolean {
  if (isIPv6(address)) return /^(::1$|f[cde])/i.test(address);
  return /^(10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(address);
}
