import type { Codec } from '../sdp/formats.ts';
import type { BridgeEnd } from '../rtp/route.ts';
import type { AudioBridge, Sound } from './audio-bridge.ts';
import { JanusError } from './connection.ts';
import { isGone, type Room, type Rooms } from './rooms.ts';

/** A connection to Janus: what can be asked, and the rooms made over it. */
export interface Bridge {
  readonly audio: AudioBridge;
  readonly rooms: Rooms;
}

/** Where a participant shall be, and how he shall sound. */
export interface Wanted extends Sound {
  /** The name of a room. */
  readonly room: string;
  readonly codec: Codec;
  readonly payload: number;
}

interface Taken {
  readonly bridge: Bridge;
  readonly handle: number;
  readonly codec: Codec;
  readonly payload: number;
  room: Room;
  sound: Sound;
}

export interface PlaceOptions {
  /** The connection that there is now. */
  readonly bridge: () => Bridge | undefined;
  readonly wanted: () => Wanted | undefined;
  /** Where the bridge sends to. */
  readonly receiver: BridgeEnd;
  /** The bridge listens here now, or nowhere. */
  readonly connected: (end: BridgeEnd | undefined) => void;
}

/** How often a step is tried again when Janus refuses it. */
const ATTEMPTS = 3;

/** A participant in a room: brings what is to what is wanted, one request after the other, again after each new connection. */
export class Place {
  readonly #options: PlaceOptions;
  #taken: Taken | undefined;
  #settling: Promise<void> | undefined;

  constructor(options: PlaceOptions) {
    this.#options = options;
  }

  /** Janus's handle of it, while it has one. */
  get handle(): number | undefined {
    return this.#taken?.handle;
  }

  /** Resolves when all is as wanted, or no connection is there. @throws {JanusError} when Janus refuses */
  settle(): Promise<void> {
    if (this.#settling === undefined && this.#step() === undefined) return Promise.resolve();
    return (this.#settling ??= this.#settle());
  }

  /** Janus ended its handle. */
  lose(): void {
    this.#taken = undefined;
    this.#options.connected(undefined);
  }

  async #settle(): Promise<void> {
    let refused = 0;
    try {
      for (let step = this.#step(); step !== undefined; step = this.#step()) {
        try {
          await step();
        } catch (error) {
          if (!(error instanceof JanusError) || ++refused >= ATTEMPTS) throw error;
          await this.#abandon(error);
        }
      }
    } finally {
      this.#settling = undefined;
    }
  }

  /** What has to be done next, if anything. */
  #step(): (() => Promise<void>) | undefined {
    const wanted = this.#options.wanted();
    const bridge = this.#options.bridge();
    if (this.#taken !== undefined && this.#taken.bridge !== bridge) this.lose();
    const taken = this.#taken;
    if (bridge === undefined) return undefined;
    if (taken === undefined) return wanted && (() => this.#join(bridge, wanted));
    if (wanted === undefined || wanted.codec !== taken.codec || wanted.payload !== taken.payload)
      return () => this.#leave(taken);
    if (wanted.room !== taken.room.name) return () => this.#change(taken, wanted);
    const { muted, volume } = taken.sound;
    return wanted.muted === muted && wanted.volume === volume ? undefined : () => this.#configure(taken, wanted);
  }

  async #join(bridge: Bridge, { room: name, codec, payload, muted, volume }: Wanted): Promise<void> {
    const { receiver, connected } = this.#options;
    const room = await bridge.rooms.take(name);
    try {
      const { handle, end } = await bridge.audio.join(room, { codec, payload, receiver, muted, volume });
      this.#taken = { bridge, handle, codec, payload, room, sound: { muted, volume } };
      connected(end);
    } catch (error) {
      if (isGone(error)) bridge.rooms.forget(room);
      await bridge.rooms.drop(room);
      throw error;
    }
  }

  async #leave(taken: Taken): Promise<void> {
    this.lose();
    try {
      await taken.bridge.audio.leave(taken.handle);
    } finally {
      await taken.bridge.rooms.drop(taken.room);
    }
  }

  async #change(taken: Taken, { room: name, muted, volume }: Wanted): Promise<void> {
    const { audio, rooms } = taken.bridge;
    const [before, room] = [taken.room, await rooms.take(name)];
    try {
      await audio.change(taken.handle, room, { muted, volume });
    } catch (error) {
      if (isGone(error)) rooms.forget(room);
      await rooms.drop(room);
      throw error;
    }
    taken.room = room;
    taken.sound = { muted, volume };
    await rooms.drop(before);
  }

  async #configure(taken: Taken, { muted, volume }: Wanted): Promise<void> {
    await taken.bridge.audio.configure(taken.handle, { muted, volume });
    taken.sound = { muted, volume };
  }

  /** After a refusal: starts from nothing, if the connection is there still. */
  async #abandon(error: JanusError): Promise<void> {
    const taken = this.#taken;
    if (taken === undefined) return;
    if (isGone(error)) taken.bridge.rooms.forget(taken.room);
    await this.#leave(taken).catch(() => undefined);
  }
}
