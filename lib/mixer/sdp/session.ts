import { isIP } from 'node:net';
import sdp from 'sdp-transform';
import { MediaRefused, type Direction } from '../mixer.ts';
import { STATIC_FORMATS, type Format } from './formats.ts';

export interface SdpLimits {
  readonly bytes: number;
  readonly lines: number;
  readonly media: number;
  /** In one m-line. */
  readonly formats: number;
}

export const sdpDefaults: SdpLimits = { bytes: 16_384, lines: 500, media: 16, formats: 64 };

/** An m-line as the peer described it. */
export interface Stream {
  readonly type: string;
  /** 0 says that the peer refuses it. */
  readonly port: number;
  readonly protocol: string;
  /** As they stand in the m-line. */
  readonly payloads: string;
  readonly formats: readonly Format[];
  /** What the peer does: where its address is none (RFC 3264 §8.4), it doesn't receive. */
  readonly direction: Direction;
  /** Where it wants its media; undefined is nowhere. */
  readonly address: string | undefined;
  readonly label: string | undefined;
  readonly mid: string | undefined;
  readonly multiplexesRtcp: boolean;
  /** Its SSRC (RFC 5576). */
  readonly source: number | undefined;
  /** Under which identifier its packets say how loud they are (RFC 6464). */
  readonly levels: number | undefined;
}

export const AUDIO_LEVEL = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';

const M_LINE = /^m=([\w.+-]+) (\d{1,5})(?:\/\d+)? ([\w/.+-]+)(?: (.*))?$/;

/** Reads a session description (RFC 8866). @throws {MediaRefused} malformed */
export function readSession(text: string, limits: SdpLimits): Stream[] {
  if (Buffer.byteLength(text) > limits.bytes)
    throw new MediaRefused('malformed', 'the session description is too long');
  const lines = text.split(/\r\n|\r|\n/);
  if (lines[0] !== 'v=0') throw new MediaRefused('malformed', 'the body is not a session description');
  if (lines.length > limits.lines) throw new MediaRefused('malformed', 'the session description has too many lines');
  const heads = lines.filter((line) => line.startsWith('m='));
  if (heads.length > limits.media) throw new MediaRefused('malformed', 'the session description has too many media');
  const session = sdp.parse(text);
  return heads.map((head, index) => {
    const description = session.media[index];
    const [, type, port, protocol, payloads = ''] = M_LINE.exec(head) ?? [];
    if (description === undefined || type === undefined || protocol === undefined || Number(port) > 65_535)
      throw new MediaRefused('malformed', 'an m-line can not be read');
    const written = payloads.split(' ').filter((payload) => payload !== '');
    if (written.length > limits.formats) throw new MediaRefused('malformed', 'an m-line has too many formats');
    const address =
      Number(port) === 0 ? undefined : reachable(textOf((description.connection ?? session.connection)?.ip));
    const direction = description.direction ?? session.direction ?? 'sendrecv';
    return {
      ...{ type, port: Number(port), protocol, payloads, address },
      formats: written.flatMap((payload) => formatOf(Number(payload), description)),
      direction: address === undefined ? without(direction, 'recv') : direction,
      label: textOf(description.label),
      mid: textOf(description.mid),
      multiplexesRtcp: description.rtcpMux !== undefined,
      source: sourceOf(description),
      levels: levelsOf(description),
    };
  });
}

function formatOf(payload: number, { rtp, fmtp }: sdp.MediaDescription): Format[] {
  const map = rtp.find((one) => one.payload === payload);
  const known = map === undefined ? STATIC_FORMATS[payload] : { name: textOf(map.codec) ?? '', rate: Number(map.rate) };
  if (known === undefined || !Number.isInteger(payload) || payload > 127) return [];
  return [{ payload, ...known, parameters: fmtp.find((one) => one.payload === payload)?.config }];
}

/** The library reads whole numbers as numbers. */
const textOf = (value: string | number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

function sourceOf({ ssrcs }: sdp.MediaDescription): number | undefined {
  const source = Number(ssrcs?.[0]?.id);
  return Number.isInteger(source) && source >= 0 && source <= 0xffff_ffff ? source : undefined;
}

function levelsOf({ ext }: sdp.MediaDescription): number | undefined {
  const value = ext?.find(({ uri }) => uri === AUDIO_LEVEL)?.value;
  return value !== undefined && value >= 1 && value <= 14 ? value : undefined;
}

/** An address that one can send to; `0.0.0.0`, `::` and names that end in `.invalid` mean nowhere (RFC 3264 §8.4, RFC 6157 §5). */
function reachable(text = ''): string | undefined {
  if (text === '0.0.0.0' || text === '::' || text.endsWith('.invalid')) return undefined;
  if (isIP(text) === 0) throw new MediaRefused('malformed', 'where media go is no IP address');
  if (/^(22[4-9]|2[3-5]\d)\.|^ff/i.test(text)) throw new MediaRefused('incompatible', 'media go to one address only');
  return text;
}

/** The direction less what the peer doesn't do. */
export function without(direction: Direction, what: 'send' | 'recv'): Direction {
  const sends = direction.startsWith('send') && what !== 'send';
  const receives = /^(sendrecv|recvonly)$/.test(direction) && what !== 'recv';
  if (sends) return receives ? 'sendrecv' : 'sendonly';
  return receives ? 'recvonly' : 'inactive';
}

/** The same seen from the other side (RFC 3264 §6.1). */
export function reversed(direction: Direction): Direction {
  if (direction === 'sendonly') return 'recvonly';
  return direction === 'recvonly' ? 'sendonly' : direction;
}
