/** An RTP packet (RFC 3550 §5.1). */
export interface RtpPacket {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly source: number;
  /** Without padding; a view of what was read. */
  readonly payload: Buffer;
  /** One-byte header extensions (RFC 8285 §4.2); a view too. */
  readonly extensions?: Buffer | undefined;
}

export const HEADER = 12;

/** Reads an RTP packet; undefined where it is none, or is RTCP on the same port (RFC 5761 §4). */
export function readPacket(bytes: Buffer): RtpPacket | undefined {
  if (bytes.length < HEADER) return undefined;
  const [flags, type] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  const payloadType = type & 0x7f;
  if (flags >> 6 !== 2 || (payloadType >= 64 && payloadType < 96)) return undefined;
  let start = HEADER + (flags & 0x0f) * 4;
  let extensions: Buffer | undefined;
  if (flags & 0x10) {
    if (bytes.length < start + 4) return undefined;
    const begin = start + 4;
    const isOneByte = bytes.readUInt16BE(start) === 0xbede;
    start = begin + bytes.readUInt16BE(start + 2) * 4;
    if (isOneByte) extensions = bytes.subarray(begin, start);
  }
  const padding = flags & 0x20 ? bytes.readUInt8(bytes.length - 1) : 0;
  const end = bytes.length - padding;
  if (start > end || (flags & 0x20 && padding === 0)) return undefined;
  return {
    ...{ marker: (type & 0x80) !== 0, payloadType, sequence: bytes.readUInt16BE(2) },
    ...{ timestamp: bytes.readUInt32BE(4), source: bytes.readUInt32BE(8), payload: bytes.subarray(start, end) },
    extensions,
  };
}

/** How loud its sender says that it is, in −dBov (RFC 6464 §3), if it does under this identifier. */
export function audioLevel({ extensions }: RtpPacket, identifier: number | undefined): number | undefined {
  if (extensions === undefined || identifier === undefined) return undefined;
  for (let at = 0; at + 1 < extensions.length;) {
    const head = extensions.readUInt8(at);
    if (head >> 4 === identifier) return extensions.readUInt8(at + 1) & 0x7f;
    at += head === 0 ? 1 : 2 + (head & 0x0f);
  }
  return undefined;
}

/** Writes it without CSRCs, extension and padding. */
export function writePacket({ marker, payloadType, sequence, timestamp, source, payload }: RtpPacket): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER + payload.length);
  bytes.writeUInt8(0x80, 0);
  bytes.writeUInt8((marker ? 0x80 : 0) | payloadType, 1);
  bytes.writeUInt16BE(sequence & 0xffff, 2);
  bytes.writeUInt32BE(timestamp >>> 0, 4);
  bytes.writeUInt32BE(source >>> 0, 8);
  payload.copy(bytes, HEADER);
  return bytes;
}
