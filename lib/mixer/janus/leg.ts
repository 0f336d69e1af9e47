import type { Announcement, Leg, Medium, Path } from '../mixer.ts';
import type { BridgeEnd } from '../rtp/relay.ts';
import type { ThreadLeg } from '../rtp/thread.ts';
import type { Negotiation } from '../sdp/negotiation.ts';
import { Place, type Bridge } from './place.ts';

export interface JanusLegParts {
  readonly conference: string;
  readonly name: string;
  readonly negotiation: Negotiation;
  readonly rtp: ThreadLeg;
  readonly receiver: BridgeEnd;
  readonly waiting: boolean;
  readonly bridge: () => Bridge | undefined;
  readonly play: (room: string, announcement: Announcement) => Promise<void>;
  readonly released: (leg: JanusLeg) => void;
  /** Janus refuses what is wanted. */
  readonly failed: (leg: JanusLeg, error: unknown) => void;
}

/** RFC 6501 §4.2.7 gives gain no unit: ±127 is ten times and a tenth of the amplitude. */
export const amplitudeOf = (gain: number): number => 10 ** (Math.max(-127, Math.min(127, gain)) / 127);

/** A telephone in a room of the AudioBridge. */
export class JanusLeg implements Leg {
  readonly conference: string;
  readonly name: string;
  readonly #parts: JanusLegParts;
  readonly #place: Place;
  #room: string;
  #muted = false;
  #gain = 0;
  #released = false;
  /** It sent and received once: a peer that only sends now holds, and its music is for nobody. */
  #spoke = false;
  /** What the relay was told last. */
  #told = '';

  constructor(parts: JanusLegParts) {
    const { conference, name, negotiation, rtp } = parts;
    this.#parts = parts;
    this.conference = conference;
    this.name = name;
    this.#room = parts.waiting ? `${conference} waiting ${name}` : conference;
    this.#place = new Place({
      bridge: parts.bridge,
      receiver: parts.receiver,
      connected: (end) => rtp.connect(end),
      wanted: () => {
        const audio = negotiation.audio;
        if (this.#released || audio === undefined) return undefined;
        const { codec, payload } = audio;
        const volume = Math.round(100 * amplitudeOf(this.#gain));
        return { room: this.#room, codec, payload: codec === 'opus' ? payload : 0, muted: this.#muted, volume };
      },
    });
  }

  get local(): string {
    return this.#parts.negotiation.local;
  }

  get media(): Medium[] {
    return this.#parts.negotiation.media;
  }

  get handle(): number | undefined {
    return this.#place.handle;
  }

  async accept(answer: string): Promise<void> {
    this.#parts.negotiation.accept(answer);
    await this.follow();
  }

  async update(offer: string): Promise<string> {
    const text = this.#parts.negotiation.answer(offer);
    await this.follow();
    return text;
  }

  offer(): string {
    return this.#parts.negotiation.offer();
  }

  async mute(path: Path, muted: boolean): Promise<void> {
    if (path === 'to-mixer') this.#muted = muted;
    else this.#parts.rtp.mute(path, muted);
    await this.follow();
  }

  async gain(path: Path, gain: number): Promise<void> {
    if (path === 'to-mixer') this.#gain = gain;
    else this.#parts.rtp.amplify(amplitudeOf(gain));
    await this.follow();
  }

  async group(sidebar?: string): Promise<void> {
    this.#room = sidebar ?? this.conference;
    await this.follow();
  }

  async announce(announcement: Announcement): Promise<void> {
    if (!this.#released) await this.#parts.play(this.#room, announcement);
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    this.#parts.rtp.close();
    this.#parts.released(this);
    await this.follow();
  }

  /** Janus ended its handle; what is wanted makes a new one. */
  lose(): Promise<void> {
    this.#place.lose();
    return this.follow();
  }

  /** Brings the mixer to what is wanted; telephones keep what was agreed with them, whatever Janus says. */
  follow(): Promise<void> {
    return this.settle().catch((error: unknown) => this.#parts.failed(this, error));
  }

  /** The same for who wants to know. @throws {JanusError} */
  settle(): Promise<void> {
    if (!this.#released) this.#agree();
    return this.#place.settle();
  }

  #agree(): void {
    const { negotiation, rtp } = this.#parts;
    const audio = negotiation.audio;
    const isBoth = audio !== undefined && audio.receives && audio.remote !== undefined;
    this.#spoke ||= isBoth;
    const muted = this.#muted || (this.#spoke && !isBoth);
    const told = JSON.stringify([audio, muted]);
    if (told === this.#told) return;
    this.#told = told;
    rtp.agree(audio);
    rtp.mute('to-mixer', muted);
  }
}
