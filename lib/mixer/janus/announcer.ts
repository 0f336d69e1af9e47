import type { Announcement } from '../mixer.ts';
import type { BridgeEnd } from '../rtp/route.ts';
import type { Bridge } from './place.ts';
import { soundOf } from './sounds.ts';

/** Announcements of one room that wait while another plays; more are left out. */
const QUEUE = 4;

export interface Mouth {
  readonly receiver: BridgeEnd;
  speak(end: BridgeEnd, frames: readonly Uint8Array[]): Promise<void>;
}

/** Plays sounds as a participant that comes, speaks and goes. */
export class Announcer {
  readonly #mouth: () => Mouth;
  readonly #queues = new Map<string, { last: Promise<void>; length: number }>();

  constructor(mouth: () => Mouth) {
    this.#mouth = mouth;
  }

  /** Resolves when it was played, or there was no room for it. @throws {JanusError} */
  async play(bridge: Bridge, room: string, announcement: Announcement): Promise<void> {
    const queue = this.#queues.get(room) ?? { last: Promise.resolve(), length: 0 };
    if (queue.length >= QUEUE) return;
    this.#queues.set(room, queue);
    queue.length++;
    queue.last = queue.last
      .catch(() => undefined)
      .then(() => this.#play(bridge, room, announcement))
      .finally(() => {
        if (--queue.length === 0) this.#queues.delete(room);
      });
    await queue.last;
  }

  async #play({ audio, rooms }: Bridge, name: string, announcement: Announcement): Promise<void> {
    const mouth = this.#mouth();
    const room = await rooms.take(name);
    try {
      const sound = { muted: false, volume: 100, codec: 'PCMU' as const, payload: 0 };
      const { handle, end } = await audio.join(room, { ...sound, receiver: mouth.receiver });
      await mouth.speak(end, soundOf(announcement));
      await audio.leave(handle);
    } finally {
      await rooms.drop(room);
    }
  }
}
