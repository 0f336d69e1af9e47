import type { Announcement } from '../mixer.ts';
import { FRAME } from '../rtp/frames.ts';
import { encode } from '../rtp/g711.ts';

/** A tone: its pitch in Hz (0 is a pause) and its length in milliseconds. */
type Tone = readonly [pitch: number, length: number];

const MELODIES: Readonly<Record<Announcement, readonly Tone[]>> = {
  joined: [
    [440, 120],
    [660, 160],
  ],
  left: [
    [660, 120],
    [440, 160],
  ],
  ending: [
    [880, 200],
    [0, 100],
    [880, 200],
    [0, 100],
    [880, 400],
  ],
  recording: [[1_400, 400]],
  prompt: [[1_000, 300]],
  refused: [
    [300, 300],
    [0, 100],
    [300, 300],
  ],
  waiting: [[425, 600]],
};

const RATE = 8_000;
/** About −16 dBov: heard over talk, hurts nobody. */
const AMPLITUDE = 7_000;

/** What an announcement sounds like: frames of 20 ms in PCMU. */
export function soundOf(announcement: Announcement): Buffer[] {
  const samples = MELODIES[announcement].flatMap(([pitch, length]) => tone(pitch, length));
  const bytes = Buffer.from(samples.map((sample) => encode('PCMU', sample)));
  return Array.from({ length: Math.ceil(bytes.length / FRAME) }, (_, index) => {
    const frame = Buffer.alloc(FRAME, 0xff);
    bytes.copy(frame, 0, index * FRAME, (index + 1) * FRAME);
    return frame;
  });
}

function tone(pitch: number, length: number): number[] {
  const count = (length * RATE) / 1_000;
  return Array.from({ length: count }, (_, index) => {
    // Ends rise and fall over 5 ms, so that nothing clicks.
    const edge = Math.min(1, index / 40, (count - index) / 40);
    return Math.round(AMPLITUDE * edge * Math.sin((2 * Math.PI * pitch * index) / RATE));
  });
}
