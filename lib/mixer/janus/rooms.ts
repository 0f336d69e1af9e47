import { createHmac, randomInt, type BinaryLike } from 'node:crypto';
import type { Codec } from '../sdp/formats.ts';
import type { AudioBridge, RoomIdentity } from './audio-bridge.ts';
import { JanusError } from './connection.ts';

/** One room, and how many are in it or about to be. */
export interface Room extends RoomIdentity {
  readonly name: string;
}

interface Kept {
  readonly room: Room;
  readonly made: Promise<void>;
  users: number;
}

export interface RoomsOptions {
  readonly bridge: AudioBridge;
  /** Makes secrets of rooms, so that the next process can end what this one leaves behind. */
  readonly key: BinaryLike;
  readonly sampling: number;
  /** Where a room of this name is recorded, if it is. */
  readonly recordingOf: (name: string) => string | undefined;
  readonly report: (error: unknown) => void;
}

/** What every AudioBridge with plain RTP mixes; of others it is asked. */
const MIXED_BY_ALL: ReadonlySet<Codec> = new Set(['opus', 'PCMU', 'PCMA']);

/** The rooms of one connection, by name: each is there while somebody uses it. */
export class Rooms {
  readonly #options: RoomsOptions;
  readonly #rooms = new Map<string, Kept>();

  constructor(options: RoomsOptions) {
    this.#options = options;
  }

  /** Ends rooms that nobody has any more: of a process that was killed, or of a connection that was cut. */
  async clear(): Promise<void> {
    const { bridge, report } = this.#options;
    const left = await bridge.roomsOf(this.description);
    for (const number of left) await bridge.destroy({ number, secret: this.#secret('room', number) }).catch(report);
  }

  /** Those of these codecs that the bridge mixes. @throws {JanusError} */
  async mixed(codecs: readonly Codec[]): Promise<readonly Codec[]> {
    const asked = codecs.filter((codec) => !MIXED_BY_ALL.has(codec));
    if (asked.length === 0) return codecs;
    const room = await this.take('codecs');
    try {
      const refused = new Set<Codec>();
      for (const codec of asked) if (!(await this.#options.bridge.mixes(codec, room))) refused.add(codec);
      return codecs.filter((codec) => !refused.has(codec));
    } finally {
      await this.drop(room);
    }
  }

  /** Its room, made if need be; `drop` gives it back. @throws {JanusError} */
  async take(name: string): Promise<Room> {
    const kept = this.#rooms.get(name) ?? this.#make(name);
    kept.users++;
    try {
      await kept.made;
      return kept.room;
    } catch (error) {
      this.#release(name, kept);
      throw error;
    }
  }

  async drop(room: Room): Promise<void> {
    const kept = this.#rooms.get(room.name);
    if (kept?.room !== room || !this.#release(room.name, kept)) return;
    await this.#options.bridge.destroy(room).catch(this.#options.report);
  }

  /** The room of this name, if it is there. */
  find(name: string): Room | undefined {
    return this.#rooms.get(name)?.room;
  }

  /** Janus has it no more: whoever needs it makes it anew. */
  forget(room: Room): void {
    if (this.#rooms.get(room.name)?.room === room) this.#rooms.delete(room.name);
  }

  #release(name: string, kept: Kept): boolean {
    kept.users--;
    if (kept.users > 0) return false;
    if (this.#rooms.get(name) === kept) this.#rooms.delete(name);
    return true;
  }

  #make(name: string): Kept {
    const number = randomInt(1, 2 ** 47);
    const room = { name, number, secret: this.#secret('room', number), pin: this.#secret('pin', number) };
    const kept: Kept = { room, made: this.#made(room), users: 0 };
    this.#rooms.set(name, kept);
    return kept;
  }

  async #made(room: Room): Promise<void> {
    const { bridge, sampling, recordingOf, report } = this.#options;
    await bridge.create(room, { description: this.description, sampling });
    const recording = recordingOf(room.name);
    if (recording !== undefined) await bridge.record(room, recording).catch(report);
  }

  /** Of all our rooms, of this process and those before it. */
  get description(): string {
    return `plenary ${this.#secret('instance', 0).slice(0, 16)}`;
  }

  #secret(of: string, number: number): string {
    return createHmac('sha256', this.#options.key).update(`janus ${of} ${number}`).digest('hex');
  }
}

/** The AudioBridge's: no such room; already gone. */
export const isGone = (error: unknown): boolean => error instanceof JanusError && error.code === 485;
