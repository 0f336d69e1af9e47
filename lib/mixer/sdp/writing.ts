import { isIPv6 } from 'node:net';
import type { Direction } from '../mixer.ts';
import type { Format } from './formats.ts';
import { AUDIO_LEVEL } from './session.ts';

/** An m-line of ours, with what stands below it (RFC 8866 §5.14). */
export interface MediaLine {
  readonly type: string;
  /** 0 refuses it (RFC 3264 §6). */
  readonly port: number;
  readonly protocol: string;
  readonly payloads: string;
  readonly formats: readonly Format[];
  readonly direction?: Direction;
  /** Why nothing of it flows, in words. */
  readonly note?: string;
  readonly multiplexesRtcp?: boolean;
  /** Under which identifier we hear how loud packets are. */
  readonly levels?: number | undefined;
  readonly mid?: string | undefined;
  readonly label?: string | undefined;
}

export const ipVersion = (address: string): 4 | 6 => (isIPv6(address) ? 6 : 4);

/** RFC 3556: we neither send RTCP nor look at it. */
const WITHOUT_RTCP = 'b=RS:0\r\nb=RR:0\r\n';

/** What can be written as a label (RFC 4574 §4); that of a conference's medium may be any text. */
const IS_TOKEN = /^[!-~]+$/;

/** A session description of ours; `media` are the texts of its m-lines. */
export function sessionText(id: number, version: number, host: string, media: string): string {
  const address = `IN IP${ipVersion(host)} ${host}`;
  return `v=0\r\no=- ${id} ${version} ${address}\r\ns=-\r\nc=${address}\r\nt=0 0\r\n${media}`;
}

export function mediaText(line: MediaLine): string {
  const { type, port, protocol, payloads, formats, direction, note, levels, mid, label } = line;
  let text = `m=${type} ${port} ${protocol} ${payloads}\r\n`;
  // What nobody carries goes to no address.
  if (note !== undefined) text += `i=${note}\r\nc=IN IP4 0.0.0.0\r\n`;
  if (port !== 0) text += WITHOUT_RTCP;
  for (const format of formats) text += rtpmap(format);
  for (const format of formats) text += fmtp(format);
  // Loudness is heard, and not told (RFC 6464 §4).
  if (levels !== undefined) text += `a=extmap:${levels}/recvonly ${AUDIO_LEVEL}\r\n`;
  if (mid !== undefined) text += `a=mid:${mid}\r\n`;
  if (port !== 0) text += 'a=ptime:20\r\n';
  if (direction !== undefined) text += `a=${direction}\r\n`;
  if (line.multiplexesRtcp === true) text += 'a=rtcp-mux\r\n';
  if (label !== undefined && IS_TOKEN.test(label)) text += `a=label:${label}\r\n`;
  return text;
}

// RFC 7587 §7: opus is always written with two channels.
const rtpmap = ({ payload, name, rate }: Format): string =>
  `a=rtpmap:${payload} ${name}${rate > 0 ? `/${rate}` : ''}${name.toLowerCase() === 'opus' ? '/2' : ''}\r\n`;

function fmtp({ payload, name, parameters }: Format): string {
  const written = name.toLowerCase() === 'telephone-event' ? '0-15' : parameters;
  return written === undefined ? '' : `a=fmtp:${payload} ${written}\r\n`;
}
