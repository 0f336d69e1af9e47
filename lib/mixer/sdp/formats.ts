/** A format of an m-line, as `a=rtpmap` and `a=fmtp` describe it. */
export interface Format {
  readonly payload: number;
  /** As the peer wrote it. */
  readonly name: string;
  /** Of its clock, in Hz. */
  readonly rate: number;
  readonly parameters: string | undefined;
}

/** Codecs that a mixer may carry, and the format that our own offers write. */
export const CODECS = {
  opus: { payload: 96, name: 'opus', rate: 48_000, channels: 2, parameters: 'useinbandfec=1' },
  // RFC 3551 §4.5.2: its clock is written as 8000, though it samples at 16 kHz.
  G722: { payload: 9, name: 'G722', rate: 8_000, channels: 1, parameters: undefined },
  PCMU: { payload: 0, name: 'PCMU', rate: 8_000, channels: 1, parameters: undefined },
  PCMA: { payload: 8, name: 'PCMA', rate: 8_000, channels: 1, parameters: undefined },
} as const;

export type Codec = keyof typeof CODECS;

const codecs = Object.keys(CODECS) as Codec[];
export const isCodec = (name: string): name is Codec => codecs.includes(name as Codec);

/** Payload types without `a=rtpmap` (RFC 3551 §6). */
export const STATIC_FORMATS: Readonly<Record<number, { readonly name: string; readonly rate: number }>> = {
  0: { name: 'PCMU', rate: 8_000 },
  8: { name: 'PCMA', rate: 8_000 },
  9: { name: 'G722', rate: 8_000 },
};

/** Which of the codecs that we carry it is; names are compared without case (RFC 8866 §6.6). */
export function codecOf({ name, rate }: Format, carried: readonly Codec[]): Codec | undefined {
  return carried.find(
    (codec) => CODECS[codec].name.toLowerCase() === name.toLowerCase() && CODECS[codec].rate === rate,
  );
}

/** The telephone events beside a codec: those with its clock, else the first (RFC 4733 §2.1). */
export function eventsBeside(codec: Codec, formats: readonly Format[]): Format | undefined {
  const events = formats.filter(({ name }) => name.toLowerCase() === 'telephone-event');
  return events.find(({ rate }) => rate === CODECS[codec].rate) ?? events[0];
}
