import { randomInt } from 'node:crypto';
import type { Announcement } from '../mixer.ts';
import { FRAME } from '../rtp/frames.ts';
import { SILENCE } from '../rtp/g711.ts';
import { writePacket } from '../rtp/packet.ts';
import type { BridgeEnd, RtpRelay } from '../rtp/relay.ts';
import type { Bridge } from './place.ts';
import { soundOf } from './sounds.ts';

/** Announcements of one room that wait while another plays; more are left out. */
const QUEUE = 4;
/** Frames of silence that the AudioBridge swallows before it mixes a participant, and after a sound, so that all of it is heard. */
const LEAD = 12;
const FRAME_TIME = 20;

/** Plays sounds as a participant that comes, speaks and goes. */
export class Announcer {
  readonly #relay: RtpRelay;
  readonly #queues = new Map<string, { last: Promise<void>; length: number }>();

  constructor(relay: RtpRelay) {
    this.#relay = relay;
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
    const room = await rooms.take(name);
    try {
      const sound = { muted: false, volume: 100, codec: 'PCMU' as const, payload: 0 };
      const { handle, end } = await audio.join(room, { ...sound, receiver: this.#relay.inner });
      await this.#speak(end, soundOf(announcement));
      await audio.leave(handle);
    } finally {
      await rooms.drop(room);
    }
  }

  /** Sends frames as they are due; what the clock left behind goes out together. */
  #speak(end: BridgeEnd, sound: readonly Buffer[]): Promise<void> {
    const pause = Array<Buffer>(LEAD).fill(Buffer.alloc(FRAME, SILENCE.PCMU));
    const frames = [...pause, ...sound, ...pause];
    const source = randomInt(1, 2 ** 32);
    const begun = performance.now();
    let sent = 0;
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        const due = Math.min(frames.length, Math.floor((performance.now() - begun) / FRAME_TIME) + 1);
        for (; sent < due; sent++) {
          const payload = frames[sent] ?? Buffer.alloc(0);
          const header = { marker: sent === 0, payloadType: 0, sequence: sent, timestamp: sent * FRAME, source };
          this.#relay.send(writePacket({ ...header, payload }), end);
        }
        if (sent < frames.length && !this.#relay.closed) return;
        clearInterval(timer);
        resolve();
      }, FRAME_TIME);
    });
  }
}
