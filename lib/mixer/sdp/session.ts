import { isIP } from 'node:net';
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
const C_LINE = /^c=IN IP\d (\S*)/;
const RTPMAP = /^(\d+) ([\w.-]+)(?:\s*\/(\d+))?/;
const FMTP = /^(\d+) (.*)/;
const EXTMAP = /^(\d+)(?:\/\w+)? (\S+)/;

/** Reads a session description (RFC 8866). @throws {MediaRefused} malformed */
export function readSession(text: string, limits: SdpLimits): Stream[] {
  if (Buffer.byteLength(text) > limits.bytes)
    throw new MediaRefused('malformed', 'the session description is too long');
  const lines = text.split(/\r\n|\r|\n/);
  if (lines[0] !== 'v=0') throw new MediaRefused('malformed', 'the body is not a session description');
  if (lines.length > limits.lines) throw new MediaRefused('malformed', 'the session description has too many lines');
  const heads = lines.flatMap((line, at) => (line.startsWith('m=') ? [at] : []));
  if (heads.length > limits.media) throw new MediaRefused('malformed', 'the session description has too many media');
  const session = saidIn(lines.slice(0, heads[0]));
  return heads.map((at, index) =>
    streamOf(lines[at] ?? '', saidIn(lines.slice(at + 1, heads[index + 1])), session, limits),
  );
}

/** What lines say below an m-line, or above the first. */
interface Said {
  readonly connection: string | undefined;
  readonly direction: Direction | undefined;
  /** By their names, in their order. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

function saidIn(lines: readonly string[]): Said {
  let connection: string | undefined;
  let direction: Direction | undefined;
  const attributes = new Map<string, string[]>();
  for (const line of lines) {
    if (line.startsWith('c=')) connection = C_LINE.exec(line)?.[1] ?? connection;
    if (!line.startsWith('a=')) continue;
    const colon = line.indexOf(':');
    const name = (colon < 0 ? line.slice(2) : line.slice(2, colon)).trim();
    if (isDirection(name)) direction = name;
    const values = attributes.get(name);
    const value = colon < 0 ? '' : line.slice(colon + 1);
    if (values === undefined) attributes.set(name, [value]);
    else values.push(value);
  }
  return { connection, direction, attributes };
}

const isDirection = (name: string): name is Direction =>
  name === 'sendrecv' || name === 'sendonly' || name === 'recvonly' || name === 'inactive';

function streamOf(head: string, said: Said, session: Said, limits: SdpLimits): Stream {
  const [, type, port, protocol, payloads = ''] = M_LINE.exec(head) ?? [];
  if (type === undefined || protocol === undefined || Number(port) > 65_535)
    throw new MediaRefused('malformed', 'an m-line can not be read');
  const written = payloads.split(' ').filter((payload) => payload !== '');
  if (written.length > limits.formats) throw new MediaRefused('malformed', 'an m-line has too many formats');
  const { attributes } = said;
  const address = Number(port) === 0 ? undefined : reachable(said.connection ?? session.connection);
  const direction = said.direction ?? session.direction ?? 'sendrecv';
  const valueOf = (name: string): string | undefined => attributes.get(name)?.at(-1)?.trim() || undefined;
  return {
    ...{ type, port: Number(port), protocol, payloads, address },
    formats: written.flatMap((payload) => formatOf(Number(payload), attributes)),
    direction: address === undefined ? without(direction, 'recv') : direction,
    label: valueOf('label'),
    mid: valueOf('mid'),
    multiplexesRtcp: attributes.has('rtcp-mux'),
    source: sourceOf(attributes),
    levels: levelsOf(attributes),
  };
}

function formatOf(payload: number, attributes: Said['attributes']): Format[] {
  const of = (name: string, syntax: RegExp): RegExpExecArray | undefined => {
    for (const value of attributes.get(name) ?? []) {
      const read = syntax.exec(value);
      if (read !== null && Number(read[1]) === payload) return read;
    }
    return undefined;
  };
  const [, , name, rate] = of('rtpmap', RTPMAP) ?? [];
  const known = name === undefined ? STATIC_FORMATS[payload] : { name, rate: Number(rate) };
  if (known === undefined || !Number.isInteger(payload) || payload > 127) return [];
  return [{ payload, ...known, parameters: of('fmtp', FMTP)?.[2] }];
}

function sourceOf(attributes: Said['attributes']): number | undefined {
  const [written] = /^\d+/.exec(attributes.get('ssrc')?.[0] ?? '') ?? [];
  return written !== undefined && Number(written) <= 0xffff_ffff ? Number(written) : undefined;
}

function levelsOf(attributes: Said['attributes']): number | undefined {
  for (const extension of attributes.get('extmap') ?? []) {
    const [, identifier, uri] = EXTMAP.exec(extension) ?? [];
    if (uri === AUDIO_LEVEL)
      return Number(identifier) >= 1 && Number(identifier) <= 14 ? Number(identifier) : undefined;
  }
  return undefined;
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
