import type { Announcement, Leg, Medium, Path, SidebarPart } from '../mixer.ts';
import { NOWHERE, type BridgeEnd, type Route } from '../rtp/route.ts';
import type { ThreadLeg } from '../rtp/thread.ts';
import type { AudioAgreement, Negotiation } from '../sdp/negotiation.ts';
import { Place, type Bridge, type Wanted } from './place.ts';
import type { Whispers } from './whispers.ts';

export interface JanusLegParts {
  readonly conference: string;
  readonly name: string;
  readonly negotiation: Negotiation;
  readonly rtp: ThreadLeg;
  readonly receiver: BridgeEnd;
  readonly waiting: boolean;
  readonly whispers: Whispers<JanusLeg>;
  readonly bridge: () => Bridge | undefined;
  readonly play: (room: string, announcement: Announcement) => Promise<void>;
  readonly released: (leg: JanusLeg) => void;
  /** Janus refuses what is wanted. */
  readonly failed: (leg: JanusLeg, error: unknown) => void;
}

/** RFC 6501 §4.2.7 gives gain no unit: ±127 is ten times and a tenth of the amplitude. */
export const amplitudeOf = (gain: number): number => 10 ** (Math.max(-127, Math.min(127, gain)) / 127);

/** A telephone in a room of the AudioBridge, or, beside the conference, in several. */
export class JanusLeg implements Leg {
  readonly conference: string;
  readonly name: string;
  readonly #parts: JanusLegParts;
  /** What it is in rooms, by what it is there for: `main`, `feed`, `ear`, or the room where it whispers. */
  readonly #places = new Map<string, Place>();
  readonly #ends = new Map<string, BridgeEnd>();
  #room: string;
  #muted = false;
  #gain = 0;
  #released = false;
  /** It sent and received once: a peer that only sends now holds, and its music is for nobody. */
  #spoke = false;
  /** What the relay was told last. */
  #told = '';

  constructor(parts: JanusLegParts) {
    const { conference, name } = parts;
    this.#parts = parts;
    this.conference = conference;
    this.name = name;
    this.#room = parts.waiting ? `${conference} waiting ${name}` : conference;
  }

  get local(): string {
    return this.#parts.negotiation.local;
  }

  get media(): readonly Medium[] {
    return this.#parts.negotiation.media;
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

  async beside(sidebar?: string, part?: SidebarPart): Promise<void> {
    if (this.#released) return;
    const concerned = this.#parts.whispers.set(this, sidebar, part);
    await Promise.all(concerned.map((leg) => leg.follow()));
  }

  async announce(announcement: Announcement): Promise<void> {
    if (!this.#released) await this.#parts.play(this.#room, announcement);
  }

  async release(): Promise<void> {
    if (this.#released) return;
    await this.beside();
    this.#released = true;
    this.#parts.rtp.close();
    this.#parts.released(this);
    await this.follow();
  }

  /** Whether Janus ended a handle of it; what is wanted makes a new one. */
  loses(handle: number): boolean {
    const place = [...this.#places.values()].find((one) => one.handle === handle);
    if (place === undefined) return false;
    place.lose();
    void this.follow();
    return true;
  }

  /** Brings the mixer to what is wanted; telephones keep what was agreed with them, whatever Janus says. */
  follow(): Promise<void> {
    return this.settle().catch((error: unknown) => this.#parts.failed(this, error));
  }

  /** The same for who wants to know. @throws {JanusError} */
  async settle(): Promise<void> {
    if (!this.#released) this.#agree();
    const wanted = this.#wanted();
    for (const what of wanted.keys()) if (!this.#places.has(what)) this.#places.set(what, this.#placeFor(what));
    await Promise.all([...this.#places.values()].map((place) => place.settle()));
    for (const [what, place] of this.#places)
      if (place.handle === undefined && !this.#wanted().has(what)) this.#places.delete(what);
  }

  #placeFor(what: string): Place {
    return new Place({
      bridge: this.#parts.bridge,
      receiver: this.#parts.receiver,
      wanted: () => this.#wanted().get(what),
      connected: (end) => {
        if (end === undefined) this.#ends.delete(what);
        else this.#ends.set(what, end);
        this.#parts.rtp.route(this.#released ? NOWHERE : this.#route());
      },
    });
  }

  /** Where it shall be, by what it is there for. */
  #wanted(): Map<string, Wanted> {
    const { negotiation, whispers } = this.#parts;
    const { audio } = negotiation;
    if (this.#released || audio === undefined) return new Map();
    const places = new Map([['main', this.#sounds(audio, this.#room, this.#muted || whispers.isAside(this))]]);
    for (const room of whispers.roomsOf(this)) places.set(room, this.#sounds(audio, room, this.#muted));
    const ear = whispers.earOf(this);
    if (ear === undefined) return places;
    const plain = { ...this.#sounds(audio, ear, false), volume: 100 };
    return places.set('feed', plain).set('ear', plain);
  }

  #sounds({ codec, payload }: AudioAgreement, room: string, muted: boolean): Wanted {
    const volume = Math.round(100 * amplitudeOf(this.#gain));
    return { room, codec, payload: codec === 'opus' || codec === 'G722' ? payload : 0, muted, volume };
  }

  /** A hearer's conference is fed into the room where he hears it, since one ear is in one room. */
  #route(): Route {
    const { whispers } = this.#parts;
    const [main, feed, ear] = ['main', 'feed', 'ear'].map((what) => this.#ends.get(what));
    if (main !== undefined && feed !== undefined && ear !== undefined)
      return { says: [main], hears: ear, pipe: { from: main, to: feed } };
    const voices = whispers.roomsOf(this).flatMap((room) => this.#ends.get(room) ?? []);
    const says = whispers.isAside(this) ? voices : [main].filter((end) => end !== undefined);
    return { says, hears: main };
  }

  #agree(): void {
    const { negotiation, rtp } = this.#parts;
    const audio = negotiation.audio;
    const isBoth = audio !== undefined && audio.receives && audio.remote !== undefined;
    this.#spoke ||= isBoth;
    const muted = this.#muted || (this.#spoke && !isBoth);
    const route = this.#route();
    const told = JSON.stringify([audio, muted, route]);
    if (told === this.#told) return;
    this.#told = told;
    rtp.agree(audio);
    rtp.mute('to-mixer', muted);
    rtp.route(route);
  }
}
