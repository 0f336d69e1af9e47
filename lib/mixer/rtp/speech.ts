import { randomInt } from 'node:crypto';
import { FRAME } from './frames.ts';
import { SILENCE } from './g711.ts';
import { writePacket } from './packet.ts';

/** Frames of silence before a sound, which the AudioBridge swallows, and after it, so that all of it is heard. */
const LEAD = 12;
const FRAME_TIME = 20;

/** Sends frames of PCMU as they are due, with silence around; what the clock left behind goes out together. */
export function speak(
  sound: readonly Uint8Array[],
  send: (packet: Buffer) => void,
  isOver: () => boolean,
): Promise<void> {
  const pause = Array<Buffer>(LEAD).fill(Buffer.alloc(FRAME, SILENCE.PCMU));
  const frames = [...pause, ...sound, ...pause];
  const source = randomInt(1, 2 ** 32);
  const begun = performance.now();
  let sent = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(frames.length, Math.floor((performance.now() - begun) / FRAME_TIME) + 1);
      for (const frame of frames.slice(sent, due)) {
        const header = { marker: sent === 0, payloadType: 0, sequence: sent, timestamp: sent * FRAME, source };
        send(writePacket({ ...header, payload: Buffer.from(frame) }));
        sent++;
      }
      if (sent < frames.length && !isOver()) return;
      clearInterval(timer);
      resolve();
    }, FRAME_TIME);
  });
}
