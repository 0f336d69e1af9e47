import type { BinaryLike } from 'node:crypto';
import { MediaRefused, type Announcement, type Leg, type LegOptions, type Mixer, type MixerEvents } from '../mixer.ts';
import { relayDefaults } from '../rtp/relay.ts';
import type { BridgeEnd } from '../rtp/route.ts';
import { talkDefaults, type TalkOptions } from '../rtp/talk.ts';
import { RelayThread } from '../rtp/thread.ts';
import type { PortRange } from '../rtp/ports.ts';
import type { Codec } from '../sdp/formats.ts';
import { Negotiation } from '../sdp/negotiation.ts';
import { sdpDefaults, type SdpLimits } from '../sdp/session.ts';
import { Announcer } from './announcer.ts';
import { AudioBridge } from './audio-bridge.ts';
import { connectionDefaults, JanusConnection, JanusError } from './connection.ts';
import { JanusLeg } from './leg.ts';
import type { Bridge } from './place.ts';
import { Rooms } from './rooms.ts';
import { Whispers } from './whispers.ts';

export interface JanusMixerOptions {
  /** Janus's WebSocket API: `ws://…`, `wss://…` or `ws+unix://…`. */
  readonly url: string;
  readonly apiSecret: string | undefined;
  /** The AudioBridge's `admin_key`. */
  readonly adminKey: string | undefined;
  /** Makes secrets of rooms. */
  readonly key: BinaryLike;
  /** The IP address where telephones send media, bound and, unless `advertise` names another, told. */
  readonly listen: string;
  readonly advertise: string | undefined;
  readonly ports: PortRange;
  /** The IP address where Janus sends media. */
  readonly inner: string;
  readonly codecs: readonly Codec[];
  /** Of rooms, in Hz: 8000, 12000, 16000, 24000 or 48000. */
  readonly sampling: number;
  /** Calls at once. */
  readonly legs: number;
  /** Packets that one telephone may send in a second. */
  readonly packetRate: number;
  /** Milliseconds for an answer of Janus. */
  readonly timeout: number;
  /** Milliseconds between attempts to reach Janus. */
  readonly retry: number;
  /** Milliseconds without a packet of a telephone that should send. */
  readonly silence: number;
  /** A folder on Janus's machine; without it nothing is recorded. */
  readonly recordings: string | undefined;
  readonly announcements: readonly Announcement[];
  readonly talk: TalkOptions;
  readonly sdp: SdpLimits;
  /** A recording begins. */
  readonly recorded: (conference: string, file: string) => void;
  readonly report: (error: unknown) => void;
}

export const janusDefaults = {
  ports: { first: 0, last: 0 },
  codecs: ['opus', 'G722', 'PCMU', 'PCMA'] as readonly Codec[],
  sampling: 16_000,
  legs: 1_000,
  packetRate: relayDefaults.packetRate,
  timeout: connectionDefaults.timeout,
  retry: 1_000,
  silence: relayDefaults.silence,
  announcements: ['joined', 'left', 'ending', 'recording', 'prompt', 'refused', 'waiting'] as readonly Announcement[],
  talk: talkDefaults,
  sdp: sdpDefaults,
  recorded: () => undefined,
};

/** Carries audio in rooms of Janus's AudioBridge; telephones reach them through ports of ours. */
export class JanusMixer implements Mixer {
  readonly carries = ['audio'];
  readonly #options: JanusMixerOptions;
  readonly #announcer: Announcer;
  readonly #whispers = new Whispers<JanusLeg>();
  readonly #legs = new Set<JanusLeg>();
  readonly #listeners = new Set<MixerEvents>();
  /** Conference → the file that it is recorded to. */
  readonly #recordings = new Map<string, string>();
  #relay: { readonly thread: RelayThread; readonly inner: BridgeEnd } | undefined;
  #bridge: Bridge | undefined;
  /** Those of the settings that Janus mixes. */
  #codecs: readonly Codec[] = [];
  /** The newest attempt to be connected. */
  #link: object | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isAway = false;
  #closed = false;

  constructor(options: JanusMixerOptions) {
    this.#options = options;
    this.#announcer = new Announcer(() => {
      const { thread, inner } = this.#open();
      return { receiver: inner, speak: (end, frames) => thread.speak(end, frames) };
    });
  }

  /** With or without Janus there: calls are refused until it comes. */
  async open(): Promise<void> {
    await this.#startRelay();
    await this.#connect();
  }

  /** Whether Janus is there. */
  get connected(): boolean {
    return this.#bridge !== undefined;
  }

  /** Calls that have media now. */
  get size(): number {
    return this.#legs.size;
  }

  async allocate(conference: string, name: string, options: LegOptions = {}): Promise<Leg> {
    const { offer, labels = {}, waiting = false } = options;
    const { legs, listen, advertise, sdp: limits } = this.#options;
    const codecs = this.#codecs;
    if (this.#legs.size >= legs) throw new MediaRefused('busy', 'all places are taken');
    const { thread, inner } = this.#open();
    const rtp = await thread.leg({
      digit: (digit) => this.#tell((listener) => listener.digit?.(conference, name, digit)),
      talking: (talking) => this.#tell((listener) => listener.talking?.(conference, name, talking)),
      silent: () => this.#tell((listener) => listener.silent?.(conference, name)),
    });
    const negotiation = new Negotiation({ host: advertise ?? listen, audioPort: rtp.port, codecs, labels, limits });
    const leg = new JanusLeg({
      ...{ conference, name, negotiation, rtp, waiting, receiver: inner, whispers: this.#whispers },
      bridge: () => this.#bridge,
      play: (room, announcement) => this.#play(room, announcement),
      released: (one) => this.#legs.delete(one),
      failed: (one, error) => this.#fails(one, error),
    });
    this.#legs.add(leg);
    try {
      if (offer === undefined) negotiation.offer();
      else negotiation.answer(offer);
      await leg.settle();
      return leg;
    } catch (error) {
      await leg.release();
      throw error instanceof JanusError ? new MediaRefused('unavailable', 'the mixer refuses') : error;
    }
  }

  listen(events: MixerEvents): () => void {
    this.#listeners.add(events);
    return () => this.#listeners.delete(events);
  }

  async announce(conference: string, announcement: Announcement): Promise<void> {
    // Nobody is there to hear it.
    if (this.#bridge?.rooms.find(conference) !== undefined) await this.#play(conference, announcement);
  }

  async record(conference: string, on: boolean): Promise<string | undefined> {
    const { recordings } = this.#options;
    if (recordings === undefined || on === this.recording(conference)) return this.#recordings.get(conference);
    const file = on ? `${recordings}/${fileName(conference, new Date())}` : undefined;
    if (file === undefined) this.#recordings.delete(conference);
    else this.#recordings.set(conference, file);
    const room = this.#bridge?.rooms.find(conference);
    if (room !== undefined) await this.#bridge?.audio.record(room, file);
    if (file !== undefined) {
      this.#options.recorded(conference, file);
      void this.announce(conference, 'recording');
    }
    return file;
  }

  recording(conference: string): boolean {
    return this.#recordings.has(conference);
  }

  async end(conference: string): Promise<void> {
    this.#recordings.delete(conference);
    const legs = [...this.#legs].filter((leg) => leg.conference === conference);
    await Promise.all(legs.map((leg) => leg.release()));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await Promise.all([...this.#legs].map((leg) => leg.release()));
    this.#bridge?.audio.close();
    await this.#relay?.thread.close();
  }

  async #play(room: string, announcement: Announcement): Promise<void> {
    if (this.#bridge === undefined || !this.#options.announcements.includes(announcement)) return;
    await this.#announcer.play(this.#bridge, room, announcement).catch(this.#options.report);
  }

  async #connect(): Promise<void> {
    const { url, apiSecret, adminKey, timeout, key, sampling, report } = this.#options;
    const link: { connection?: JanusConnection } = {};
    this.#link = link;
    const events = {
      event: () => undefined,
      ended: (handle: number) => this.#lost(handle),
      closed: () => this.#disconnected(link),
    };
    try {
      link.connection = await JanusConnection.open({ ...connectionDefaults, url, apiSecret, timeout }, events);
      const audio = await AudioBridge.open(link.connection, adminKey);
      const recordingOf = (name: string): string | undefined => this.#recordings.get(name);
      const rooms = new Rooms({ bridge: audio, key, sampling, recordingOf, report });
      await rooms.clear();
      this.#codecs = await rooms.mixed(this.#options.codecs);
      if (this.#link === link) this.#bridge = { audio, rooms };
      this.#isAway = false;
    } catch (error) {
      // Once for each time that it is away.
      if (!this.#isAway) report(error);
      this.#isAway = true;
      this.#disconnected(link);
      link.connection?.close();
    }
    await Promise.all([...this.#legs].map((leg) => leg.follow()));
  }

  /** Telephones keep their ports and their calls: as soon as Janus is there, they are in their rooms again. */
  #disconnected(link: object): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#bridge = undefined;
    if (!this.#closed) this.#retry = setTimeout(() => void this.#connect(), this.#options.retry);
  }

  #lost(handle: number): void {
    for (const leg of this.#legs) if (leg.loses(handle)) return;
  }

  #fails(leg: JanusLeg, error: unknown): void {
    this.#options.report(error);
    if (this.#bridge === undefined) return;
    this.#tell((listener) => listener.lost?.(leg.conference, leg.name));
  }

  async #startRelay(): Promise<void> {
    const { listen: host, ports, inner: address, packetRate, silence, talk } = this.#options;
    const options = { host, ports, inner: address, packetRate, silence, talk };
    const [thread, inner] = await RelayThread.start(options, (error) => this.#relayEnded(error));
    this.#relay = { thread, inner };
  }

  /** No port is there any more: every call has lost its sound; new ones get other ports. */
  #relayEnded(error: Error): void {
    this.#options.report(error);
    this.#relay = undefined;
    for (const leg of this.#legs) this.#tell((listener) => listener.lost?.(leg.conference, leg.name));
    if (!this.#closed) this.#startRelay().catch(this.#options.report);
  }

  /** @throws {MediaRefused} unavailable */
  #open(): { readonly thread: RelayThread; readonly inner: BridgeEnd } {
    if (this.#relay === undefined || this.#bridge === undefined)
      throw new MediaRefused('unavailable', 'the mixer is not there');
    return this.#relay;
  }

  #tell(what: (listener: MixerEvents) => void): void {
    for (const listener of this.#listeners) what(listener);
  }
}

/** A file for the recording of a conference that begins now. */
function fileName(conference: string, date: Date): string {
  const name = conference
    .replace(/^xcon:/, '')
    .replace(/[^\w@.-]/g, '_')
    .slice(0, 100);
  return `${name}-${date.toISOString().replace(/[:.]/g, '')}.wav`;
}
