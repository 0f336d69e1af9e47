/** One of the two laws of ITU-T G.711. */
export type Law = 'PCMU' | 'PCMA';

export const isLaw = (codec: string | undefined): codec is Law => codec === 'PCMU' || codec === 'PCMA';

const BIAS = 0x84;
const CLIP = 32_635;

/** Samples of 16 bits that a byte stands for. */
const DECODED: Readonly<Record<Law, Int16Array>> = {
  PCMU: Int16Array.from({ length: 256 }, (_, byte) => fromMuLaw(byte)),
  PCMA: Int16Array.from({ length: 256 }, (_, byte) => fromALaw(byte)),
};

/** The byte that stands for silence. */
export const SILENCE: Readonly<Record<Law, number>> = { PCMU: 0xff, PCMA: 0xd5 };

export const decode = (law: Law, byte: number): number => DECODED[law][byte & 0xff] ?? 0;

/** The byte whose sample is nearest. */
export function encode(law: Law, sample: number): number {
  return law === 'PCMU' ? toMuLaw(sample) : toALaw(sample);
}

/** What each byte becomes when its sample is multiplied. */
export function amplifier(law: Law, factor: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => encode(law, Math.round(decode(law, byte) * factor)));
}

/** How loud it is, in −dBov: 0 is as loud as can be, 127 is silence (RFC 6464 §3). */
export function loudness(law: Law, payload: Uint8Array): number {
  if (payload.length === 0) return 127;
  const table = DECODED[law];
  let sum = 0;
  for (const byte of payload) sum += (table[byte] ?? 0) ** 2;
  const level = -10 * Math.log10(sum / payload.length / 32_768 ** 2);
  return Math.min(127, Math.max(0, Math.round(level)));
}

function fromMuLaw(byte: number): number {
  const bits = ~byte & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + BIAS) << ((bits & 0x70) >> 4)) - BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
}

function toMuLaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}

function fromALaw(byte: number): number {
  const bits = byte ^ 0x55;
  const exponent = (bits & 0x70) >> 4;
  const mantissa = ((bits & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

function toALaw(sample: number): number {
  const magnitude = Math.min(sample < 0 ? -sample - 1 : sample, CLIP);
  const exponent = magnitude < 256 ? 0 : 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (exponent << 4) | mantissa) ^ 0x55;
}
